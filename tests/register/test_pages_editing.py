"""Writing a record on its pages: sections, drafts, rows without scripts, two people at once."""

import datetime

import pytest
from flask import Flask

from compliance.register.documents import SECTIONS
from compliance.support import clock
from tests.helpers.client import Page, PageClient
from tests.helpers.database import count_queries
from tests.helpers.makers import make_department, make_person, make_record
from tests.helpers.pages import parse, text_of
from tests.register.desk import Desk
from tests.register.records import make_approved, make_team

pytestmark = pytest.mark.database


@pytest.fixture
def desk(context: Flask, client: PageClient) -> Desk:
    return Desk(client, make_team())


def test_a_new_activity_asks_for_its_name_and_leads_to_its_page(desk: Desk) -> None:
    sent = desk.page("new").form()
    refused = desk.send("new", {**sent, "name": "  "}, 422)
    assert "is required" in refused.text

    answer = desk.send("new", {**sent, "name": "Paie & <b>primes</b>"})

    assert answer.location.endswith("/register/PA-0001/")
    assert desk.page("show", reference="PA-0001").heading == "Paie & <b>primes</b>"


@pytest.mark.parametrize("section", SECTIONS)
def test_saving_a_section_without_touching_it_changes_nothing(section: str, desk: Desk) -> None:
    record = make_approved(desk.team)
    before = record.version

    desk.save(record, section, desk.form(record, section))

    assert desk.stored(record).version == before
    assert record.state == "approved"


def test_a_save_keeps_a_version_and_forgets_the_draft(desk: Desk) -> None:
    record = make_record(name="Paie")
    sent = desk.form(record, "identity")
    desk.autosave(record, "identity", {**sent, "name": "Pai"})

    desk.save(record, "identity", {**sent, "name": "Paye"})

    assert (desk.stored(record).name, record.version) == ("Paye", 2)
    assert desk.draft(record, "identity") is None


def test_a_draft_takes_anything_and_comes_back_as_it_was_typed(desk: Desk) -> None:
    record = make_record(name="Paie")
    typed = {**desk.form(record, "identity"), "name": "", "started_on": "one day", "unknown": "x", "phase": "?"}
    typed["description"] = "<script>\u202e‹é›\n  two lines"

    desk.autosave(record, "identity", typed)

    assert (desk.stored(record).name, record.version) == ("Paie", 1)
    page = desk.page("edit", reference=record.reference, section="identity")
    form = page.form("/edit/identity")
    assert (form["name"], form["started_on"]) == ([""], ["one day"])
    assert "‹é›" in form["description"][0]
    assert "had typed and not saved" in page.text
    desk.send("drop_draft", {}, reference=record.reference, section="identity")
    assert desk.form(record, "identity")["name"] == ["Paie"]


def test_a_draft_is_not_shown_to_a_colleague(desk: Desk) -> None:
    record = make_record(name="Paie")
    desk.autosave(record, "identity", {**desk.form(record, "identity"), "name": "Mine alone"})
    colleague = make_person("dpo", organisation=desk.team.organisation)
    desk.client.sign_in(colleague)

    assert desk.form(record, "identity")["name"] == ["Paie"]


def test_a_draft_that_arrives_after_its_save_is_not_one(desk: Desk, morning: datetime.datetime) -> None:
    record = make_record(name="Paie")
    sent = {**desk.form(record, "identity"), "name": "Paye"}
    desk.save(record, "identity", sent)

    desk.autosave(record, "identity", sent)
    assert desk.draft(record, "identity") is None

    other = {**desk.form(record, "purposes"), "version": "1"}
    desk.autosave(record, "purposes", other)
    assert desk.draft(record, "purposes") is not None, "another section was not saved"
    with clock.frozen(morning + datetime.timedelta(minutes=5)):
        desk.autosave(record, "identity", sent)
        assert desk.draft(record, "identity") is not None, "a page that is still typed on keeps its words"


def test_a_draft_that_crosses_the_save_of_a_colleague_is_kept(desk: Desk) -> None:
    record = make_record(name="Paie")
    sent = {**desk.form(record, "identity"), "name": "Paye"}
    colleague = make_person("dpo", organisation=desk.team.organisation)
    desk.client.sign_in(colleague)
    desk.save(record, "identity", sent)
    desk.client.sign_in(desk.team.people["dpo"])

    desk.autosave(record, "identity", sent)

    assert desk.draft(record, "identity").base_version == 1


@pytest.mark.parametrize("version", ["", "0", "-1", "99", "x", "9" * 5000, "²", "1.5"])
def test_a_version_that_cannot_be_is_taken_for_the_present_one(version: str, desk: Desk) -> None:
    record = make_record(name="Paie")

    desk.save(record, "identity", {**desk.form(record, "identity"), "version": version, "name": "Paye"})

    assert desk.stored(record).name == "Paye"


def test_rows_are_added_moved_and_removed_by_buttons_alone(desk: Desk) -> None:
    record = make_record(
        purposes=[{"key": "a", "label": "Pay"}, {"key": "b", "label": "Hire"}, {"key": "c", "label": "Fire"}]
    )

    def press(button: str, **typed: str) -> list[str]:
        answer = desk.save(record, "purposes", {**desk.form(record, "purposes"), **typed, button: ""})
        assert "/edit/purposes#" in answer.location
        shown = desk.form(record, "purposes")
        return [values[0] for name, values in shown.items() if name.endswith(":label")]

    assert press("purposes:b:up") == ["Hire", "Pay", "Fire"]
    assert press("purposes:b:down", **{"purposes:a:label": "Pay staff"}) == ["Pay staff", "Hire", "Fire"]
    assert press("purposes:c:remove") == ["Pay staff", "Hire"]
    assert len(press("purposes:add")) == 3
    assert press("purposes:nowhere:remove")[:2] == ["Pay staff", "Hire"]
    assert desk.stored(record).version == 1

    sent = desk.form(record, "purposes")
    new = next(name for name in sent if name.endswith(":label") and name.split(":")[1] not in ("a", "b"))
    desk.save(record, "purposes", {**sent, new: "Train"})
    assert [(p["key"], p["label"]) for p in desk.stored(record).document["purposes"]][:2] == [
        ("a", "Pay staff"), ("b", "Hire"),
    ]  # fmt: skip
    assert [p["label"] for p in record.document["purposes"]] == ["Pay staff", "Hire", "Train"]


def test_a_row_that_a_colleague_adds_meanwhile_stays(desk: Desk) -> None:
    record = make_record(purposes=[{"key": "a", "label": "Pay"}])
    mine, theirs = desk.form(record, "purposes"), desk.form(record, "purposes")
    desk.save(record, "purposes", {**theirs, "purposes:n:label": "Train", "purposes:n:position": "2"})

    desk.save(record, "purposes", {**mine, "purposes:a:label": "Pay staff"})

    assert {p["label"] for p in desk.stored(record).document["purposes"]} == {"Pay staff", "Train"}


def test_a_conflict_shows_both_answers_and_the_person_decides(desk: Desk) -> None:
    record = make_record(name="Paie", purposes=[{"key": "a", "label": "Pay"}])
    for section, field, values in (
        ("identity", "name", ("Paye", "Salaires & <i>")),
        ("purposes", "purposes:a:label", ("Pay staff", "Pay people")),
    ):
        old = desk.form(record, section)
        desk.save(record, section, {**old, field: values[0]})
        refused = desk.save(record, section, {**old, field: values[1]}, 409)
        page = Page(refused, parse(refused.text)[0])
        assert values[0] in page.text
        assert values[1] in page.text
        choices = page.form(f"/edit/{section}")
        path = field.replace(":", "/")
        assert choices[f"keep:{path}"] == ["mine"]

        desk.save(record, section, {**choices, f"keep:{path}": "theirs"})
        assert desk.form(record, section)[field] == [values[0]]
        desk.save(record, section, {**desk.form(record, section), field: "A third"})
        page = desk.sent("edit", choices, 409, reference=record.reference, section=section)
        assert "A third" in page.text, "what came in between is decided anew"
        desk.save(record, section, page.form(f"/edit/{section}"))
        assert desk.form(record, section)[field] == [values[1]]


def test_a_row_that_was_removed_here_and_changed_there_can_be_decided(desk: Desk) -> None:
    record = make_record(purposes=[{"key": "a", "label": "Pay"}, {"key": "b", "label": "Hire"}])
    old = desk.form(record, "purposes")
    desk.save(record, "purposes", {**old, "purposes:a:label": "Pay staff"})
    without = {name: value for name, value in old.items() if not name.startswith("purposes:a:")}

    refused = desk.save(record, "purposes", without, 409)
    page = Page(refused, parse(refused.text)[0])
    assert "Pay staff" in page.text
    desk.save(record, "purposes", page.form("/edit/purposes"))

    assert [p["label"] for p in desk.stored(record).document["purposes"]] == ["Hire"]


def test_more_rows_than_a_document_holds_are_refused_in_words(desk: Desk) -> None:
    record = make_record()
    rows = {f"purposes:k{n}:label": "x" for n in range(501)}
    desk.client.checks = False  # a page of five hundred rows takes long to read

    refused = desk.save(record, "purposes", {**desk.form(record, "purposes"), **rows}, 422)

    assert "At most 500 rows" in refused.text
    assert desk.stored(record).version == 1


def test_too_large_a_form_is_refused_in_words(desk: Desk) -> None:
    record = make_record()

    desk.save(record, "identity", {**desk.form(record, "identity"), "notes": "x" * 21_000_000}, 413)


def test_an_unknown_section_is_not_found(desk: Desk) -> None:
    record = make_record()

    desk.page("edit", 404, reference=record.reference, section="nothing")
    desk.send("draft", {}, 404, reference=record.reference, section="nothing")


def test_an_earlier_version_is_made_the_working_copy_from_the_history(desk: Desk) -> None:
    record = make_record(name="Paie")
    desk.save(record, "identity", {**desk.form(record, "identity"), "name": "Paye"})
    assert "Make it the working copy" in desk.page("history", reference=record.reference).text

    desk.send("restore", {"number": "1"}, reference=record.reference)
    assert desk.stored(record).name == "Paie"
    for number in ("99", "0", "-1", "9" * 30):
        desk.send("restore", {"number": number}, 404, reference=record.reference)


def test_what_is_archived_says_so_and_can_be_brought_back(desk: Desk) -> None:
    record = make_record(name="Paie")
    desk.send("archive", {"reason": "no more\0"}, reference=record.reference)
    assert desk.page("index").status == 200
    assert "Paie" not in desk.page("index").text

    page = desk.page("show", reference=record.reference)
    assert "Archived" in page.text
    assert not [href for href in page.links.values() if "/edit/" in href]
    desk.save(record, "identity", {"name": "Paye", "version": "2"}, 409)
    desk.send("restore", {}, reference=record.reference)
    assert desk.stored(record).state == "draft"


def test_two_versions_are_compared_by_words(desk: Desk) -> None:
    record = make_record(name="Paie")
    sent = desk.form(record, "identity")
    desk.save(record, "identity", {**sent, "name": "Paye", "description": "five long years"})
    desk.save(record, "identity", {**desk.form(record, "identity"), "description": "six long years"})

    page = desk.page("compare", reference=record.reference, before=2, after=3)
    assert [text_of(e).split()[-1] for e in page.tree.iter("del")] == ["five"]
    assert [text_of(e).split()[-1] for e in page.tree.iter("ins")] == ["six"]
    desk.page("compare", reference=record.reference, before=1, after=99, status=404)
    desk.page("compare", reference=record.reference, before=-1, after=2, status=404)
    desk.page("compare", reference=record.reference, before=10**40, status=404)


def test_the_same_record_of_a_foreign_organisation_is_not_found(desk: Desk, client: PageClient) -> None:
    record = make_record()
    own = desk.team.organisation.slug
    stranger = make_team("dpo")
    client.sign_in(stranger.people["dpo"])

    for address in (f"/o/{own}/register/{record.reference}/", f"/o/{stranger.organisation.slug}/register/PA-0001/"):
        assert client.get(address).status_code == 404
    for act in ("archive", "duplicate", "restore", "draft/identity", "edit/identity", "submit"):
        token = {"csrf_token": desk.token()}
        assert client.post(f"/o/{stranger.organisation.slug}/register/PA-0001/{act}", data=token).status_code == 404


def test_a_department_head_meets_their_own_records_only(desk: Desk, client: PageClient) -> None:
    place = make_department("HR")
    mine = make_record(department={"kind": "department", "reference": place.reference, "name": place.name})
    theirs = make_record(name="Elsewhere")
    client.sign_in(make_person("department_head", organisation=desk.team.organisation, department=place.reference))

    desk.page("show", reference=mine.reference)
    desk.page("show", 404, reference=theirs.reference)
    desk.page("edit", 404, reference=theirs.reference, section="identity")
    assert "Elsewhere" not in desk.page("index").text
    refused = desk.save(mine, "identity", {**desk.form(mine, "identity"), "department": ""}, 422)
    assert "Choose one of your departments" in refused.text


@pytest.mark.parametrize(
    ("address", "status"), [("PA%00-0001/", 200), ("PA%00/", 404), ("?q=%00&owner=%00&after=%00", 200)]
)
def test_a_null_character_in_an_address_is_left_out(address: str, status: int, desk: Desk) -> None:
    make_record()

    assert desk.client.get(f"/o/{desk.team.organisation.slug}/register/{address}").status_code == status


@pytest.mark.parametrize("number", [10**10, 10**20])
def test_a_number_that_no_row_can_bear_is_not_found(number: int, desk: Desk) -> None:
    record = make_record()
    at = f"/o/{desk.team.organisation.slug}/register/{record.reference}/actions/{number}/done"

    assert desk.client.get(at).status_code == 404


def test_reading_writes_nothing(desk: Desk) -> None:
    record = make_approved(desk.team)
    desk.page("index")
    with count_queries() as statements:
        for where in ("index", "filters", "accounts.search", "new", "library"):
            desk.page(where)
        for where in ("show", "history", "compare", "submit", "opinion"):
            desk.page(where, reference=record.reference)
        for section in SECTIONS:
            desk.page("edit", reference=record.reference, section=section)

    assert [s for s in statements if not s.lstrip().upper().startswith(("SELECT", "SHOW"))] == []


def test_a_record_page_asks_the_database_no_more_for_a_longer_record(desk: Desk) -> None:
    short = make_approved(desk.team)
    long = make_record(
        purposes=[{"key": f"p{n}", "label": "x"} for n in range(40)],
        data=[{"key": f"d{n}", "label": "x"} for n in range(40)],
        measures=[{"key": f"m{n}", "label": "x"} for n in range(40)],
    )
    slug, counted = desk.team.organisation.slug, []
    for reference in (short.reference, long.reference, long.reference):
        with count_queries() as statements:
            desk.client.page(f"/o/{slug}/register/{reference}/")
        counted.append(len(statements))

    assert counted[1] <= counted[0]
    assert counted[0] <= 14, "\n".join(statements)
    assert counted[2] == 4  # who, where, as what, and whether anything was kept since the page was written

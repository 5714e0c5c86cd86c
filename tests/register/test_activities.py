"""Writing the register: adding, changing section by section, two people at once, copies, the archive."""

import pytest
from flask import Flask

from compliance.records import services as records
from compliance.records.models import ARCHIVED, DRAFT
from compliance.register.services import activities, library
from compliance.support import transactions
from compliance.support.errors import Forbidden, NotFound, RuleBroken, Stale
from tests.helpers.makers import actor_of, make_department, make_organisation, make_person, make_record
from tests.register.records import answers, make_approved, make_team, make_whole

pytestmark = pytest.mark.database


def test_a_new_activity_is_a_draft_with_the_answers_given_and_no_others(context: Flask) -> None:
    team = make_team()

    record = activities.add({"name": "  Paie\x00 ", "outside_eea": None}, actor=team.actor("dpo"))

    assert (record.reference, record.state, record.version, record.name) == ("PA-0001", DRAFT, 1, "Paie")
    assert record.document == {**activities.empty(), "name": "Paie"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"surprise": 1}, "surprise"),
        ({"outside_eea": "no"}, "outside_eea"),
        ({"started_on": "31/12/2026"}, "started_on"),
        ({"name": "x" * 256}, "name"),
        ({"role": "a b"}, "role"),
        ({"purposes": [{"label": "x", "lia_on": "soon"}]}, "purposes/0/lia_on"),
        ({"purposes": "none"}, "purposes"),
        ({"people": [{"number": -1}]}, "people/0/number"),
        ({"owner": {"kind": "person"}}, "owner/reference"),
    ],
)
def test_an_answer_that_cannot_be_is_named(wrong: dict[str, object], field: str, context: Flask) -> None:
    team = make_team()

    with pytest.raises(RuleBroken) as refused:
        activities.add({"name": "Paie", **wrong}, actor=team.actor("dpo"))

    assert refused.value.field == field


def test_a_section_that_holds_what_no_form_sends_is_refused_in_words(context: Flask) -> None:
    team = make_team()
    record = make_record()

    with pytest.raises(RuleBroken) as refused:
        activities.save_section(
            record, "identity", answers(record, "identity", name="x" * 300), base_version=1, actor=team.actor("dpo")
        )

    assert refused.value.field == "name"


def test_who_only_reads_changes_nothing(context: Flask) -> None:
    team = make_team()
    record = make_record()
    for role in ("auditor", "controller"):
        actor = team.actor(role)
        for act in (
            lambda actor=actor: activities.add({"name": "x"}, actor=actor),
            lambda actor=actor: activities.save_section(
                record, "identity", answers(record, "identity"), base_version=1, actor=actor
            ),
            lambda actor=actor: activities.archive(record, actor=actor),
            lambda actor=actor: activities.restore(record, actor=actor),
            lambda actor=actor: activities.duplicate(record, actor=actor),
            lambda actor=actor: activities.assign(record, "x@y.example", actor=actor),
        ):
            with pytest.raises(Forbidden):
                act()
    assert record.version == 1


def test_two_people_who_change_different_answers_both_keep_theirs(context: Flask) -> None:
    team = make_team()
    record = make_record(name="Paie", purposes=[{"key": "p1", "label": "Payer"}])
    actor = team.actor("dpo")
    mine = answers(record, "purposes", purposes=[{**record.document["purposes"][0], "law_reference": "L3243-2"}])
    theirs = answers(record, "purposes", purposes=[{**record.document["purposes"][0], "label": "Payer le personnel"}])
    activities.save_section(record, "purposes", theirs, base_version=1, actor=actor)
    activities.save_section(record, "identity", answers(record, "identity", name="Paye"), base_version=1, actor=actor)

    activities.save_section(record, "purposes", mine, base_version=1, actor=actor)

    purpose = record.document["purposes"][0]
    assert (record.name, purpose["label"], purpose["law_reference"]) == ("Paye", "Payer le personnel", "L3243-2")


def test_two_people_who_change_the_same_answer_are_told_and_one_decides(context: Flask) -> None:
    team = make_team()
    record = make_record(name="Paie")
    actor = team.actor("dpo")
    activities.save_section(record, "identity", answers(record, "identity", name="Paye"), base_version=1, actor=actor)
    mine = {**answers(record, "identity"), "name": "Salaires", "notes": "lue"}

    with pytest.raises(Stale) as stale:
        activities.save_section(record, "identity", mine, base_version=1, actor=actor)
    assert stale.value.conflicts == [{"path": "name", "base": "Paie", "mine": "Salaires", "theirs": "Paye"}]
    assert record.name == "Paye"

    activities.save_section(record, "identity", mine, base_version=1, actor=actor, decided={"name": "theirs"})
    assert (record.name, record.document["notes"]) == ("Paye", "lue")
    activities.save_section(record, "identity", mine, base_version=1, actor=actor, decided={"name": "mine"})
    assert record.name == "Salaires"


def test_two_rows_never_share_a_key(context: Flask) -> None:
    team = make_team()
    record = make_record()
    row = {"key": "p1", "label": "x"}

    activities.save_section(record, "purposes", {"purposes": [row, dict(row)]}, base_version=1, actor=team.actor("dpo"))

    keys = [purpose["key"] for purpose in record.document["purposes"]]
    assert keys[0] == "p1"
    assert len(set(keys)) == 2


def test_a_department_head_writes_in_their_own_branch(context: Flask) -> None:
    own = make_organisation()
    place, other = make_department("HR"), make_department("Sales")
    head = actor_of(make_person("department_head", organisation=own, department=place.reference), own)
    mine = {"kind": "department", "reference": place.reference, "name": place.name}
    theirs = {"kind": "department", "reference": other.reference, "name": other.name}

    record = activities.add({"name": "x", "department": mine}, actor=head)
    activities.save_section(record, "identity", answers(record, "identity", name="y"), base_version=1, actor=head)
    for place_of in (None, theirs, {**theirs, "reference": "gone"}):
        with pytest.raises(RuleBroken) as refused:
            activities.add({"name": "x", "department": place_of}, actor=head)
        assert refused.value.field == "department"
        with pytest.raises(RuleBroken):
            activities.save_section(
                record, "identity", answers(record, "identity", department=place_of), base_version=2, actor=head
            )


def test_an_earlier_version_does_not_take_a_record_out_of_the_sight_of_its_department_head(context: Flask) -> None:
    own = make_organisation()
    place, other = make_department("HR"), make_department("Sales")
    links = [{"kind": "department", "reference": d.reference, "name": d.name} for d in (other, place)]
    record = make_record(department=links[0])
    dpo = actor_of(make_person("dpo", organisation=own), own)
    activities.save_section(
        record, "identity", answers(record, "identity", department=links[1]), base_version=1, actor=dpo
    )
    transactions.commit()
    head = actor_of(make_person("department_head", organisation=own, department=place.reference), own)

    with pytest.raises(RuleBroken):
        activities.restore(records.find("activity", record.reference), actor=head, number=1)


def test_a_copy_has_its_own_reference_and_the_same_content(context: Flask) -> None:
    team = make_team()
    record = make_whole(team)

    copy = activities.duplicate(record, actor=team.actor("dpo"))

    assert (copy.reference, copy.state, copy.name) == ("PA-0002", DRAFT, "Paie (copy)")
    assert {**copy.document, "name": "Paie"} == record.document
    assert records.revisions_of(copy)[0].reason == "Copied from PA-0001"


def test_the_copy_of_a_long_name_fits(context: Flask) -> None:
    team = make_team()
    record = make_record(name="x" * 255)

    assert len(activities.duplicate(record, actor=team.actor("dpo")).name) == 255


def test_what_is_archived_comes_back_as_it_was(context: Flask) -> None:
    team = make_team()
    record = make_record(name="Paie")

    activities.archive(record, actor=team.actor("dpo"), reason="no more")
    assert record.state == ARCHIVED
    activities.restore(record, actor=team.actor("dpo"))

    assert (record.state, record.name, record.version) == (DRAFT, "Paie", 3)
    assert records.revision(record, 2).reason == "no more"


def test_bringing_back_what_was_never_archived_changes_nothing(context: Flask) -> None:
    team = make_team()
    record = make_approved(team)
    before = record.version, record.state

    activities.restore(record, actor=team.actor("dpo"))

    assert (record.version, record.state) == before


def test_only_the_dpo_takes_an_approved_record_out_and_brings_it_back(context: Flask) -> None:
    team = make_team()
    place = make_department("HR")
    link = {"kind": "department", "reference": place.reference, "name": place.name}
    record = make_approved(team)
    records.change(record, {**record.document, "department": link}, "x:change", actor=team.actor("dpo"))
    transactions.commit()
    head_of = make_person("department_head", organisation=team.organisation, department=place.reference)

    head = actor_of(head_of, team.organisation)
    with pytest.raises(Forbidden):
        activities.archive(record, actor=head)
    activities.archive(record, actor=team.actor("dpo"))
    transactions.commit()
    head = actor_of(head_of, team.organisation)
    with pytest.raises(Forbidden):
        activities.restore(record, actor=head)


def test_a_record_is_given_to_somebody_who_works_here(context: Flask) -> None:
    team = make_team()
    record = make_record()
    person = team.people["controller"]

    activities.assign(record, person.email, actor=team.actor("dpo"))

    assert record.document["owner"] == {"kind": "person", "reference": person.email, "name": person.name}
    assert record.owner_email == person.email
    with pytest.raises(RuleBroken):
        activities.assign(record, "stranger@else.example", actor=team.actor("dpo"))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_activity_of_the_library_is_a_draft_to_be_checked(language: str, context: Flask) -> None:
    team = make_team()
    code = activities.law().starters[0]["code"]

    record = library.start_from(code, language, actor=team.actor("dpo"))

    assert record.state == DRAFT
    assert record.name == activities.law().starters[0]["name"][language]
    with pytest.raises(NotFound):
        library.start_from("nothing", language, actor=team.actor("dpo"))

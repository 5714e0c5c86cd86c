"""Building exports: who may take what, what goes in, how long it is kept."""

import datetime
import io
from zoneinfo import ZoneInfo

import openpyxl
import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from compliance.exports import services
from compliance.exports.services import Wish
from compliance.records import services as records
from compliance.records.models import JournalEntry, StoredFile
from compliance.register.services import activities
from compliance.support import clock, jobs, storage, transactions
from compliance.support.db import db
from compliance.support.errors import Forbidden, NotFound, RuleBroken
from tests.helpers.makers import make_record
from tests.register.records import Team, make_approved, make_team

pytestmark = pytest.mark.database


def written(wish: Wish, team: Team, role: str = "dpo") -> bytes:
    out = io.BytesIO()
    services.write(wish, out, actor=team.actor(role))
    return out.getvalue()


def text_of(token: str, team: Team, role: str = "dpo") -> str:
    file = services.find_file(token, team.actor(role))
    return storage.path_of(file.digest).read_text("utf-8-sig")


def names_in(wish: Wish, team: Team) -> set[str]:
    return {entry.name for entry in services.entries(wish, team.actor("dpo"))}


def mixed() -> Team:
    """An approved record whose working copy went on, and a draft."""
    team = make_team()
    record = make_approved(team, name="Paie")
    records.change(record, {**record.document, "name": "Paye, en cours"}, "x:change", actor=team.actor("dpo"))
    make_record(name="Brouillon")
    gone = make_approved(team, name="Archivée")
    activities.archive(gone, actor=team.actor("dpo"))
    transactions.commit()
    return team


def test_the_register_is_what_was_approved(context: Flask) -> None:
    team = mixed()

    assert names_in(Wish("csv", "en"), team) == {"Paie"}
    assert names_in(Wish("csv", "en", "all"), team) == {"Paye, en cours", "Brouillon"}


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish("docx", "en"), "format"),
        (Wish("", "en"), "format"),
        (Wish("pdf", "de"), "language"),
        (Wish("pdf", "en", "some"), "status"),
        (Wish("json", "en", filters={"state": ["draft"]}), "format"),
        (Wish("json", "en", reference="PA-0001"), "format"),
        (Wish("json", "en", selected=("PA-0001",)), "format"),
    ],
)
def test_what_cannot_be_built_is_refused_in_words(wish: Wish, field: str, context: Flask) -> None:
    team = make_team()

    with pytest.raises(RuleBroken) as refused:
        services.request(wish, actor=team.actor("dpo"))

    assert refused.value.field == field


def test_an_auditor_takes_no_drafts_away(context: Flask) -> None:
    team = mixed()

    with pytest.raises(Forbidden):
        services.request(Wish("csv", "en", "all"), actor=team.actor("auditor"))
    with pytest.raises(NotFound):
        services.request(Wish("csv", "en", reference="PA-0002"), actor=team.actor("auditor"))
    whole = orjson.loads(written(Wish("json", "en"), team, "auditor"))
    assert [(a["document"]["name"], a["status"]) for a in whole["activities"]] == [("Paie", "approved")]
    assert b"en cours" not in orjson.dumps(whole)


def test_a_filtered_export_holds_what_the_list_shows_and_says_that_it_is_a_part(context: Flask) -> None:
    team = mixed()
    wish = Wish("csv", "en", "all", filters={"q": ["brouillon"], "state": ["draft"], "face": ["approved"]})

    assert names_in(wish, team) == {"Brouillon"}
    assert services.frame(wish, team.actor("dpo")).selection
    assert services.frame(Wish("csv", "en"), team.actor("dpo")).selection == ""
    assert services.frame(Wish("csv", "en", reference="PA-0001"), team.actor("dpo")).selection == "PA-0001"
    assert names_in(Wish("csv", "en", reference="PA-0001"), team) == {"Paie"}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("format_", services.MEDIA)
def test_every_format_is_built_in_both_languages(format_: str, language: str, context: Flask) -> None:
    team = mixed()

    file = services.build(Wish(format_, language, "all"), actor=team.actor("dpo"))

    content = storage.path_of(file.digest).read_bytes()
    start = {"json": b"{", "csv": b"\xef\xbb\xbf", "xlsx": b"PK", "pdf": b"%PDF"}[format_]
    assert content.startswith(start)
    assert (len(content), file.media_type) == (file.size, services.MEDIA[format_])
    assert file.name.endswith(f".{format_}")
    if format_ == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(content))
        assert "Brouillon" in {cell.value for sheet in book for row in sheet for cell in row}


def test_an_empty_register_can_be_taken_away(context: Flask) -> None:
    team = make_team()
    for format_ in services.MEDIA:
        assert written(Wish(format_, "fr"), team)


def test_the_day_of_approval_is_that_of_the_organisation(context: Flask) -> None:
    team = make_team()
    with clock.frozen(datetime.datetime(2026, 3, 4, 0, 30, tzinfo=ZoneInfo("Europe/Paris"))):
        make_approved(team)

    (entry,) = services.entries(Wish("csv", "en"), team.actor("dpo"))

    assert (entry.approved_on, entry.created_on, entry.approved_by) == (
        "2026-03-04", "2026-03-04", team.people["controller"].name,
    )  # fmt: skip


def test_a_large_export_is_a_job_of_who_asked(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(services.AT_ONCE, "csv", 1)
    team = mixed()
    token, is_built = services.request(Wish("csv", "fr", "all"), actor=team.actor("dpo"))
    transactions.commit()
    assert not is_built
    assert jobs.run_due() == 1
    db.session.rollback()

    job = jobs.find(token, team.organisation.id)
    assert job is not None
    assert (job.state, job.error) == ("done", "")
    assert "Brouillon" in text_of(job.result["token"], team)
    with pytest.raises(NotFound):
        services.find_file(job.result["token"], team.actor("controller"))


def test_a_job_shows_no_more_than_who_asked_may_see(context: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(services.AT_ONCE, "csv", 0)
    team = mixed()
    services.request(Wish("csv", "fr"), actor=team.actor("auditor"))
    transactions.commit()
    jobs.run_due()
    db.session.rollback()

    team.actor("auditor")
    (file,) = db.session.scalars(select(StoredFile)).all()
    text = storage.path_of(file.digest).read_text("utf-8-sig")
    assert "Paie" in text
    assert "en cours" not in text
    assert "Brouillon" not in text


def test_the_journal_says_who_took_what_away(context: Flask) -> None:
    team = mixed()
    services.request(Wish("csv", "fr", "all", filters={"q": ["x"]}), actor=team.actor("dpo"))
    transactions.commit()

    entry = db.session.scalars(select(JournalEntry).order_by(JournalEntry.id.desc()).limit(1)).one()
    assert (entry.tag, entry.actor_name, entry.details["format"], entry.details["status"]) == (
        "export:requested", team.people["dpo"].name, "csv", "all",
    )  # fmt: skip

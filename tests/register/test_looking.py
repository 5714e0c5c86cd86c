"""A review is an act: each section is answered, somebody signs, it leaves a revision and sets the next date."""

import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from compliance.records import services as records
from compliance.records.models import Record
from compliance.register.models import Action
from compliance.register.services import looking, review
from compliance.reminders.models import DueDate
from compliance.support import clock, transactions
from compliance.support.db import db
from compliance.support.errors import Forbidden, RuleBroken
from tests.helpers.client import PageClient
from tests.helpers.makers import make_record
from tests.register.desk import Desk
from tests.register.records import Team, make_approved, make_team

LATER = datetime.datetime(2027, 11, 2, 9, tzinfo=datetime.UTC)


@pytest.fixture
def team(context: Flask, morning: datetime.datetime) -> Team:
    return make_team()


def same(record: Record, **changed: str) -> dict[str, str]:
    return {section: changed.get(section, looking.STILL_TRUE) for section in looking.sections_of(record)}


@pytest.mark.database
def test_a_review_leaves_a_revision_and_sets_the_next_date(team: Team) -> None:
    record = make_approved(team)
    version, edition = record.version, record.edition
    with clock.frozen(LATER):
        kept = looking.sign(record, same(record), {}, team.people["dpo"].name, actor=team.actor("dpo"))
        transactions.commit()
    assert (kept.tag, kept.number, kept.document) == (looking.TAG, version + 1, record.document)
    assert (record.reviewed_on, record.review_due_on) == (datetime.date(2027, 11, 2), datetime.date(2028, 11, 2))
    assert (record.state, record.edition) == ("approved", edition)
    due = select(DueDate).where(DueDate.record_id == record.id, DueDate.kind == "activity_review")
    assert db.session.scalars(due).one().due_on == datetime.date(2028, 11, 2)
    entry = records.journal_of(record)[0]
    assert entry.details["signed_by"] == team.people["dpo"].name
    assert set(entry.details["said"].values()) == {looking.STILL_TRUE}


def test_a_date_that_passes_changes_no_record(team: Team) -> None:
    record = make_approved(team)
    transactions.commit()
    before = (record.version, record.reviewed_on, record.document)
    with clock.frozen(LATER + datetime.timedelta(days=400)):
        assert (record.version, record.reviewed_on, record.document) == before


def test_a_section_that_changed_was_corrected_or_says_what_is_to_be(team: Team) -> None:
    record = make_approved(team)
    said = same(record, data=looking.CHANGED)
    with pytest.raises(RuleBroken) as refused:
        looking.sign(record, said, {}, team.people["dpo"].name, actor=team.actor("dpo"))
    assert refused.value.field == "note_data"
    transactions.rollback()

    looking.sign(
        record, said, {"data": "The badge photographs are new"}, team.people["dpo"].name, actor=team.actor("dpo")
    )
    transactions.commit()
    action = db.session.scalars(select(Action).where(Action.record_id == record.id)).one()
    assert (action.title, action.due_on) == ("The badge photographs are new", datetime.date(2026, 12, 23))


def test_a_section_that_was_corrected_needs_no_note(team: Team) -> None:
    record = make_approved(team)
    document = {**record.document, "description": "Other words"}
    records.change(record, document, "register:record:change", actor=team.actor("dpo"))
    transactions.commit()
    assert list(looking.changed_since(record, looking.last_look(record))) == ["identity"]
    looking.sign(record, same(record, identity=looking.CHANGED), {}, team.people["dpo"].name, actor=team.actor("dpo"))
    transactions.commit()
    assert looking.changed_since(record, looking.last_look(record)) == {}
    assert record.state == "draft"


def test_every_section_is_answered_and_somebody_signs(team: Team) -> None:
    record = make_approved(team)
    said = same(record)
    del said["transfers"]
    with pytest.raises(RuleBroken) as refused:
        looking.sign(record, said, {}, team.people["dpo"].name, actor=team.actor("dpo"))
    assert refused.value.field == "said_transfers"
    for name in ("", "Somebody else"):
        with pytest.raises(RuleBroken) as refused:
            looking.sign(record, same(record), {}, name, actor=team.actor("dpo"))
        assert refused.value.field == "signed_by"


def test_only_who_writes_reviews_and_only_what_is_in_the_register(team: Team) -> None:
    draft, record = make_record(), make_approved(team)
    with pytest.raises(RuleBroken, match="in the register"):
        looking.sign(draft, same(draft), {}, team.people["dpo"].name, actor=team.actor("dpo"))
    with pytest.raises(Forbidden):
        looking.sign(record, same(record), {}, "Claire", actor=team.actor("controller"))
    records.archive(record, "register:record:archive", actor=team.actor("dpo"))
    with pytest.raises(RuleBroken, match="archived"):
        looking.sign(record, same(record), {}, team.people["dpo"].name, actor=team.actor("dpo"))


def test_a_review_that_finds_a_critical_gap_comes_back_sooner(team: Team) -> None:
    record = make_approved(team)
    document = {**record.document, "risk_likely": True}
    records.change(record, document, "register:record:change", actor=team.actor("dpo"))
    looking.sign(record, same(record, identity=looking.CHANGED), {}, team.people["dpo"].name, actor=team.actor("dpo"))
    assert record.review_due_on == datetime.date(2027, 5, 23)


@pytest.mark.database
def test_the_page_keeps_what_was_typed_and_says_what_is_missing(team: Team, client: PageClient) -> None:
    desk, record = Desk(client, team), make_approved(team)
    transactions.commit()
    name = team.people["dpo"].name
    page = desk.page("look_again", reference=record.reference)
    sent = {**page.form("/review"), **{f"said_{name}": looking.STILL_TRUE for name in looking.sections_of(record)}}
    sent["said_data"], sent["note_recipients"] = looking.CHANGED, "typed here"
    refused = desk.sent("look_again", sent, 422, reference=record.reference)
    assert "typed here" in refused.response.text
    assert "Sign with your name" in refused.text
    refused = desk.sent("look_again", {**sent, "signed_by": name}, 422, reference=record.reference)
    assert "Correct this section first" in refused.text

    desk.send("look_again", {**sent, "signed_by": name.upper(), "note_data": "Photos"}, reference=record.reference)
    page = desk.page("show", reference=record.reference)
    assert "The next review is due on 23 May 2027" in page.text or "The next review is due on 23 Nov 2027" in page.text
    assert "Photos" in page.text
    history = desk.page("history", reference=record.reference).text
    assert "Reviewed and signed" in history
    assert "9 sections confirmed" in history
    assert "to correct (“Photos”)" in history


def test_a_draft_has_no_review_page_and_its_menu_no_link(team: Team, client: PageClient) -> None:
    desk, draft, record = Desk(client, team), make_record(), make_approved(team)
    transactions.commit()
    desk.page("look_again", status=409, reference=draft.reference)
    assert "Review the record" not in desk.page("show", reference=draft.reference).text
    assert "Review the record" in desk.page("show", reference=record.reference).text
    assert review.actions_of(record) == []


def test_the_finding_that_a_review_is_late_leads_to_the_review(team: Team, client: PageClient) -> None:
    desk, record = Desk(client, team), make_approved(team)
    transactions.commit()
    with clock.frozen(LATER + datetime.timedelta(days=60)):
        page = desk.page("show", reference=record.reference)
        assert any(url.endswith(f"/{record.reference}/review") for url in page.links.values())
        assert "The record was last reviewed 13 months ago" in page.text

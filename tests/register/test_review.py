"""Deciding: what stands in the way of approval, who may approve, what the register shows meanwhile; gaps, actions."""

import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from compliance.accounts import services as accounts
from compliance.records import services as records
from compliance.records.models import APPROVED, DRAFT, SUBMITTED, Record
from compliance.register.documents import ProcessorUse, Purpose
from compliance.register.models import FindingRow, RegisterEntry
from compliance.register.services import activities, review, xray
from compliance.regulation.rulebook import CRITICAL
from compliance.support import clock, transactions
from compliance.support.db import db
from compliance.support.documents import Link
from compliance.support.errors import Forbidden, NotFound, RuleBroken
from tests.conftest import MORNING
from tests.helpers.makers import actor_of, make_party, make_person, make_record
from tests.register.records import (
    DUE,
    Team,
    answers,
    blocking,
    found,
    make_approved,
    make_team,
    make_whole,
    plan_criticals,
)

pytestmark = pytest.mark.database

UNCONTRACTED: dict[str, Any] = {"processors_none": None}


def with_a_gap(team: Team, **changes: Any) -> Record:
    """A draft whose processor has no contract: a critical gap, and nothing else in the way."""
    party = make_party("PaySoft", country="FR")
    use = ProcessorUse("u1", Link("party", party.reference, party.name), "Calcul de la paie", subprocessors_known=True)
    return make_whole(team, processors=(use,), processors_none=None, **changes)


def entries(record: Record) -> dict[str, tuple[str, str]]:
    chosen = select(RegisterEntry).where(RegisterEntry.record_id == record.id)
    return {entry.face: (entry.name, entry.state) for entry in db.session.scalars(chosen)}


def test_the_record_of_these_tests_is_one_that_nothing_stands_against(context: Flask) -> None:
    team = make_team()
    record = make_whole(team)

    assert blocking(record) == set()
    assert [f.rule for f in review.standing_criticals(record)] == []
    assert {f.rule for f in review.standing_criticals(with_a_gap(team))} == {"R052"}


def test_what_art_30_asks_and_nobody_answered_stops_submission_and_approval(context: Flask) -> None:
    team = make_team()
    record = make_whole(team, people=())
    assert blocking(record)

    with pytest.raises(RuleBroken, match="in the way"):
        review.submit(record, actor=team.actor("dpo"))
    with pytest.raises(RuleBroken, match="in the way"):
        review.approve(record, actor=team.actor("controller"), acknowledged=True)
    assert (record.state, record.version) == (DRAFT, 1)


def test_the_controller_approves_and_the_dpo_does_not(context: Flask) -> None:
    team = make_team()
    record = make_whole(team)
    review.submit(record, actor=team.actor("dpo"), comment="for Monday")
    assert (record.state, records.revisions_of(record)[0].reason) == (SUBMITTED, "for Monday")

    for role in ("dpo", "auditor"):
        with pytest.raises(Forbidden):
            review.approve(record, actor=team.actor(role))
    kept = review.approve(record, actor=team.actor("controller"), reason="read")

    assert (record.state, record.edition, record.approved_by) == (APPROVED, 1, team.people["controller"].name)
    assert (kept.state, kept.edition, kept.reason, record.approved_revision_id) == (APPROVED, 1, "read", kept.id)
    with pytest.raises(RuleBroken, match="already"):
        review.approve(record, actor=team.actor("controller"))


def test_a_critical_gap_of_what_is_ongoing_wants_an_action_and_a_word(context: Flask) -> None:
    team = make_team()
    record = with_a_gap(team)
    review.submit(record, actor=team.actor("dpo"))

    with pytest.raises(RuleBroken) as refused:
        review.approve(record, actor=team.actor("controller"), acknowledged=True)
    assert refused.value.field == "actions"
    plan_criticals(record, team)
    with pytest.raises(RuleBroken) as refused:
        review.approve(record, actor=team.actor("controller"))
    assert refused.value.field == "acknowledged"
    review.approve(record, actor=team.actor("controller"), acknowledged=True)
    transactions.commit()

    details = records.journal_of(record)[0].details
    assert details["acknowledged"] == ["R052 u1"]
    assert {f.rule for f in xray.findings_of(record) if f.severity == CRITICAL} == {"R052"}


def test_an_action_that_is_done_no_longer_covers_the_gap(context: Flask) -> None:
    team = make_team()
    record = with_a_gap(team)
    plan_criticals(record, team)
    action = review.actions_of(record)[0]
    review.finish(record, action.id, "signed", clock.today(), actor=team.actor("dpo"))

    with pytest.raises(RuleBroken) as refused:
        review.approve(record, actor=team.actor("controller"), acknowledged=True)
    assert refused.value.field == "actions"


def test_the_same_gap_stops_what_is_only_planned(context: Flask) -> None:
    team = make_team()
    record = with_a_gap(team, phase="planned")

    with pytest.raises(RuleBroken) as refused:
        review.approve(record, actor=team.actor("controller"), acknowledged=True)

    assert refused.value.field == "findings"


def own_setting(team: Team, value: str) -> None:
    accounts.save_settings({"self_approval": value}, actor=team.actor("controller"))
    transactions.commit()


def in_both_roles(team: Team) -> Any:
    person = make_person("dpo", "controller", organisation=team.organisation)
    transactions.commit()
    return person


@pytest.mark.parametrize("submits", [True, False])
@pytest.mark.parametrize(
    ("setting", "alone", "allowed"),
    [("off", True, False), ("on", False, True), ("auto", True, True), ("auto", False, False)],
)
def test_whether_one_approves_ones_own_work(
    setting: str, alone: bool, allowed: bool, submits: bool, context: Flask
) -> None:
    team = make_team("dpo", *(() if alone else ("controller",)))
    person = in_both_roles(team)
    actor = actor_of(person, team.organisation)
    accounts.save_settings({"self_approval": setting}, actor=actor)
    record = make_whole(team)
    actor = actor_of(person, team.organisation)
    activities.save_section(record, "identity", answers(record, "identity", notes="x"), base_version=1, actor=actor)
    if submits:
        review.submit(record, actor=actor)

    if allowed:
        review.approve(record, actor=actor)
        transactions.commit()
        assert records.journal_of(record)[0].details["both_roles"] is True
    else:
        with pytest.raises(Forbidden, match="somebody else"):
            review.approve(record, actor=actor)


def test_a_role_that_ended_does_not_count_among_those_who_could_approve(context: Flask) -> None:
    team = make_team("dpo")
    person = in_both_roles(team)
    ended = make_person(organisation=team.organisation)
    actor = actor_of(person, team.organisation)
    accounts.give_role(ended, "controller", actor=actor, until=clock.now() - datetime.timedelta(days=1))
    record = make_whole(team)
    actor = actor_of(person, team.organisation)
    review.submit(record, actor=actor)

    review.approve(record, actor=actor)

    assert record.state == APPROVED


def test_a_refusal_says_why_and_gives_the_record_back(context: Flask) -> None:
    team = make_team()
    record = make_whole(team)
    with pytest.raises(RuleBroken):
        review.refuse(record, "not yet sent", actor=team.actor("controller"))
    review.submit(record, actor=team.actor("dpo"))

    with pytest.raises(RuleBroken) as refused:
        review.refuse(record, "", actor=team.actor("controller"))
    assert refused.value.field == "reason"
    review.refuse(record, "The purpose is vague.", actor=team.actor("controller"))

    assert (record.state, record.submitted_by_id) == (DRAFT, None)
    assert records.revisions_of(record)[0].reason == "The purpose is vague."


def test_the_register_keeps_its_version_while_the_working_copy_changes(context: Flask) -> None:
    team = make_team()
    record = make_approved(team)
    version = record.version
    activities.save_section(
        record, "identity", answers(record, "identity", name="Paye"), base_version=version, actor=team.actor("dpo")
    )
    transactions.commit()

    assert entries(record) == {"working": ("Paye", DRAFT), "approved": ("Paie", APPROVED)}
    assert records.document_for(team.actor("auditor"), record)["name"] == "Paie"

    review.submit(record, actor=team.actor("dpo"))
    review.approve(record, actor=team.actor("controller"))
    assert entries(record) == {"working": ("Paye", APPROVED), "approved": ("Paye", APPROVED)}
    assert record.edition == 2


def test_approval_sets_the_next_review_sooner_where_the_risk_is_high(
    context: Flask, morning: datetime.datetime
) -> None:
    team = make_team()
    calm, risky = make_approved(team), with_a_gap(team)
    plan_criticals(risky, team)
    review.approve(risky, actor=team.actor("controller"), acknowledged=True)

    assert calm.reviewed_on == datetime.date(2026, 11, 23)
    assert calm.review_due_on is not None
    assert risky.review_due_on is not None
    assert morning.date() < risky.review_due_on < calm.review_due_on


def waivable(record: Record) -> tuple[str, str]:
    finding = next(f for f in xray.findings_of(record) if f.severity in ("error", "warning"))
    return finding.rule, finding.row_key


def standing(record: Record) -> set[tuple[str, str]]:
    chosen = select(FindingRow.rule, FindingRow.row_key).where(
        FindingRow.record_id == record.id, FindingRow.waived.is_(False), FindingRow.face == "working"
    )
    return {(rule, key) for rule, key in db.session.execute(chosen)}


def imperfect(team: Team) -> Record:
    """A draft with a gap that can be accepted: nobody wrote down why the interest prevails."""
    purpose = Purpose("p1", "Répondre", "", "legitimate_interests", interest="répondre aux demandes")
    return make_whole(team, purposes=(purpose,))


def test_an_accepted_gap_ends_on_its_day_and_comes_back(context: Flask) -> None:
    team = make_team()
    with clock.frozen(MORNING):
        record = imperfect(team)
        rule, key = waivable(record)
        until = datetime.date(2026, 12, 1)
        review.waive(record, rule, key, "Under way", until, actor=team.actor("dpo"))
        transactions.commit()
        assert (rule, key) not in standing(record)
        assert rule in found(record)
    for day, stands in ((datetime.date(2026, 11, 30), False), (until, True), (datetime.date(2027, 3, 1), True)):
        with clock.frozen(datetime.datetime(day.year, day.month, day.day, 9, tzinfo=MORNING.tzinfo)):
            xray.examine_all()
            assert ((rule, key) in standing(record)) is stands, day


def test_an_accepted_gap_is_taken_back_by_the_dpo_alone(context: Flask) -> None:
    team = make_team()
    record = imperfect(team)
    rule, key = waivable(record)
    review.waive(record, rule, key, "Under way", clock.today() + datetime.timedelta(days=9), actor=team.actor("dpo"))

    with pytest.raises(Forbidden):
        review.end_waiver(record, rule, key, actor=team.actor("controller"))
    review.end_waiver(record, rule, key, actor=team.actor("dpo"))

    assert (rule, key) in standing(record)
    assert list(review.waivers_of(record)) == []


def test_what_blocks_or_is_critical_is_never_accepted(context: Flask) -> None:
    team = make_team()
    day = clock.today() + datetime.timedelta(days=9)
    blocked, critical = make_whole(team, people=()), with_a_gap(team)
    gap = next(f for f in xray.findings_of(blocked) if f.is_blocker)

    with pytest.raises(RuleBroken, match="itself asks for"):
        review.waive(blocked, gap.rule, gap.row_key, "why not", day, actor=team.actor("dpo"))
    with pytest.raises(RuleBroken, match="critical"):
        review.waive(critical, "R052", "u1", "why not", day, actor=team.actor("dpo"))


@pytest.mark.parametrize(("reason", "days", "field"), [("", 9, "reason"), ("x", 0, "until"), ("x", -1, "until")])
def test_a_gap_is_accepted_for_a_reason_and_until_a_day_to_come(
    reason: str, days: int, field: str, context: Flask
) -> None:
    team = make_team()
    record = imperfect(team)

    with pytest.raises(RuleBroken) as refused:
        review.waive(
            record, *waivable(record), reason, clock.today() + datetime.timedelta(days=days), actor=team.actor("dpo")
        )

    assert refused.value.field == field


def test_nobody_but_the_dpo_accepts_a_gap_and_none_that_does_not_stand(context: Flask) -> None:
    team = make_team()
    record = imperfect(team)
    day = clock.today() + datetime.timedelta(days=9)

    with pytest.raises(Forbidden):
        review.waive(record, *waivable(record), "x", day, actor=team.actor("controller"))
    with pytest.raises(NotFound):
        review.waive(record, "R052", "nowhere", "x", day, actor=team.actor("dpo"))


def test_an_action_says_what_by_whom_and_when_and_closes_with_evidence(context: Flask) -> None:
    team = make_team()
    record = imperfect(team)
    actor = team.actor("dpo")
    rule, key = waivable(record)
    with pytest.raises(RuleBroken) as refused:
        review.plan(record, rule, key, "", "", DUE, actor=actor)
    assert refused.value.field == "title"
    action = review.plan(record, rule, key, "Write the balance", "a@b.example", DUE, actor=actor)
    transactions.commit()

    for evidence, day, field in (
        ("", clock.today(), "evidence"),
        ("x", clock.today() + datetime.timedelta(days=1), "done_on"),
    ):
        with pytest.raises(RuleBroken) as refused:
            review.finish(record, action.id, evidence, day, actor=actor)
        assert refused.value.field == field
    review.finish(record, action.id, "filed", clock.today(), actor=actor)
    transactions.commit()
    assert [(a.title, a.evidence, a.done_on) for a in review.actions_of(record)] == [
        ("Write the balance", "filed", clock.today())
    ]
    for number in (action.id + 1, 0, 10**12):
        with pytest.raises(NotFound):
            review.finish(record, number, "x", clock.today(), actor=actor)
    with pytest.raises(NotFound):
        review.finish(make_record(), action.id, "x", clock.today(), actor=actor)


def test_the_dpo_advises_on_a_version_and_says_why_when_not_favourable(context: Flask) -> None:
    team = make_team()
    record = make_whole(team)

    with pytest.raises(RuleBroken) as refused:
        review.give_opinion(record, "reservations", "", actor=team.actor("dpo"))
    assert refused.value.field == "words"
    with pytest.raises(RuleBroken):
        review.give_opinion(record, "maybe", "x", actor=team.actor("dpo"))
    with pytest.raises(Forbidden):
        review.give_opinion(record, "favourable", "", actor=team.actor("controller"))
    review.give_opinion(record, "unfavourable", "No", actor=team.actor("dpo"))
    review.give_opinion(record, "favourable", "", actor=team.actor("dpo"))

    opinion = review.opinion_of(record)
    assert opinion is not None
    assert (opinion.verdict, opinion.version, opinion.given_by) == ("favourable", 1, team.people["dpo"].name)


def test_the_day_of_the_next_review_can_be_chosen(context: Flask) -> None:
    team = make_team()
    record = make_whole(team)

    review.set_review(record, DUE, actor=team.actor("dpo"))
    transactions.commit()

    chosen = select(RegisterEntry.review_due_on).where(RegisterEntry.record_id == record.id)
    assert db.session.scalars(chosen).all() == [DUE]
    for typed in ("", "soon", "31/01/2027", "2026-02-30"):
        with pytest.raises(RuleBroken):
            review.day_from(typed)

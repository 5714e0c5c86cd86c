"""What nobody approved stays among those who work on it: an auditor reads the register and nothing of the drafts."""

import datetime
from typing import Any

import pytest
from flask import Flask

from compliance.records.models import Record
from compliance.register.documents import ProcessorUse
from compliance.register.services import activities, review, xray
from compliance.support import transactions
from compliance.support.documents import Link, to_json
from tests.helpers.client import PageClient
from tests.helpers.makers import make_party
from tests.register.desk import Desk
from tests.register.records import make_approved, make_team, make_whole

SECRET = "Projet Licorne"


@pytest.fixture
def desk(context: Flask, client: PageClient) -> Desk:
    return Desk(client, make_team(), "auditor")


def change(desk: Desk, record: Record, section: str, **answers: Any) -> None:
    actor = desk.team.actor("dpo")
    activities.save_section(record, section, {**record.document, **answers}, base_version=record.version, actor=actor)
    transactions.commit()


def test_counts_made_for_who_sees_drafts_are_not_shown_to_an_auditor(desk: Desk) -> None:
    make_approved(desk.team)
    make_whole(desk.team, name=SECRET, phase="project")

    desk.sit("dpo")
    seen = desk.client.get(desk.client.address("register.filters", organisation=desk.team.organisation.slug)).text
    desk.sit("auditor")
    shown = desk.client.get(desk.client.address("register.filters", organisation=desk.team.organisation.slug)).text

    assert "Draft" in seen
    assert "Draft" not in shown


@pytest.mark.parametrize("page", ["history", "show", "compare"])
def test_a_new_name_in_the_working_copy_is_not_told_to_an_auditor(page: str, desk: Desk) -> None:
    record = make_approved(desk.team)
    change(desk, record, "identity", name=SECRET)

    assert SECRET not in desk.page(page, reference=record.reference).response.text


def test_what_only_the_working_copy_names_is_not_shown_to_an_auditor(desk: Desk) -> None:
    record, party = make_approved(desk.team), make_party(SECRET)
    link = {"kind": "party", "reference": party.reference, "name": SECRET}
    row = {**to_json(ProcessorUse("x1")), "party": link}
    change(desk, record, "actors", processors=[row], processors_none=None)

    assert SECRET not in desk.page("show", reference=record.reference).text
    assert record.reference not in desk.page("parties.show_party", reference=party.reference).text


def test_a_party_names_an_activity_to_an_auditor_as_the_register_does(desk: Desk) -> None:
    party = make_party("ADP")
    processor = ProcessorUse("x1", Link("party", party.reference, "ADP"))
    record = make_approved(desk.team, processors=(processor,), processors_none=None)
    change(desk, record, "identity", name=SECRET)

    text = desk.page("parties.show_party", reference=party.reference).text

    assert record.reference in text
    assert SECRET not in text


def test_an_opinion_on_the_working_copy_is_not_told_to_an_auditor(desk: Desk) -> None:
    record = make_approved(desk.team)
    change(desk, record, "identity", name="Paie et primes")
    review.give_opinion(record, review.UNFAVOURABLE, SECRET, actor=desk.team.actor("dpo"))
    transactions.commit()

    assert SECRET not in desk.page("show", reference=record.reference).text


def test_an_action_against_a_gap_of_the_working_copy_is_not_told_to_an_auditor(desk: Desk) -> None:
    record = make_approved(desk.team)
    change(desk, record, "security", measures=[])
    finding = next(f for f in xray.findings_of(record) if f.path.startswith("measures"))
    due = datetime.date(2027, 1, 31)
    review.plan(record, finding.rule, finding.row_key, SECRET, "dpo@x.example", due, actor=desk.team.actor("dpo"))
    transactions.commit()

    assert SECRET not in desk.page("show", reference=record.reference).text

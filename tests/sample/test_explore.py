"""The sample organisation: real history, real findings, in the language that was asked for."""

import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from compliance.accounts import services as accounts
from compliance.accounts.documents import Organisation as Profile
from compliance.accounts.models import Membership, Organisation, Person
from compliance.parties import services as parties
from compliance.records import verifying
from compliance.records.models import Record, Revision
from compliance.register.documents import Activity
from compliance.register.models import Action, Opinion, RegisterEntry, Waiver
from compliance.sample import explore
from compliance.support import schemas, transactions
from compliance.support.clock import now
from compliance.support.db import db


@pytest.fixture
def sample(context: Flask, morning: datetime.datetime) -> Organisation:
    """The sample organisation, entered."""
    made = explore.ensure_sample("fr")
    assert made is not None
    transactions.commit()
    return made


def entries(face: str) -> dict[str, RegisterEntry]:
    return {entry.name: entry for entry in db.session.scalars(select(RegisterEntry).where(RegisterEntry.face == face))}


def test_the_sample_shows_every_state_and_several_editions(sample: Organisation) -> None:
    working, approved = entries("working"), entries("approved")
    assert {entry.state for entry in working.values()} == {"draft", "submitted", "approved"}
    assert working["Paie"].edition == 3
    assert approved["Recrutement"].criticals == 0
    assert working["Recrutement"].state == "draft"
    assert working["Recrutement"].criticals == 1
    assert working["Géolocalisation des camionnettes de livraison"].phase == "planned"
    assert any(entry.special for entry in approved.values())
    assert any(entry.transfers for entry in approved.values())
    assert any(entry.role == "processor" for entry in approved.values())
    assert all(entry.blockers == 0 for entry in approved.values())
    assert 15 <= len(working) <= 25


def test_every_document_of_the_sample_is_one_that_a_person_could_have_saved(sample: Organisation) -> None:
    kinds = {"activity": Activity, "organisation": Profile, **parties.DOCUMENTS}
    for record in db.session.scalars(select(Record)):
        assert schemas.load(kinds[record.kind], record.document) == record.document, record.reference


def test_the_sample_holds_decisions_and_a_chain_that_verifies(sample: Organisation) -> None:
    counts = {model: db.session.scalar(select(func.count(model.id))) or 0 for model in (Action, Opinion, Waiver)}
    assert all(counts.values()), counts
    verdict = verifying.verify(sample.id)
    assert verdict.why == ""
    assert verdict.links > 100
    moments = db.session.scalars(select(Revision.at).order_by(Revision.id)).all()
    assert list(moments) == sorted(moments)
    assert now() - moments[0] > datetime.timedelta(days=1000)
    assert moments[-1] < now()


def test_somebody_of_each_role_of_the_entrance_works_there_without_a_password(sample: Organisation) -> None:
    roles = set(db.session.scalars(select(Membership.role).where(Membership.organisation_id == sample.id)))
    assert {"dpo", "controller", "administrator", "department_head", "auditor"} <= roles
    assert accounts.sample_person("dpo")[1].id == sample.id
    assert set(db.session.scalars(select(Person.password))) == {None}


def test_the_sample_is_made_once_and_speaks_the_language_asked_for(context: Flask) -> None:
    assert explore.ensure_sample("en") is not None
    transactions.commit()
    assert explore.ensure_sample("fr") is None
    assert "Payroll" in entries("working")
    assert "Paie" not in entries("working")

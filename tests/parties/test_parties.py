"""Parties and systems: one entity is one record, and what is said of it reaches every record that names it."""

import pytest
from flask import Flask
from sqlalchemy import select

from compliance.parties import services as parties
from compliance.records import services as records
from compliance.records import verifying
from compliance.records.models import Record
from compliance.register.models import FindingRow
from compliance.register.services import review, xray
from compliance.support import transactions
from compliance.support.clock import today
from compliance.support.db import db
from compliance.support.documents import Json
from compliance.support.errors import Forbidden, RuleBroken, Stale
from tests.helpers.database import count_queries
from tests.helpers.makers import (
    actor_of,
    make_department,
    make_organisation,
    make_party,
    make_person,
    make_record,
    make_system,
)


def link(record: Record) -> Json:
    return {"kind": record.kind, "reference": record.reference, "name": record.name}


def processed_by(party: Record) -> Json:
    return {"processors": [{"key": "p1", "party": link(party), "service": "Payroll"}]}


def rules_on(record: Record, face: str = "working") -> dict[str, str]:
    chosen = select(FindingRow.rule, FindingRow.severity).where(
        FindingRow.record_id == record.id, FindingRow.face == face
    )
    return dict(db.session.execute(chosen).all())


@pytest.mark.database
def test_a_party_that_moves_outside_the_eea_is_found_on_every_record_that_names_it(context: Flask) -> None:
    actor = actor_of(make_person("dpo", organisation=(own := make_organisation())), own)
    party = make_party("PaySoft", country="FR")
    first, second = make_record(**processed_by(party)), make_record(**processed_by(party))
    elsewhere = make_record()
    assert "R092" not in rules_on(first)

    parties.save(party, {"country": "US"}, actor=actor)
    transactions.commit()

    assert rules_on(first)["R092"] == rules_on(second)["R092"] == "critical"
    assert "R092" not in rules_on(elsewhere)
    parties.save(party, {"country": "BE"}, actor=actor)
    assert "R092" not in rules_on(first)


def test_the_approved_version_is_examined_again_too(context: Flask) -> None:
    own = make_organisation()
    actor = actor_of(make_person("dpo", "controller", organisation=own), own)
    party = make_party("PaySoft", country="FR")
    record = make_record(**processed_by(party))
    records.approve(record, "register:record:approve", actor=actor)

    parties.save(party, {"country": "US"}, actor=actor)

    assert rules_on(record, "approved")["R092"] == "critical"
    assert len(records.revisions_of(record)) == 2, "the record itself was not changed"


def test_a_save_that_changes_nothing_examines_nothing(context: Flask) -> None:
    actor = actor_of(make_person("dpo", organisation=(own := make_organisation())), own)
    party = make_party("PaySoft", country="FR")
    record = make_record(**processed_by(party))
    before = db.session.scalar(select(FindingRow.id).where(FindingRow.record_id == record.id).limit(1))
    assert parties.save(party, dict(party.document), actor=actor) is None
    assert db.session.scalar(select(FindingRow.id).where(FindingRow.record_id == record.id).limit(1)) == before


def test_a_renamed_party_keeps_its_reference_and_the_records_that_name_it(context: Flask) -> None:
    actor = actor_of(make_person("dpo", organisation=(own := make_organisation())), own)
    party = make_party("PaySoft")
    record = make_record(**processed_by(party))
    reference, revisions = party.reference, len(records.revisions_of(record))

    parties.save(party, {"name": "PaySoft Europe"}, actor=actor)
    transactions.commit()

    assert party.reference == reference
    assert [(role, other.reference) for _way, role, other in parties.uses_of(party, actor)] == [
        ("processors", record.reference)
    ]
    assert len(records.revisions_of(record)) == revisions
    assert "PaySoft Europe" in {f.params.get("label") for f in xray.findings_of(record)}, "findings use the new name"


def test_two_parties_cannot_bear_one_name_whatever_its_case_and_accents(context: Flask) -> None:
    actor = actor_of(make_person("dpo", organisation=(own := make_organisation())), own)
    make_party("Éditions Numériques")
    other = make_party("Other")
    with pytest.raises(RuleBroken, match="already here"):
        parties.add(parties.PARTY, {"name": "EDITIONS numeriques"}, actor=actor)
    with pytest.raises(RuleBroken, match="already here"):
        parties.save(other, {"name": "editions numériques"}, actor=actor)


def test_a_party_and_a_system_may_bear_the_same_name(context: Flask) -> None:
    make_organisation()
    assert make_party("PaySoft").reference != make_system("PaySoft").reference


def test_an_archived_party_cannot_be_chosen_and_comes_back(context: Flask) -> None:
    actor = actor_of(make_person("dpo", organisation=(own := make_organisation())), own)
    party = make_party("PaySoft")
    record = make_record(**processed_by(party))
    parties.archive(party, actor=actor)
    assert parties.all_of(parties.PARTY) == []
    assert [line.record.id for line in parties.page(parties.PARTY, "", 1, archived=True).lines] == [party.id]
    assert records.links_of(record)[0][2].id == party.id
    parties.restore(party, actor=actor)
    transactions.commit()
    assert [p.id for p in parties.all_of(parties.PARTY)] == [party.id]
    assert verifying.verify(own.id).broken_at is None


def test_who_only_reads_cannot_change_archive_or_add(context: Flask) -> None:
    own = make_organisation()
    actor = actor_of(make_person("auditor", organisation=own), own)
    party = make_party()
    for act in (
        lambda: parties.add(parties.PARTY, {"name": "New"}, actor=actor),
        lambda: parties.save(party, {"name": "New"}, actor=actor),
        lambda: parties.archive(party, actor=actor),
        lambda: parties.restore(party, actor=actor),
    ):
        with pytest.raises(Forbidden):
            act()


def test_two_people_on_one_party_lose_nothing(context: Flask) -> None:
    actor = actor_of(make_person("dpo", organisation=(own := make_organisation())), own)
    party = make_party("PaySoft")
    start = party.version
    parties.save(party, {**party.document, "phone": "01"}, actor=actor, base_version=start)
    parties.save(party, {**party.document, "phone": "", "email": "x@y.example"}, actor=actor, base_version=start)
    assert (party.document["phone"], party.document["email"]) == ("01", "x@y.example")
    with pytest.raises(Stale) as stale:
        parties.save(party, {**party.document, "phone": "02"}, actor=actor, base_version=start)
    assert [conflict["path"] for conflict in stale.value.conflicts] == ["phone"]


@pytest.mark.parametrize(
    ("until", "state"), [("", "valid"), ("2026-11-22", "expired"), ("2026-11-23", "ending"), ("2027-06-01", "valid")]
)
def test_a_certification_ends_after_its_last_day(until: str, state: str, morning: object) -> None:
    assert parties.expiry(until, today()) == state


@pytest.mark.database
def test_the_list_goes_by_name_whatever_case_and_accents_and_counts_what_names_each(context: Flask) -> None:
    make_organisation()
    zoo, epi, abc = make_party("Zoo"), make_party("Épicerie"), make_party("abc")
    make_record(**processed_by(epi))
    make_system("Till", provider=link(epi))
    page = parties.page(parties.PARTY, "", 1)
    assert [line.record.name for line in page.lines] == ["abc", "Épicerie", "Zoo"]
    assert {line.record.id: line.uses for line in page.lines} == {zoo.id: 0, epi.id: 2, abc.id: 0}
    assert [line.record.name for line in parties.page(parties.PARTY, "epic", 1).lines] == ["Épicerie"]
    assert parties.page(parties.PARTY, "!!!", 1).lines == []


def test_the_list_of_parties_costs_the_same_however_many_there_are(context: Flask) -> None:
    make_organisation()
    for _ in range(3):
        make_party()
    with count_queries() as few:
        parties.page(parties.PARTY, "", 1)
    for _ in range(20):
        make_party()
    with count_queries() as many:
        parties.page(parties.PARTY, "", 1)
    assert len(many) == len(few) <= 3


def test_an_auditor_is_not_told_of_drafts_that_name_a_party(context: Flask) -> None:
    own = make_organisation()
    auditor = make_person("auditor", organisation=own)
    party = make_party()
    record = make_record(**processed_by(party))
    actor = actor_of(auditor, own)
    assert parties.uses_of(party, actor) == []
    controller = actor_of(make_person("controller", organisation=own), own)
    assert [other.id for _way, _role, other in parties.uses_of(party, controller)] == [record.id]
    with pytest.raises(RuleBroken):
        review.approve(record, actor=controller)  # a blocked record stays out of what the auditor sees


def test_a_department_head_sees_only_the_records_of_their_branch_among_those_that_name_a_party(context: Flask) -> None:
    own = make_organisation()
    mine, other = make_department("Human resources"), make_department("Sales")
    head = make_person("department_head", organisation=own, department=mine.reference)
    party = make_party()
    for place in (mine, other):
        make_record(
            **processed_by(party), department={"kind": "department", "reference": place.reference, "name": place.name}
        )
    actor = actor_of(head, own)
    assert [r.department_id for _way, _role, r in parties.uses_of(party, actor)] == [mine.id]
    assert [line.uses for line in parties.page(parties.PARTY, "", 1).lines] == [1]

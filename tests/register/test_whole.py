"""A whole register, taken out of one organisation and laid into an empty one: equal, or nothing at all."""

import io
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import func, select

from compliance.accounts import services as accounts
from compliance.accounts.models import Department
from compliance.exports import services as exports
from compliance.parties import services as parties
from compliance.records import services as records
from compliance.records import verifying
from compliance.records.models import Record
from compliance.register.documents import JointController
from compliance.register.services import importing, review, whole
from compliance.support import jobs, transactions
from compliance.support.db import db
from compliance.support.documents import Json, Link
from compliance.support.errors import Forbidden, RuleBroken
from tests.helpers.client import PageClient
from tests.helpers.makers import (
    actor_of,
    make_department,
    make_organisation,
    make_party,
    make_person,
    make_record,
    make_system,
)
from tests.register.desk import Desk
from tests.register.records import Team, make_approved, make_team

pytestmark = pytest.mark.database

WISH = exports.Wish("json", "en", "all")


def full(context: Flask) -> Team:
    """An organisation with one of everything, in every state."""
    team = make_team(phone="+33 4 72 00 00 00", dpo_name="Anaïs Güneş")
    top = make_department("Ressources humaines")
    make_department("Paie", parent=top.reference)
    place = Link("department", top.reference, top.name)
    accounts.save_term("data_categories", actor=team.actor("dpo"), en="Badges", fr="Badges", code="own-badges")
    accounts.hide_term("data_categories", "nir", actor=team.actor("dpo"))
    party, system = make_party("Groupe Noël", country="BE"), make_system("SIRH Étoile")
    use = JointController("j1", Link("party", party.reference, party.name), "Paie")
    approved = make_approved(team, joint_controllers=(use,), department=place)
    records.change(approved, {**approved.document, "name": "Paye"}, "x:change", actor=team.actor("dpo"))
    twice = make_approved(team, name="Congés 🙂 « œ »")
    records.change(twice, {**twice.document, "notes": "lue"}, "x:change", actor=team.actor("dpo"))
    transactions.commit()
    review.submit(twice, actor=team.actor("dpo"))
    review.approve(twice, actor=team.actor("controller"), acknowledged=True)
    make_record(
        name="Brouillon",
        systems=[{"key": "y1", "system": {"kind": "system", "reference": system.reference, "name": system.name}}],
    )
    transactions.commit()
    return team


def exported(team: Team) -> bytes:
    out = io.BytesIO()
    exports.write(WISH, out, actor=team.actor("dpo"))
    return out.getvalue()


def empty_team() -> tuple[Team, Any]:
    """Another organisation, and somebody there who may read a whole register in."""
    own = make_organisation("Elsewhere")
    person = make_person("administrator", "dpo", organisation=own)
    return Team(own, {"dpo": person}), actor_of(person, own)


def lay(data: bytes, actor: Any) -> Any:
    run = importing.begin(io.BytesIO(data), "register.json", actor=actor)
    whole.apply(run, actor=actor)
    transactions.commit()
    return run


def number_of(model: Any) -> int:
    return db.session.scalar(select(func.count(model.id))) or 0


def test_a_register_laid_into_an_empty_organisation_is_equal(context: Flask) -> None:
    before = exported(full(context))
    other, actor = empty_team()

    lay(before, actor)

    after = orjson.loads(exported(other))
    wanted = orjson.loads(before)
    people = {person["email"] for person in after.pop("people")}
    assert {person["email"] for person in wanted.pop("people")} <= people
    assert after == wanted
    assert [a["reference"] for a in after["activities"]] == ["PA-0001", "PA-0002", "PA-0003"]
    assert {a["reference"]: (a["status"], a["edition"]) for a in after["activities"]} == {
        "PA-0001": ("draft", 1), "PA-0002": ("approved", 2), "PA-0003": ("draft", 0),
    }  # fmt: skip
    assert verifying.verify(other.organisation.id).broken_at is None


def test_what_comes_next_takes_a_reference_that_is_free(context: Flask) -> None:
    data = exported(full(context))
    _other, actor = empty_team()
    lay(data, actor)

    assert make_record().reference == "PA-0004"


def test_people_who_come_with_a_register_cannot_sign_in(context: Flask) -> None:
    data = orjson.loads(exported(full(context)))
    data["people"].append({"email": "new@chene.example", "name": "New"})
    _other, actor = empty_team()

    lay(orjson.dumps(data), actor)

    person = accounts.person_by_email("new@chene.example")
    assert person is not None
    assert (person.active, person.password) == (False, None)


def test_who_does_not_look_after_the_organisation_brings_drafts_only(context: Flask) -> None:
    data = exported(full(context))
    own = make_organisation("Elsewhere")
    actor = actor_of(make_person("dpo", organisation=own), own)

    lay(data, actor)

    kept = db.session.scalars(select(Record).where(Record.kind == "activity")).all()
    assert {record.approved_revision_id for record in kept} == {None}
    assert {record.state for record in kept} <= {"draft", "submitted"}


def test_a_register_is_not_laid_upon_another(context: Flask) -> None:
    team = full(context)
    data = exported(team)
    run = importing.begin(io.BytesIO(data), "register.json", actor=team.actor("dpo"))

    with pytest.raises(RuleBroken, match="already has records"):
        whole.apply(run, actor=team.actor("dpo"))
    with pytest.raises(Forbidden):
        whole.apply(run, actor=team.actor("controller"))
    make_organisation("Parties only")
    make_party()
    assert not whole.is_empty()


def broken(data: Json) -> list[Json]:
    """The same export, damaged in one way each."""

    def changed(**changes: Any) -> Json:
        copy: Json = orjson.loads(orjson.dumps(data))
        for path, value in changes.items():
            node: Any = copy
            *above, last = path.split("__")
            for piece in above:
                node = node[int(piece[1:])] if piece.startswith("n") and piece[1:].isdigit() else node[piece]
            if value is ...:
                del node[last]
            else:
                node[last] = value
        return copy

    return [
        changed(activities__n1__document=...),
        changed(activities__n1__reference=...),
        changed(activities__n1__document="x"),
        changed(activities__n1__document={"name": 4}),
        changed(activities__n1__document__purposes=[{"label": "x" * 501}]),
        changed(activities__n1__approved_document={"surprise": 1}),
        changed(activities__n1__approved_at="yesterday"),
        changed(activities__n1__review_due_on="31/12/2026"),
        changed(activities__n1__edition="many"),
        changed(activities__n1__status="dreamt"),
        changed(activities__n1__reference="PA-0001"),
        changed(activities__n1__reference="a/b?c"),
        changed(activities__n1__reference="x" * 300),
        changed(activities__n1__reference=None),
        changed(activities=[1, None, "x"]),
        changed(activities="none"),
        changed(parties=[{"reference": "P-0001"}]),
        changed(parties__n0__document={"name": ["x"]}),
        changed(departments=[{"name": "x"}]),
        changed(departments=[{"reference": "D", "name": "x", "parent": "nowhere"}, 4]),
        changed(people=[{"name": "x"}]),
        changed(people=["x"]),
        changed(vocabularies=[{"vocabulary": "x", "en": "y"}]),
        changed(vocabularies=[4]),
        changed(organisation="x"),
        changed(organisation={"surprise": 1}),
        changed(version=99),
        changed(format="other"),
    ]


def test_a_damaged_file_is_refused_in_a_sentence_and_nothing_of_it_is_kept(context: Flask) -> None:
    data = orjson.loads(exported(full(context)))
    _other, actor = empty_team()
    models = (Record, Department, importing.ImportedRecord)
    before = [number_of(model) for model in models]
    for number, damaged in enumerate(broken(data)):
        with pytest.raises(RuleBroken) as refused:
            lay(orjson.dumps(damaged), actor)
        transactions.rollback()
        assert len(str(refused.value.message)) > 15, number
        assert [number_of(model) for model in models] == before, number


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_is_refused_at_once(part: float, context: Flask, client: PageClient) -> None:
    data = exported(full(context))
    team, _actor = empty_team()
    desk = Desk(client, team)

    page = desk.sent("imports.start", {"file": (io.BytesIO(data[: int(len(data) * part)]), "register.json")}, 422)

    assert page.find(id="file-error")


def test_the_pages_lay_a_register_and_say_when_they_cannot(context: Flask, client: PageClient) -> None:
    data = exported(full(context))
    team, _actor = empty_team()
    desk = Desk(client, team)
    token = desk.send("imports.start", {"file": (io.BytesIO(data), "register.json")}).location.rpartition("/")[2]
    page = desk.page("imports.show", token=token)
    assert "3" in page.text

    desk.send("imports.apply", page.form("/apply"), token=token)
    assert "3 created" in desk.page("imports.show", token=token).text
    desk.page("show", reference="PA-0002")

    again = desk.send("imports.start", {"file": (io.BytesIO(data), "register.json")}).location.rpartition("/")[2]
    assert "already has records" in desk.page("imports.show", token=again).text
    desk.send("imports.apply", {}, 409, token=again)


def test_a_large_register_is_laid_by_a_job(context: Flask, client: PageClient) -> None:
    data = orjson.loads(exported(full(context)))
    one = data["activities"][2]
    data["activities"] += [{**one, "reference": f"PA-{number:04}"} for number in range(4, 60)]
    team, _actor = empty_team()
    desk = Desk(client, team)
    token = desk.send("imports.start", {"file": (io.BytesIO(orjson.dumps(data)), "r.json")}).location.rpartition("/")[2]

    answer = desk.send("imports.apply", {}, token=token)
    assert "/job/" in answer.location
    assert jobs.run_due() == 1

    job = db.session.scalars(select(jobs.Job)).one()
    assert (job.state, job.error) == ("done", "")
    assert "59 created" in desk.page("imports.show", token=token).text


def test_a_whole_register_that_was_laid_can_be_taken_back(context: Flask) -> None:
    data = exported(full(context))
    _other, actor = empty_team()
    run = lay(data, actor)

    told = importing.undo(run, actor=actor)

    assert told == []
    assert {r.state for r in db.session.scalars(select(Record).where(Record.kind == "activity"))} == {"archived"}
    assert [p.name for p in parties.all_of("party")] == ["Groupe Noël"]

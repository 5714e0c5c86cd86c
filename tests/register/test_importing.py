"""Importing a register: what the dry run shows is what is done, once, and can be undone; no file breaks anything."""

import io

import pytest
from flask import Flask
from sqlalchemy import func, select

from compliance.records import services as records
from compliance.records.models import ARCHIVED, Record
from compliance.register.models import HeaderMemory, ImportedRecord
from compliance.register.services import activities, dryrun, importing, review
from compliance.support import jobs, transactions
from compliance.support.db import db
from compliance.support.documents import Json
from compliance.support.errors import Forbidden, NotFound, RuleBroken
from tests.helpers.client import PageClient
from tests.helpers.makers import make_department, make_organisation
from tests.register.desk import Desk
from tests.register.imports import W1, begin, many, number_of, register, table, take
from tests.register.records import Team, answers, blocking, found, make_team, plan_criticals
from tests.register.test_intake_journey import FRENCH, ROWS

pytestmark = pytest.mark.database


def test_the_file_of_the_first_journey_is_four_activities_and_a_row_of_help(context: Flask) -> None:
    team = make_team()
    run = begin(team)
    assert register() == {}, "reading changes nothing"
    _understood, proposal = dryrun.look(run)
    assert (proposal.count("create"), proposal.count("update"), len(register())) == (4, 0, 0)

    importing.apply(run, actor=team.actor("dpo"))
    transactions.commit()

    kept = register()
    assert list(kept) == ["RH-01", "RH-02", "COM-01", "SG-01"]
    assert {record.state for record in kept.values()} == {"draft"}
    payroll = kept["RH-01"].document
    assert (payroll["outside_eea"], kept["RH-02"].document["outside_eea"]) == (False, None)
    assert [row["party"]["name"] for row in payroll["processors"]] == ["PaySoft"]
    assert {(row["active_value"], row["active_unit"]) for row in payroll["data"]} == {(5, "years")}
    assert run.result["create"] == 4
    assert run.result["not_understood"] == 9


def test_the_findings_of_the_first_journey_are_found(context: Flask) -> None:
    team = make_team()
    take(team)
    kept = register()

    assert {"R035", "R052"} <= found(kept["RH-01"])
    assert {"R010", "R014", "R018", "R019"} <= found(kept["RH-02"])
    assert {"R022", "R023", "R043", "R094"} <= found(kept["COM-01"])
    assert {"R008", "R018", "R090", "R096"} <= found(kept["SG-01"])


def test_the_same_file_again_creates_nothing_and_changes_nothing(context: Flask) -> None:
    team = make_team()
    take(team)
    before = {reference: record.version for reference, record in register().items()}
    parties = db.session.scalar(select(func.count(Record.id)).where(Record.kind == "party"))

    run = take(team)

    assert {reference: record.version for reference, record in register().items()} == before
    assert db.session.scalar(select(func.count(Record.id)).where(Record.kind == "party")) == parties
    assert (run.result["create"], run.result["update"], run.result["unchanged"]) == (0, 0, 4)


@pytest.mark.parametrize(
    "reference", ["RH 01", "rh-01 ", "RH/01", "Réf: 1", "N° 12", "§", "a" * 100, "../etc", "%2e", "?x=1#y"]
)
def test_any_reference_of_a_file_has_an_address_and_is_known_again(
    reference: str, context: Flask, client: PageClient
) -> None:
    team = make_team()
    row = f"{reference};Paie;Payer;contrat;Salariés;nom;5 ans;;Non;"

    take(team, table(row))
    take(team, table(row))

    assert len(register()) == (2 if reference == "§" else 1)  # of that one nothing is left to know it by
    Desk(client, team).page("show", reference=next(iter(register())))


def test_two_references_that_become_one_address_stay_two_records(context: Flask) -> None:
    team = make_team()
    rows = [f"{ref};Activité {n};Payer;contrat;Salariés;nom;5 ans;;Non;" for n, ref in enumerate(("RH 01", "RH/01"))]

    run = begin(team, table(*rows))
    try:
        importing.apply(run, actor=team.actor("dpo"))
    except RuleBroken:
        transactions.rollback()
        assert register() == {}, "refused in words, and nothing half kept"
    else:
        assert {record.name for record in register().values()} == {"Activité 0", "Activité 1"}


def test_an_import_is_done_once(context: Flask) -> None:
    team = make_team()
    run = take(team)

    for act in (
        lambda: importing.apply(run, actor=team.actor("dpo")),
        lambda: importing.decide(run, {"rows": {}}, actor=team.actor("dpo")),
    ):
        with pytest.raises(RuleBroken, match="over"):
            act()
    with pytest.raises(Forbidden):
        importing.begin(io.BytesIO(W1), "x.csv", actor=team.actor("controller"))


def test_a_row_that_was_left_out_is_left_out(context: Flask) -> None:
    team = make_team()
    run = begin(team)
    rows = {f"{a.sheet}/{a.row}": "skip" for a in dryrun.look(run)[1].activities if a.reference != "RH-02"}
    importing.decide(
        run, {"rows": {**rows, "nowhere/1": "create", next(iter(rows)): "explode"}}, actor=team.actor("dpo")
    )

    importing.apply(run, actor=team.actor("dpo"))

    assert {"RH-02"} <= set(register())
    assert run.result["skip"] == 2


def test_a_column_named_by_hand_is_remembered_for_the_next_file(context: Flask) -> None:
    team = make_team()
    data = table("RH-01;Paie;Vieux coffre", head="Réf;Activité;Zzyzx")
    run = begin(team, data)
    reading = dryrun.look(run)[0].sheets[0]
    assert reading.columns[2].target == ""
    column = str(reading.columns[2].number)

    importing.decide(run, {"sheets": {reading.name: {"columns": {column: "description"}}}}, actor=team.actor("dpo"))
    transactions.commit()
    assert dryrun.look(run)[1].activities[0].document.description == "Vieux coffre"

    other = begin(team, table("RH-02;Congés;Armoire", head="Réf;Activité;ZZYZX "), "other.csv")
    assert dryrun.look(other)[1].activities[0].document.description == "Armoire"
    assert number_of(HeaderMemory) == 1
    make_organisation("Elsewhere")
    assert number_of(HeaderMemory) == 0


def test_departments_and_owners_are_found_by_name_and_unknown_ones_are_not_lost(context: Flask) -> None:
    team = make_team()
    place = make_department("Ressources humaines")
    head = "Réf;Activité;Service;Responsable du traitement opérationnel;Référent"
    data = table("RH-01;Paie;ressources HUMAINES;;", "RH-02;Congés;Nulle part;;", head=head)

    take(team, data)

    kept = register()
    assert kept["RH-01"].document["department"]["reference"] == place.reference
    assert kept["RH-02"].document["department"] is None
    assert "Nulle part" in kept["RH-02"].document["notes"]


def approve(record: Record, team: Team) -> None:
    """Complete what blocks, plan what is critical, and approve."""
    actor = team.actor("dpo")
    person = team.people["dpo"]
    owner = {"kind": "person", "reference": person.email, "name": person.name}
    changes: Json = {"owner": owner, "collection": "direct"}
    records.change(record, {**record.document, **changes}, "register:record:change", actor=actor)
    transactions.commit()
    assert blocking(record) == set()
    plan_criticals(record, team)
    review.approve(record, actor=team.actor("controller"), acknowledged=True)
    transactions.commit()


def test_undoing_an_import_takes_all_back_but_what_was_approved_or_changed_and_says_why(context: Flask) -> None:
    team = make_team()
    run = take(team)
    kept = register()
    approve(kept["RH-01"], team)
    activities.save_section(
        kept["RH-02"],
        "identity",
        answers(kept["RH-02"], "identity", notes="lue"),
        base_version=1,
        actor=team.actor("dpo"),
    )
    transactions.commit()

    told = importing.undo(run, actor=team.actor("dpo"))
    transactions.commit()

    assert [(record.reference, why) for record, why in told] == [
        ("RH-01", "It was approved since: it is part of the register."), ("RH-02", "It was changed since."),
    ]  # fmt: skip
    assert {r.reference for r in register().values() if r.state == ARCHIVED} == {"COM-01", "SG-01"}
    with pytest.raises(RuleBroken, match="nothing to undo"):
        importing.undo(run, actor=team.actor("dpo"))


def test_what_was_taken_back_comes_anew_with_the_next_import(context: Flask) -> None:
    team = make_team()
    importing.undo(take(team), actor=team.actor("dpo"))
    transactions.commit()

    run = take(team)

    assert {record.state for record in register().values()} == {"draft"}
    assert (len(register()), run.result["create"]) == (4, 4)
    importing.undo(run, actor=team.actor("dpo"))
    assert {record.state for record in register().values()} == {ARCHIVED}


def test_undoing_an_update_gives_an_approved_record_back_as_it_stood(context: Flask) -> None:
    team = make_team()
    take(team)
    record = register()["RH-01"]
    approve(record, team)
    document = record.document
    run = take(team, FRENCH.replace("chiffrement", "chiffrement, sauvegarde").encode("cp1252"))
    assert run.result["update"] == 1
    assert record.document != document

    told = importing.undo(run, actor=team.actor("dpo"))

    assert told == []
    assert (record.document, record.state, record.edition) == (document, "approved", 1)


def test_an_import_that_was_killed_goes_on_where_it_stopped(context: Flask) -> None:
    team = make_team()
    run = begin(team, many(120, references=False))

    def kept_then_killed(done: int, _total: int) -> None:
        transactions.commit()
        if done >= 80:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        importing.apply(run, actor=team.actor("dpo"), between=kept_then_killed)
    transactions.rollback()
    assert len(register()) == 80

    importing.apply(run, actor=team.actor("dpo"))
    transactions.commit()

    assert len(register()) == 120
    assert len({record.name for record in register().values()}) == 120
    assert run.result["create"] == 120
    assert len(importing.undo(run, actor=team.actor("dpo"))) == 0


def test_a_long_import_is_a_job_that_says_how_far_it_is_and_is_done_once(context: Flask, client: PageClient) -> None:
    team = make_team()
    desk = Desk(client, team)
    run = begin(team, many(45))
    at = {"token": run.token}

    answer = desk.send("imports.apply", {}, **at)
    assert "/job/" in answer.location
    assert desk.send("imports.apply", {}, **at).location == answer.location, "pressed twice, it is one job"
    assert register() == {}
    assert "registre.csv" in client.page(answer.location).heading
    db.session.commit()
    assert jobs.run_due() == 1
    db.session.rollback()

    job = db.session.scalars(select(jobs.Job)).one()
    assert (job.state, job.done, job.total) == ("done", 45, 45), job.error
    team.actor("dpo")
    assert len(register()) == 45
    assert client.get(answer.location).status_code == 302
    assert "45 created" in desk.page("imports.show", **at).text


def test_the_pages_lead_from_the_file_to_the_register_and_back(context: Flask, client: PageClient) -> None:
    for language, words in (
        ("en", ("4 to create", "9 cells not understood", "4 created", "Undone", "taken back")),
        ("fr", ("4 à créer", "9 cellules", "4 créées", "Annulé", "")),
    ):
        team = make_team(language=language)
        desk = Desk(client, team)
        answer = desk.send("imports.start", {"file": (io.BytesIO(W1), "régistre <b>.csv")})
        token = answer.location.rpartition("/")[2]
        page = desk.page("imports.show", token=token)
        assert words[0] in page.text
        assert words[1] in page.text
        assert "Lettre d’information" in page.text
        assert "régistre <b>.csv" in page.heading

        desk.send("imports.apply", page.form("/apply"), token=token)
        shown = desk.page("imports.show", token=token)
        assert words[2] in shown.text
        for reference in ("RH-01", "SG-01"):
            desk.page("show", reference=reference)
            desk.page("history", reference=reference)
        desk.send("imports.undo", {}, token=token)
        undone = desk.page("imports.show", token=token).text
        assert words[3] in undone
        assert words[4] in undone
        assert "régistre <b>.csv" in desk.page("imports.start").text


def test_mapping_by_hand_on_the_page(context: Flask, client: PageClient) -> None:
    team = make_team()
    desk = Desk(client, team)
    data = table("RH-01;Paie;Vieux coffre", head="Réf;Activité;Zzyzx")
    token = desk.send("imports.start", {"file": (io.BytesIO(data), "a:b.csv")}).location.rpartition("/")[2]
    sent = desk.page("imports.show", token=token).form("/mapping")
    column = next(name for name in sent if name.endswith(":column:2"))

    desk.send("imports.mapping", {**sent, column: "description"}, token=token)
    desk.send("imports.apply", desk.page("imports.show", token=token).form("/apply"), token=token)

    team.actor("dpo")
    assert register()["RH-01"].document["description"] == "Vieux coffre"


@pytest.mark.parametrize(
    "strange",
    [
        {"a:column:0": "nothing.like.it"}, {"a:header": "0"}, {"a:header": "99999999999999999999"}, {"a:header": "-4"},
        {"a:kind": "dream"}, {"a:kind": "form"}, {"a:kind": "values"}, {"a:kind": "other"}, {"sheet": "nowhere"},
        {"a:column:99": "name"}, {"a:column:" + "9" * 400: "name"}, {"a:header": "9" * 5000}, {"a:column:0": "\0"},
        {"a:column:0": "name", "a:column:1": "name"},
    ],
)  # fmt: skip
def test_a_mapping_that_makes_no_sense_breaks_nothing(
    strange: dict[str, str], context: Flask, client: PageClient
) -> None:
    team = make_team()
    desk = Desk(client, team)
    token = desk.send("imports.start", {"file": (io.BytesIO(many(2)), "a.csv")}).location.rpartition("/")[2]
    sent = desk.page("imports.show", token=token).form("/mapping")

    desk.send("imports.mapping", {**sent, **strange}, token=token)

    desk.page("imports.show", token=token)


def test_accents_that_were_damaged_are_repaired_when_asked(context: Flask, client: PageClient) -> None:
    team = make_team()
    desk = Desk(client, team)
    damaged = table("RH-01;Écoles primaires;Élèves").decode().encode().decode("cp1252", "ignore").encode()
    token = desk.send("imports.start", {"file": (io.BytesIO(damaged), "a.csv")}).location.rpartition("/")[2]
    page = desk.page("imports.show", token=token)
    assert "Repair the accents" in page.text

    desk.send("imports.mapping", {"repair": "1"}, token=token)

    assert any(
        "Écoles primaires" in (cell.text or "") for cell in desk.page("imports.show", token=token).tree.iter("th")
    )


def test_another_organisation_does_not_see_an_import(context: Flask, client: PageClient) -> None:
    run = begin(make_team())
    token = run.token
    other = make_team()
    other.actor("dpo")

    with pytest.raises(NotFound):
        importing.find(token)
    desk = Desk(client, other)
    desk.page("imports.show", 404, token=token)
    for act in ("apply", "undo", "mapping"):
        desk.send(f"imports.{act}", {}, 404, token=token)
    assert number_of(ImportedRecord) == 0


def test_the_rows_of_the_journey_are_those_of_the_file() -> None:
    assert len(ROWS) == 6

"""What an import will do is said before it is done, row by row; what it did is what single verbs would have done."""

import io

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from compliance.parties import services as parties
from compliance.records import histories, search
from compliance.records import services as records
from compliance.records.models import RecordLink, SearchEntry
from compliance.records.verifying import verify
from compliance.register.intake.proposal import SKIP
from compliance.register.models import FindingRow, ImportedRecord, RegisterEntry, RegisterFacet
from compliance.register.services import activities, dryrun, importing, xray
from compliance.register.views import imports as views
from compliance.support import jobs, transactions
from compliance.support.db import db
from compliance.support.errors import RuleBroken
from tests.helpers.client import Page, PageClient
from tests.helpers.makers import make_department, make_party
from tests.register.desk import Desk
from tests.register.imports import W1, begin, many, number_of, register, table, take
from tests.register.records import make_team
from tests.register.test_intake_journey import FRENCH

pytestmark = pytest.mark.database

WHOLE = {"format": "trente-register", "version": 1, "organisation": {"name": "X"}}
MORE = FRENCH.replace("chiffrement", "chiffrement, sauvegarde").encode("cp1252")


def shown(page: Page) -> list[list[str]]:
    """The words of the table of rows: row, activity, what it becomes, what to look at."""
    (form,) = page.find(id="rows")
    return [[" ".join("".join(cell.itertext()).split()) for cell in row][:4] for row in form.findall(".//tbody/tr")]


def test_each_row_says_what_it_becomes(context: Flask, client: PageClient) -> None:
    team = make_team()
    take(team)
    desk = Desk(client, team)
    page = desk.page("imports.show", token=begin(team, MORE).token)

    said = {name.split()[-1]: becomes for _row, name, becomes, _check in shown(page)}
    assert said == {
        "RH-01": "Changes: Measures",
        "RH-02": "Nothing changes: the register says the same",
        "COM-01": "Nothing changes: the register says the same",
        "SG-01": "Nothing changes: the register says the same",
    }
    fresh = desk.page("imports.show", token=begin(team, table("NEW-1;Accueil;Recevoir")).token)
    assert [row[2] for row in shown(fresh)] == ["A new draft"]


def test_what_only_the_register_has_is_told_before_the_import(context: Flask, client: PageClient) -> None:
    team = make_team()
    take(team)
    record = register()["RH-01"]
    measure = {"key": "m9", "category": "", "label": "Garde de nuit", "in_place": None, "due_on": ""}
    kept = {**record.document, "measures": [*record.document["measures"], measure]}
    records.change(record, kept, "x:change", actor=team.actor("dpo"))
    transactions.commit()

    page = Desk(client, team).page("imports.show", token=begin(team).token)

    assert "“Garde de nuit” is in the register but not in the file; it was kept." in shown(page)[0][3]
    take(team)
    assert register()["RH-01"].document == kept


def test_a_long_file_is_shown_page_by_page_and_what_was_decided_stays(
    context: Flask, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "ROWS_SHOWN", 10)
    team = make_team()
    desk = Desk(client, team)
    token = begin(team, many(25)).token
    first = desk.page("imports.show", token=token)
    assert len(shown(first)) == 10
    assert "1 to 10 of 25" in first.text
    sent = first.form("/apply")
    left_out = next(name for name in sent if name.startswith("row:"))

    answer = desk.send("imports.rows", {**sent, left_out: "skip", "page": "3"}, token=token)
    last = client.page(answer.location)

    assert len(shown(last)) == 5
    desk.send("imports.apply", last.form("/apply"), token=token)
    team.actor("dpo")
    assert len(register()) == 24
    assert "RH-000" not in register()


def test_a_page_that_does_not_exist_is_the_last_or_the_first(context: Flask, client: PageClient) -> None:
    desk = Desk(client, team := make_team())
    token = begin(team).token
    for page in ("99", "-1", "x", ""):
        assert len(shown(desk.page("imports.show", token=token, page=page))) == 4


def test_a_row_of_help_is_not_counted_as_an_activity(context: Flask, client: PageClient) -> None:
    desk = Desk(client, team := make_team())
    page = desk.page("imports.show", token=begin(team).token)

    (mapping,) = page.find(id="mapping")
    assert "4 activities" in " ".join("".join(mapping.itertext()).split())


def test_the_country_beside_a_party_becomes_the_country_of_the_party(context: Flask) -> None:
    head = "Réf;Activité;Sous-traitants;Destinataires"
    data = table(
        "A-1;Paie;Nuage (Inde);Urssaf", "A-2;Achats;nuage;", "A-3;Ventes;Deux (Inde);", "A-4;Stocks;Deux (Maroc);",
        "A-5;Accueil;Ancienne (Inde);", "A-6;Presse;;Bureau (responsable conjoint, Inde)",
        head=head,
    )  # fmt: skip
    team = make_team()
    make_party("Ancienne", country="FR")

    take(team, data)

    countries = {record.name: record.document["country"] for record in parties.all_of("party")}
    assert countries == {"Nuage": "IN", "Deux": "", "Ancienne": "FR", "Bureau": "IN"}
    notes = {reference: record.document["notes"] for reference, record in register().items()}
    for reference, words in (("A-1", "Inde"), ("A-3", "Inde"), ("A-4", "Maroc"), ("A-5", "Inde"), ("A-6", "Inde")):
        assert words in notes[reference], "whatever became of it, the file's words are kept"


def test_references_that_differ_by_accents_or_length_alone_stay_two_activities(context: Flask) -> None:
    team = make_team()
    long = "R" * 70
    names = [
        ("Ré-1", "Un"),
        ("Rè-1", "Deux"),
        (f"{long}1", "Trois"),
        (f"{long}2", "Quatre"),
        ("€ 1", "Cinq"),
        ("1", "Six"),
    ]
    data = table(*(f"{reference};{name};Payer" for reference, name in names))

    proposal = dryrun.look(run := begin(team, data))[1]
    importing.apply(run, actor=team.actor("dpo"))
    transactions.commit()

    assert sorted(record.name for record in register().values()) == sorted(name for _reference, name in names)
    told = [p.code for activity in proposal.activities for p in activity.problems]
    assert told.count("reference_twice") >= 2


def test_a_number_that_the_file_gives_to_one_row_is_not_given_to_another(context: Flask) -> None:
    team = make_team()
    take(team, table(";Sans référence;Payer", "PA-0001;Avec référence;Payer"))

    assert {reference: record.name for reference, record in register().items()} == {
        "PA-0002": "Sans référence", "PA-0001": "Avec référence",
    }  # fmt: skip
    assert histories.reserve("PA", 2) == ["PA-0003", "PA-0004"]


def test_an_update_cannot_be_made_to_look_like_a_creation(context: Flask) -> None:
    """Taking it back would then archive a record that was there before."""
    team = make_team()
    take(team)
    run = begin(team, MORE)
    rows = {f"{a.sheet}/{a.row}": "create" for a in dryrun.look(run)[1].activities}
    importing.decide(run, {"rows": rows}, actor=team.actor("dpo"))
    importing.apply(run, actor=team.actor("dpo"))
    transactions.commit()

    importing.undo(run, actor=team.actor("dpo"))

    assert {record.state for record in register().values()} == {"draft"}
    assert "sauvegarde" not in str(register()["RH-01"].document)


def test_a_decision_that_means_nothing_changes_nothing(context: Flask) -> None:
    team = make_team()
    run = begin(team)
    rows = {f"{a.sheet}/{a.row}": SKIP for a in dryrun.look(run)[1].activities}
    importing.decide(run, {"rows": {**rows, "nowhere/1": "create"}}, actor=team.actor("dpo"))
    assert dryrun.look(run)[1].count(SKIP) == 4
    importing.decide(run, {"rows": dict.fromkeys(rows, "explode")}, actor=team.actor("dpo"))
    assert dryrun.look(run)[1].count(SKIP) == 0


def test_what_is_written_many_at_a_time_is_what_the_verbs_would_have_left(context: Flask) -> None:
    team = make_team()
    make_department("Ressources humaines")
    run = take(team)
    before = _derived()

    for record in register().values():
        xray.project(record)
        search.index([(record, "working", record.document)])
    db.session.flush()

    assert _derived() == before
    assert all(before)
    assert verify(team.organisation.id).broken_at is None
    kept = register()["RH-01"]
    (revision,) = records.revisions_of(kept)
    (entry,) = records.journal_of(kept)
    assert (revision.number, revision.state, revision.document) == (1, "draft", kept.document)
    assert (entry.tag, entry.subject, entry.revision_id) == ("register:record:import", "RH-01", revision.id)
    assert run.file_name in revision.reason
    party = next(iter(parties.all_of("party")))
    assert [e.tag for e in records.journal_of(party)] == ["party:added"]
    assert records.links_of(party), "the party knows who names it"


def _derived() -> list[list[tuple[object, ...]]]:
    columns = [
        (RegisterEntry.record_id, RegisterEntry.face, RegisterEntry.weight, RegisterEntry.answered),
        (RegisterFacet.record_id, RegisterFacet.face, RegisterFacet.facet, RegisterFacet.value),
        (FindingRow.record_id, FindingRow.face, FindingRow.rule, FindingRow.row_key, FindingRow.severity),
        (SearchEntry.record_id, SearchEntry.face, SearchEntry.body),
        (RecordLink.from_id, RecordLink.role, RecordLink.to_id),
    ]  # fmt: skip
    return [sorted(tuple(row) for row in db.session.execute(select(*names))) for names in columns]


def test_a_reference_of_somebody_elses_department_is_refused_in_a_sentence(context: Flask) -> None:
    team = make_team()
    activities.add({"name": "Paie"}, actor=team.actor("dpo"), reference="RH-01")
    transactions.commit()
    run = begin(team)
    actor = team.actor("dpo")
    db.session.info["department_ids"] = frozenset({-1})

    with pytest.raises(RuleBroken, match="RH-01 is already used"):
        importing.apply(run, actor=actor)


def test_an_import_that_was_done_but_not_said_so_is_not_done_again(context: Flask) -> None:
    """The worker died between keeping the last batch and telling that the job was done."""
    team = make_team()
    run = take(team)
    done = number_of(ImportedRecord)

    importing.apply_for(run.token, actor=team.actor("dpo"), progress=lambda done, total: None)

    assert number_of(ImportedRecord) == done


def test_a_refused_file_leaves_nothing_and_an_accepted_one_is_kept_once(context: Flask) -> None:
    team = make_team()
    first, second = begin(team), begin(team, W1, "again.csv")

    assert first.file_digest == second.file_digest
    assert dryrun.look(second)[1].count("create") == 4


def test_a_whole_import_says_how_far_it_is_where_another_could_claim_it(context: Flask) -> None:
    team = make_team()
    item = {"reference": "PA-7", "status": "draft", "document": activities.empty() | {"name": "Paie"}}
    run = begin(team, orjson.dumps({**WHOLE, "activities": [item]}), "register.json")
    told: list[tuple[int, int]] = []

    importing.apply_for(run.token, actor=team.actor("dpo"), progress=lambda done, total: told.append((done, total)))

    assert bool(told) == (db.engine.dialect.name != "sqlite")
    assert jobs.LEASE.total_seconds() == 60
    assert run.state == "applied"


def test_a_file_larger_than_others_is_read_when_it_is_ours(context: Flask) -> None:
    team = make_team()
    data = orjson.dumps({**WHOLE, "activities": []}) + b" " * 26_000_000

    run = importing.begin(io.BytesIO(data), "register.json", actor=team.actor("dpo"))

    assert importing.is_own_export(run)

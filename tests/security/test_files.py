"""Files that somebody made to harm: each is refused in words, or read in little time, and never a page that failed."""

import datetime
import io
import json
import time
import tracemalloc
from typing import Any

import pytest
from flask import Flask

from compliance.exports import tasks as exports
from compliance.records import services as records
from compliance.records.models import StoredFile
from compliance.register.intake.layout import understand
from compliance.register.intake.proposal import propose
from compliance.register.intake.values import Corrections
from compliance.regulation.reference import reference
from compliance.support import clock, storage, transactions
from compliance.support.db import db
from compliance.support.tables.ods import read_ods
from compliance.support.tables.packages import Package
from compliance.support.tables.reading import read
from compliance.support.tables.workbook import Limits, UnreadableFile
from tests.helpers.client import PageClient
from tests.helpers.makers import give_role, make_organisation
from tests.register.desk import Desk
from tests.register.records import make_team
from tests.support.spreadsheets import ods

DOCUMENT = {"name": "Paie"}


@pytest.fixture
def desk(context: Flask, client: PageClient) -> Desk:
    team = make_team()
    give_role(team.people["dpo"], "administrator", team.organisation)
    return Desk(client, team)


def whole(**lists: Any) -> bytes:
    return json.dumps(
        {"format": "trente-register", "version": 1, "organisation": DOCUMENT, "activities": [], **lists}
    ).encode()


def activity(**changes: Any) -> dict[str, Any]:
    return {"reference": "PA-1", "status": "approved", "document": DOCUMENT, "approved_document": DOCUMENT, **changes}


def send(desk: Desk, content: bytes, name: str = "register.json") -> str:
    answer = desk.send("imports.start", {"file": (io.BytesIO(content), name)})
    return str(answer.location).rpartition("/")[2]


def test_a_register_read_back_shows_an_auditor_what_was_approved_and_its_history(desk: Desk) -> None:
    desk.send("imports.apply", {}, token=send(desk, whole(activities=[activity(edition=2)])))

    desk.sit("auditor")

    assert "version 2" in desk.page("history", reference="PA-1").text
    assert "Paie" in desk.page("compare", reference="PA-1").text


@pytest.mark.parametrize(
    "lists",
    [
        {"activities": ["x"]},
        {"departments": ["x"]},
        {"people": [{"email": 1, "name": "x"}]},
        {"people": [{"email": "a@b.example", "name": []}]},
        {"vocabularies": ["x"]},
        {"vocabularies": [{"vocabulary": {}, "code": [], "en": {}, "fr": "x"}]},
        {"vocabularies": [{"vocabulary": "legal_bases", "code": "consent", "en": "", "fr": "", "hidden": True}]},
        {"activities": [activity(edition="x")]},
        {"activities": [activity(edition=10**18)]},
        {"activities": [activity(review_due_on="x")]},
        {"activities": [activity(approved_at="2026-01-01T00:00:00")]},
        {"activities": [activity(approved_by=["x"])]},
        {"activities": [activity(reference="../x")]},
        {"activities": [activity(reference="x" * 65)]},
        {"parties": [{"reference": "a/b", "document": DOCUMENT}]},
    ],
    ids=repr,
)
def test_an_export_of_ours_that_somebody_tampered_with_is_refused_whole(lists: dict[str, Any], desk: Desk) -> None:
    desk.send("imports.apply", {}, 409, token=send(desk, whole(**lists)))

    assert not records.exists("activity", "PA-1")


def test_half_a_letter_in_a_file_does_not_break_its_page(desk: Desk) -> None:
    content = json.dumps([{"Nom du traitement": "Paie\ud800", "Finalit\ud800": "Payer"}]).encode()
    assert desk.page("imports.show", token=send(desk, content)).status == 200


@pytest.mark.parametrize("typed", [{"t:header": "9" * 5000}, {"t:column:" + "9" * 5000: "name"}, {"t:kind": "x"}])
def test_a_mapping_that_no_page_offers_does_not_break_the_import(typed: dict[str, str], desk: Desk) -> None:
    token = send(desk, "Nom du traitement;Finalité\nPaie;Payer\n".encode(), "t.csv")
    desk.send("imports.mapping", {"sheet": "t", **typed}, token=token)
    assert desk.page("imports.show", token=token).status == 200


HEADINGS = (
    "Nom du traitement", "Finalité", "Base légale", "Catégories de données", "Durée de conservation", "Destinataires",
    "Transferts hors UE", "Mesures de sécurité", "Personnes concernées", "Sous-traitants",
)  # fmt: skip


@pytest.mark.parametrize(
    "words",
    ["oui " + " " * 40_000 + "x", "a" + "\xa0" * 40_000 + "b", "a\t" * 20_000, "1 " * 20_000, "1.1." * 10_000,
     "10 ans à compter de la fin " * 1500, " et " * 10_000, "a(" * 20_000, "a (b) " * 6_000, "5 ans " * 6_000],
    ids=lambda words: repr(words[:8]),
)  # fmt: skip
def test_no_cell_takes_long_to_read(words: str) -> None:
    content = "\n".join(";".join(cells) for cells in (HEADINGS, ["Paie"] * len(HEADINGS), [words] * len(HEADINGS)))

    began = time.perf_counter()
    propose(understand(read(content.encode(), "t.csv"), reference(), Corrections(), {}))

    assert time.perf_counter() - began < 8


def test_blanks_that_a_spreadsheet_promises_are_not_unrolled_without_end() -> None:
    cell = "<table:table-cell><text:p>a" + '<text:s text:c="50000"/>' * 2000 + "b</text:p></table:table-cell>"
    package = Package(ods({"t": f"<table:table-row>{cell}</table:table-row>"}), Limits())

    tracemalloc.start()
    with pytest.raises(UnreadableFile, match="cell_too_long"):
        read_ods(package, Limits())
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert most < 20_000_000


def test_a_file_that_one_organisation_no_longer_keeps_stays_for_another(context: Flask) -> None:
    digest, today = storage.put(io.BytesIO(b"the same content"))[0], datetime.date(2026, 11, 23)
    for name, purge_on in (("One", today - datetime.timedelta(days=1)), ("Two", None)):
        make_organisation(name)
        row = StoredFile(token=name, digest=digest, name="x", media_type="text/csv", size=1, purge_on=purge_on)
        db.session.add(row)
        transactions.commit()

    with clock.frozen(datetime.datetime(2026, 11, 23, 9, tzinfo=datetime.UTC)):
        exports.purge()

    assert storage.path_of(digest).exists()

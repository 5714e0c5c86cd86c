"""Whatever is typed into a record is kept as typed or refused in a sentence, and shown as words everywhere."""

import csv
import io
from typing import Any

import openpyxl
import pytest
from flask import Flask

from compliance.exports import services as exports
from compliance.register.documents import Activity
from compliance.register.services import activities
from compliance.support import documents as d
from compliance.support import transactions
from compliance.support.documents import Json, specs_of
from tests.helpers.client import PageClient
from tests.helpers.makers import make_record
from tests.register.desk import Desk
from tests.register.records import make_team

#: What a person might paste: kept as it is.
KEPT = {
    "script": "<script>alert(1)</script>",
    "attribute": "\" onmouseover=\"alert(1)' x='",
    "closing": "</textarea></title></style><b>x",
    "comment": "<!-- --><![CDATA[x]]>",
    "entity": "AT&T & Co",
    "sql": "'; DROP TABLE records; --",
    "formula": '=HYPERLINK("http://example.invalid";"x")',
    "command": "@SUM(1+1)|cmd",
    "minus": "-1+1",
    "path": "..\\..\\etc/passwd",
    "format": "100 %s %d {0} ${x}",
    "right to left": "\u202eabc\u2066x",
    "arabic": "حماية البيانات",
    "zero width": "a\u200bb\u200dc\ufeffd",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈",
    "accents": "L’Œuvre où l’été naît — « ça »",
    "combining": "Z\u0351\u036b\u0343a\u0334\u0301l\u0338go",
    "asian": "個人情報保護",
    "spaces": "a\u00a0\u202f\u3000b",
    "lines": "one\u2028two",
}

#: What looks like a leftover of a template: the checking client would take it for one of ours.
TEMPLATES = {"jinja": "{{ 7777*7777 }}{% raw %}", "percent": "%(name)s", "nothing": "None"}

TEXTS = ("name", "description", "notes", "age_check", "retention_absence", "notice", "dpia_note", "ai_system")


def everywhere(typed: str) -> Json:
    """A document that says it in each of its texts."""
    document = activities.empty()
    for name, spec in specs_of(Activity).items():
        if spec.kind in (d.TEXT, d.LONG_TEXT):
            document[name] = typed[: spec.max_length]
        elif spec.row:
            row = {n: typed[: s.max_length] for n, s in specs_of(spec.row).items() if s.kind in (d.TEXT, d.LONG_TEXT)}
            document[name] = [{"key": "k1", **row}]
    return document


@pytest.mark.parametrize("kind", [*KEPT, *TEMPLATES])
def test_every_text_of_a_record_is_shown_as_words(kind: str, context: Flask, client: PageClient) -> None:
    typed = {**KEPT, **TEMPLATES}[kind]
    client.checks = kind in KEPT
    team = make_team()
    desk = Desk(client, team)
    record = activities.add(everywhere(typed), actor=team.actor("dpo"))
    transactions.commit()
    reference = record.reference

    shown = [desk.page(where, reference=reference) for where in ("show", "history", "compare")]
    shown += [desk.page("edit", reference=reference, section=section) for section in activities.SECTIONS]
    shown += [desk.page(where, q=typed) for where in ("accounts.search", "index")]
    shown += [desk.page("index"), desk.page("filters")]
    shown.append(desk.page("findings.index"))

    for page in shown:
        assert page.status == 200
        assert "60481729" not in page.text, "a template was run"
        assert not [script for script in page.tree.iter("script") if script.text and "alert" in script.text]
        assert not [e for e in page.tree.iter() if e.get("onmouseover")]
    assert " ".join(typed.split()) in " ".join(shown[0].heading.split())


@pytest.mark.database
def test_saving_an_open_form_keeps_what_was_typed_to_the_letter(context: Flask, client: PageClient) -> None:
    desk = Desk(client, make_team())
    for kind, typed in {**KEPT, **TEMPLATES}.items():
        client.checks = kind in KEPT
        record = make_record(name="Paie")
        desk.save(record, "identity", {**desk.form(record, "identity"), "name": typed, "description": typed})
        assert desk.stored(record).document["name"] == typed.strip(), kind

        desk.save(record, "identity", desk.form(record, "identity"))

        assert (desk.stored(record).document["description"], record.version) == (typed.strip(), 2), kind


@pytest.mark.database
@pytest.mark.parametrize("typed", ["\0", "a\0b", "\x1b[31m", "\x07", "\ud800".encode("utf-8", "surrogatepass")])
def test_what_no_page_can_hold_is_refused_in_a_sentence_or_left_out(
    typed: Any, context: Flask, client: PageClient
) -> None:
    desk = Desk(client, make_team())
    record = make_record(name="Paie")
    sent = {**desk.form(record, "identity"), "description": typed}

    response = client.post(
        client.address(
            "register.edit", organisation=desk.team.organisation.slug, reference="PA-0001", section="identity"
        ),
        data={"csrf_token": desk.token(), **sent},
    )

    assert response.status_code in (303, 422)
    assert "\0" not in desk.stored(record).document["description"]
    desk.page("show", reference="PA-0001")


@pytest.mark.parametrize("length", [255, 256, 10_000, 10_001, 200_000])
def test_a_text_that_is_too_long_is_refused_and_given_back(length: int, context: Flask, client: PageClient) -> None:
    desk = Desk(client, make_team())
    record = make_record(name="Paie")
    sent = {**desk.form(record, "identity"), "name": "n" * length, "description": "x" * length}
    fits = {"name": length <= 255, "description": length <= 10_000}

    if all(fits.values()):
        desk.save(record, "identity", sent)
        return
    page = desk.sent("edit", sent, 422, reference=record.reference, section="identity")

    assert ("At most 255" in page.text) is not fits["name"]
    assert page.form("/edit/identity")["description"] == ["x" * length]
    assert desk.stored(record).version == 1


@pytest.mark.parametrize("kind", KEPT)
def test_every_format_takes_it(kind: str, context: Flask, client: PageClient) -> None:
    typed = KEPT[kind]
    team = make_team()
    activities.add(everywhere(typed), actor=team.actor("dpo"))
    transactions.commit()
    built = {}
    for format_ in exports.MEDIA:
        out = io.BytesIO()
        exports.write(exports.Wish(format_, "fr", "all"), out, actor=team.actor("dpo"))
        built[format_] = out.getvalue()

    cells = [cell for row in csv.reader(io.StringIO(built["csv"].decode("utf-8-sig")), delimiter=";") for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "-1"))], "a cell that a spreadsheet would run"
    book = openpyxl.load_workbook(io.BytesIO(built["xlsx"]))
    values = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in values} <= {"s", "n", "d", "b"}, "a formula"
    assert any(typed.strip() in str(cell.value) for cell in values)
    assert built["pdf"].startswith(b"%PDF")


@pytest.mark.database
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("role", "emperor"), ("phase", "\0"), ("occasional", "maybe"), ("started_on", "9999-99-99"),
        ("owner", "nobody@x"), ("department", "DEP-404"), ("started_on", "-0001-01-01"),
        ("started_on", "٢٠٢٦-٠١-٠١"), ("owner", "x" * 5000),
    ],
)  # fmt: skip
def test_an_answer_that_was_not_offered_is_refused_in_a_sentence(
    field: str, value: str, context: Flask, client: PageClient
) -> None:
    desk = Desk(client, make_team())
    record = make_record(name="Paie")

    page = desk.sent(
        "edit", {**desk.form(record, "identity"), field: value}, 422, reference=record.reference, section="identity"
    )

    assert page.find(id="form-errors")
    assert desk.stored(record).version == 1


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("role", ["administrator", "controller", "dpo", "legal", "auditor"])
def test_each_person_finds_their_pages_in_order_in_their_language(
    role: str, language: str, context: Flask, client: PageClient
) -> None:
    team = make_team("dpo", role, language=language)
    record = make_record(name="Brouillon")
    desk = Desk(client, team, role)
    rooms = ("accounts.search", "findings.index", "imports.start", "exports.index")
    for where in ("index", "filters", "new", "library", *rooms):
        address = client.address(where if "." in where else f"register.{where}", organisation=team.organisation.slug)
        assert client.get(address).status_code in (200, 403), where
    for where in ("show", "history", "compare", "submit", "opinion", "approve", "refuse"):
        address = client.address(f"register.{where}", organisation=team.organisation.slug, reference=record.reference)
        assert client.get(address).status_code in (200, 403, 404), where
    assert desk.client.get("/").status_code in (200, 302, 303)

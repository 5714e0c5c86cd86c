"""What the intake promises whatever the file: every cell accounted for, no exception, all words in both languages."""

import re
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.register import intake
from compliance.register.intake.building import VERBS
from compliance.register.intake.data import wording
from compliance.register.intake.headings import bare
from compliance.register.intake.layout import FORM, TABLE, SheetChoice, understand
from compliance.register.intake.messages import Problem, refusal, remark
from compliance.register.intake.proposal import Proposal, propose
from compliance.register.intake.scalars import field_spec
from compliance.register.intake.targets import targets
from compliance.register.intake.words import fold
from compliance.regulation.reference import reference
from compliance.support import tables
from compliance.support.documents import to_json
from compliance.support.tables.workbook import Note, Sheet, UnreadableFile, Workbook, cell_name
from tests.register.intakes import HEAD, proposal_of

LAW = reference()
_HEADINGS = [
    *HEAD.split(";"),
    "Notes",
    "DPO",
    "Pays",
    "Garanties",
    "Grande échelle",
    "Droits",
    "Date de création",
    "Couleur",
    "Données sensibles",
]
_WORDS = [
    "Paie",
    "Oui",
    "Non",
    "N/A",
    "-",
    "3 ans",
    "5 ans après le départ",
    "Salariés",
    "RIB, NIR",
    "États-Unis (DPF)",
    "Aro (sous-traitant)",
    "Consentement",
    "Exemple :",
    "Qui ?",
    "Sélectionnez ►",
    "=1+1",
    "'=1",
    "a;b",
    "ligne\nligne",
    "Nom du traitement",
    "Finalité",
    "Destinataires",
    "P-1",
    "{x}",
    "%s",
    "{0.x}",
    "Obligation légale – C. trav. L1",
    "Données : ",
    ": ",
    "()",
    "((",
    "1)",
    "Sous-traitants : ",
    "–",
    "Description",
    "Type",
    "Durée de conservation",
]
_TEXT = st.one_of(st.sampled_from(_WORDS), st.sampled_from(_HEADINGS), st.text(max_size=20))
_GRID = st.dictionaries(st.tuples(st.integers(0, 9), st.integers(0, 6)), _TEXT, max_size=45)


def _book(*grids: dict[tuple[int, int], str], head: bool = False) -> Workbook:
    book = Workbook("f.xlsx", "xlsx")
    for number, grid in enumerate(grids):
        sheet = Sheet(f"S{number}")
        sheet.cells = {place: text for place, text in grid.items() if text and not text.isspace()}
        if head:
            sheet.cells.update({(0, column): heading for column, heading in enumerate(HEAD.split(";")[:7])})
        book.sheets.append(sheet)
    return book


def _words_kept(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [word for part in value.values() for word in _words_kept(part)]
    if isinstance(value, list):
        return [word for part in value for word in _words_kept(part)]
    return [fold(value)] if isinstance(value, str) else []


def _check_that_every_cell_is_accounted_for(book: Workbook, proposal: Proposal) -> None:
    """A cell is listed, or it is a heading or a label, or the row or form that has it became an activity."""
    cells = {(sheet.name, cell_name(*place)) for sheet, place in book.positions()}
    listed = {(entry.sheet, entry.cell) for entry in proposal.not_understood}
    assert listed <= cells
    if not proposal.activities:
        readings = understand(book, LAW).sheets
        assert all(
            reading.kind in (TABLE, FORM) for reading in readings if {c for s, c in cells - listed if s == reading.name}
        )
    for sheet, cell in cells - listed:
        assert (sheet, cell) in proposal.placed, (sheet, cell)
    for activity in proposal.activities:
        to_json(activity.document)
        assert activity.document.name
        assert all(purpose.label for purpose in activity.document.purposes)


@settings(max_examples=50, deadline=None)
@given(_GRID, _GRID)
def test_any_grid_is_read_and_every_cell_is_accounted_for(
    first: dict[tuple[int, int], str], second: dict[tuple[int, int], str]
) -> None:
    book = _book(first, second)
    _check_that_every_cell_is_accounted_for(book, propose(understand(book, LAW)))


@settings(max_examples=50, deadline=None)
@given(_GRID)
def test_any_table_under_known_headings_is_read_and_every_cell_is_accounted_for(
    grid: dict[tuple[int, int], str],
) -> None:
    book = _book(grid, head=True)
    proposal = propose(understand(book, LAW))
    _check_that_every_cell_is_accounted_for(book, proposal)
    for language in ("fr", "en"):
        proposal.as_json(language)


@settings(max_examples=30, deadline=None)
@given(
    _GRID,
    st.dictionaries(st.integers(0, 6), st.sampled_from([*targets(LAW), ""]), max_size=7),
    st.sampled_from(["rows", "columns"]),
)
def test_any_mapping_that_a_person_chooses_is_followed(
    grid: dict[tuple[int, int], str], columns: dict[int, str], orientation: str
) -> None:
    book = _book(grid)
    choices = {"S0": SheetChoice(kind=TABLE, header_row=0, orientation=orientation, columns=columns)}
    proposal = propose(understand(book, LAW, choices=choices))
    for sheet, place in book.positions():
        cell = (sheet.name, cell_name(*place))
        assert cell in proposal.placed or cell in {(entry.sheet, entry.cell) for entry in proposal.not_understood}


@settings(max_examples=20, deadline=None)
@given(
    st.text(alphabet=string.ascii_letters + "éà ,.-'", min_size=1, max_size=25)
    .map(str.strip)
    .filter(lambda text: any(letter.isalpha() for letter in text))
)
def test_the_words_of_a_cell_reach_the_document_or_the_list(text: str) -> None:
    head = "Réf;Nom;Finalité;Personnes;Données;Destinataires;Sécurité"
    for column in range(2, 7):
        cells = ["R-1", "Activité témoin", "", "", "", "", ""]
        cells[column] = f'"{text}"'
        proposal = proposal_of(f"{head}\n{';'.join(cells)}\n".encode())
        listed = {fold(entry.text) for entry in proposal.not_understood}
        if fold(text) in listed or not proposal.activities or proposal.activities[0].document.recipients_none:
            continue
        document = proposal.activities[0].document
        kept = " ".join(_words_kept(to_json(document)))
        named = {
            fold(term.label(language))
            for name in ("data_subjects", "data_categories", "security_measures")
            for term in LAW.vocabularies[name].values()
            for language in ("fr", "en")
        }
        for word in fold(text).split():
            assert word in kept or any(word in name for name in named) or word in {"et", "and", "ou", "or"}, (
                column,
                text,
            )


HOSTILE = [
    "undefined",
    "null",
    "NaN",
    "1/0",
    "0x0",
    "١٢٣",
    "Ω≈ç√∫",
    "'';!--\"<XSS>=&{()}",
    "<script>alert(1)</script>",
    "' OR 1=1 -- 1",
    "../../../etc/passwd%00",
    "{% print 'x' * 64 %}",
    "%s%s%s%n",
    "田中さん",
    "👾 🙇",
    "ثم نفس",
    "\u202etest",
    "\u200b",
    "\ufeff",
    "T\u0322\u031f",
    "DROP TABLE users",
    "$HOME",
    "{{7*7}}",
    "Ｆｕｌｌ",
    "﷽",
    "\x07",
    "a\tb",
    "1;DROP",
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "-2+3",
    "+1",
    "  =1",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_naughty_strings_are_text(text: str) -> None:
    quoted = text.replace('"', '""')
    proposal = proposal_of(f'Réf;Nom;Finalité;Source\nR-1;"Nom {quoted}";"But {quoted}";"{quoted}"\n'.encode())
    activity = proposal.activities[0]
    assert activity.document.purposes[0].label.startswith("But")
    source = activity.document.source or next((entry.text for entry in proposal.not_understood), "")
    assert source.strip() == text.strip(" \t\u200b\ufeff") or source.strip("\u200b\ufeff ") == text.strip(
        "\u200b\ufeff "
    )


def test_every_message_exists_in_both_languages_and_takes_its_parameters() -> None:
    for group, entries in wording("messages").items():
        for code, entry in entries.items():
            names = [set(re.findall(r"{(\w+)}", entry[language])) for language in ("fr", "en")]
            assert names[0] == names[1], (group, code)
            assert not re.search(r"[^\u00a0\u202f][:;?!»]", entry["fr"]), (group, code)


def test_refusals_and_remarks_are_sentences() -> None:
    assert (
        refusal(UnreadableFile("too_large", limit=25), "fr")
        == "Ce fichier dépasse 25 Mo\u00a0: divisez-le en plusieurs fichiers."
    )
    assert refusal(UnreadableFile("pdf"), "en").startswith("A PDF cannot be read")
    assert "3" in remark(Note("comments", {"sheet": "S", "count": "3"}), "fr")
    assert (
        Problem("name", "name_missing", {"name": "{x}"}).message("en")
        == "The file gives no name: “{x}” stands in for it."
    )


def test_every_code_used_in_the_programs_has_its_words() -> None:
    messages = wording("messages")
    forms = {
        "problems": r'(?:\.(?:tell|check)\([^()"]*,\s*"[\w.]+",\s*|told\.append\(\s*\()"(\w+)"',
        "refusals": r'UnreadableFile\(\s*"(\w+)"',
        "notes": r'Note\("(\w+)"',
        "not_understood": r'\.leave\(answer, "(\w+)"',
    }
    for room in (intake, tables):
        for path in Path(str(room.__file__)).parent.glob("*.py"):
            for group, form in forms.items():
                for code in re.findall(form, path.read_text("utf-8")):
                    assert code in messages[group], (path.name, group, code)


def test_headings_lead_to_fields_that_exist() -> None:
    for path in targets(LAW):
        own = {"created_on", "updated_on", "status", "organisation", "reference"}
        assert path in VERBS or path in own or field_spec(path) is not None, path


def test_no_heading_leads_to_two_fields() -> None:
    seen: dict[str, str] = {}
    for path, entry in wording("headings").items():
        for words in entry["synonyms"]:
            assert seen.setdefault(bare(words), path) == path, words


def test_the_values_we_add_name_entries_that_exist() -> None:
    for vocabulary, entries in wording("values")["aliases"].items():
        for code in entries:
            assert LAW.term(vocabulary, code) is not None, (vocabulary, code)

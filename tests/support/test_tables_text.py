"""Reading CSV and JSON: encodings, separators, quotation marks, damage."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.support.tables.reading import read
from compliance.support.tables.workbook import Limits, OwnExport, UnreadableFile


def rows_of(data: bytes, name: str = "file.csv", **options: bool) -> list[list[str]]:
    sheet = read(data, name, **options).sheets[0]
    width = max((column for _, column in sheet.cells), default=-1) + 1
    last = max((row for row, _ in sheet.cells), default=-1)
    return [[sheet.text(row, column) for column in range(width)] for row in range(last + 1)]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "cp1252", "latin-1", "utf-16", "utf-16-le", "utf-16-be"])
def test_no_accent_is_lost_whatever_the_encoding(codec: str) -> None:
    text = "Nom;Durée\r\nÉlèves à l'école;Août 2026 – où ?\r\n".replace("–", "-")
    assert rows_of(text.encode(codec)) == [["Nom", "Durée"], ["Élèves à l'école", "Août 2026 - où ?"]]


@pytest.mark.parametrize(
    ("codec", "name"), [("cp1252", "Windows-1252"), ("mac_roman", "Mac Roman"), ("cp850", "DOS 850")]
)
def test_the_encoding_of_a_file_without_a_mark_is_guessed_by_its_accents(codec: str, name: str) -> None:
    book = read("Nom;Durée\nÉlèves;dès la rentrée, à côté\n".encode(codec), "f.csv")
    assert (book.encoding, book.sheets[0].text(1, 0)) == (name, "Élèves")


@pytest.mark.parametrize("delimiter", list(",;\t|"))
def test_the_separator_is_found(delimiter: str) -> None:
    lines = [["Nom", "Données"], ["Paie", "RIB et NIR"], ["Accueil", "nom"]]
    text = "\n".join(delimiter.join(line) for line in lines)
    assert rows_of(text.encode()) == lines
    assert read(text.encode(), "f.csv").delimiter == delimiter


def test_commas_inside_cells_do_not_hide_the_semicolon() -> None:
    text = "Nom;Données;Destinataires\nPaie;RIB, NIR, nom;Urssaf, banque\nAccueil;nom, prénom, heure;agents, police\n"
    assert rows_of(text.encode())[1] == ["Paie", "RIB, NIR, nom", "Urssaf, banque"]


def test_the_separator_may_be_announced_in_the_first_line() -> None:
    assert rows_of(b"sep=|\na,b|c\n") == [["a,b", "c"]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a,b\n1,"x, y"\n', [["a", "b"], ["1", "x, y"]]),
        ('a,b\n1,"he said ""no"""\n', [["a", "b"], ["1", 'he said "no"']]),
        ('a,b\n1,"two\nlines"\n', [["a", "b"], ["1", "two\nlines"]]),
        ('a,b\r\n1,"two\r\nlines"\r\n', [["a", "b"], ["1", "two\nlines"]]),
        ('a,b\n1,"x ""q""\ny"\n3,4\n', [["a", "b"], ["1", 'x "q"\ny'], ["3", "4"]]),
        ('a,b,c\n1,"",""\n2,3,4\n', [["a", "b", "c"], ["1", "", ""], ["2", "3", "4"]]),
        (
            'k,v\n1,"{""type"": ""Point"", ""at"": [1.5, 2]}"\n',
            [["k", "v"], ["1", '{"type": "Point", "at": [1.5, 2]}']],
        ),
        ("a,b\n1,ʤ\n4,5\n", [["a", "b"], ["1", "ʤ"], ["4", "5"]]),
        ("a;b;c\n1;2\n1;2;3;4\n", [["a", "b", "c", ""], ["1", "2", "", ""], ["1", "2", "3", "4"]]),
        ("a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
    ],
)
def test_quotation_marks_lines_and_ragged_rows_are_read_as_meant(text: str, expected: list[list[str]]) -> None:
    assert rows_of(text.encode()) == expected


def test_a_quotation_mark_that_is_never_closed_does_not_swallow_the_rows_below() -> None:
    book = read(b'Nom;Outil\nA;"ecran 24 pouces\nB;papier\nC;papier\n', "f.csv")
    assert [note.code for note in book.notes] == ["unbalanced_quotes"]
    assert book.sheets[0].text(3, 0) == "C"


def test_a_quotation_mark_inside_a_cell_is_text() -> None:
    assert rows_of('Nom;Outil\nA;écran 24" plat\nB;x\n'.encode())[1] == ["A", 'écran 24" plat']


def test_text_encoded_twice_is_noted_and_mended_only_when_asked() -> None:
    data = "Nom;Durée\nVidéosurveillance;été\n".encode().decode("cp1252").encode()
    plain, mended = read(data, "f.csv"), read(data, "f.csv", repair=True)
    assert plain.sheets[0].text(1, 0) == "VidÃ©osurveillance"
    assert [(note.code, note.params["count"]) for note in plain.notes] == [("garbled", "3")]
    assert mended.sheets[0].text(1, 0) == "Vidéosurveillance"
    assert [note.code for note in mended.notes] == ["repaired"]


def test_blank_cells_are_not_cells() -> None:
    assert set(read(b"a;b\n ;\t\n", "f.csv").sheets[0].cells) == {(0, 0), (0, 1)}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b" \n ; ;\n", "empty"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"\x89PNG\r\n", "picture"),
        (b"\xff\xd8\xff\xe0", "picture"),
        (b"{\\rtf1 x}", "word_document"),
        (b"<html><table></table></html>", "markup"),
        (b'<?xml version="1.0"?><!DOCTYPE x>', "markup"),
        (b"a\xe9\x00b\x00\x00\x01", "not_text"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 600, "old_spreadsheet"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ],
)
def test_what_is_not_a_table_is_refused_by_its_content(data: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        read(data, "register.csv")
    assert refused.value.code == code


def test_limits_stop_the_reading() -> None:
    with pytest.raises(UnreadableFile, match="too_large"):
        read(b"a;b\n" * 10, "f.csv", Limits(file_bytes=20))
    with pytest.raises(UnreadableFile, match="too_many_rows"):
        read(b"a;b\n" * 10, "f.csv", Limits(rows=9))
    with pytest.raises(UnreadableFile, match="too_many_cells"):
        read(b"a;b\n" * 10, "f.csv", Limits(cells=19))
    with pytest.raises(UnreadableFile, match="cell_too_long") as refused:
        read(b"a;b\n1;" + b"x" * 50, "f.csv", Limits(cell_characters=49))
    assert refused.value.params["cell"] == "B2"


def test_a_json_list_of_objects_is_a_table() -> None:
    data = json.dumps(
        [{"name": "Paie", "data": ["nom", "RIB"], "x": {"y": 1}, "dpia": False}, {"name": "Accueil", "z": None}]
    )
    sheet = read(data.encode(), "f.json").sheets[0]
    assert [sheet.text(0, c) for c in range(4)] == ["name", "data", "x.y", "dpia"]
    assert [sheet.text(1, c) for c in range(4)] == ["Paie", "nom\nRIB", "1", "FALSE"]


def test_our_own_export_is_handed_over() -> None:
    with pytest.raises(OwnExport):
        read(json.dumps({"format": "x", "version": 1, "activities": []}).encode(), "f.json")


@pytest.mark.parametrize(
    ("tree", "code"),
    [
        ({"pia": {}, "answers": []}, "assessment"),
        (["a", "b"], "json_not_a_list"),
        ({"a": 1}, "json_not_a_list"),
        ([], "json_not_a_list"),
    ],
)
def test_other_json_is_refused(tree: object, code: str) -> None:
    with pytest.raises(UnreadableFile, match=code):
        read(json.dumps(tree).encode(), "f.json")


def test_broken_json_is_refused() -> None:
    for text in ('[{"a": 1}, ', '[{"a": ' + "[" * 100_000):
        with pytest.raises(UnreadableFile, match="damaged_json"):
            read(text.encode(), "f.json")


CELL = st.text(st.characters(codec="utf-8", exclude_characters='"\r\n;\0'), max_size=12).map(str.strip)


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=2, max_size=6))
def test_what_is_written_is_read_again(table: list[tuple[str, str, str]]) -> None:
    text = "\n".join(['"A";"B";"C"', *(";".join(f'"{cell}"' for cell in row) for row in table)])
    sheet = read(text.encode("utf-8-sig"), "f.csv").sheets[0]
    for row, cells in enumerate(table, 1):
        for column, cell in enumerate(cells):
            assert sheet.text(row, column) == ("" if cell.isspace() else cell)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(UnreadableFile):
        assert read(data, "f.csv").sheets

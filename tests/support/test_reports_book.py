"""Books: chapters of any length, true page numbers, our own faces, nothing let through in silence."""

import datetime
import io
from collections.abc import Iterator, Sequence

import pytest
from pypdf import PdfReader

from compliance.support import pdf
from compliance.support.pdf import PrintError, fit, render
from compliance.support.presses import presses
from compliance.support.reports import book
from compliance.support.reports.book import Contents, Cover, bind
from compliance.support.reports.running import Imprint
from compliance.support.reports.tree import Block, Heading, KeyValues, Notice, Paragraph, Report, Table

IMPRINT = Imprint(
    title="Un registre",
    author="Chêne",
    language="fr",
    created=datetime.datetime(2026, 11, 23, 9, 0, tzinfo=datetime.UTC),
    head="Chêne",
    foot="Pied",
    folio=lambda number, total: f"Page {number} sur {total}",
)


@pytest.fixture(scope="module", autouse=True)
def warm_presses() -> Iterator[None]:
    """The presses are started once for all books of these tests."""
    with presses():
        yield


def chapter(reference: str, *blocks: Block, title: str = "Un titre") -> Report:
    return Report(reference, title, "fr", blocks)


def bound(chapters: Sequence[Report]) -> bytes:
    out = io.BytesIO()
    rows = [(c.reference, c.title) for c in chapters]
    contents = Contents("Sommaire", ("Référence", "Nom", "Page"), (20, 70, 10), rows)
    bind(
        out,
        iter(chapters),
        lambda: (Cover("Chêne", "Un registre", "Sous-titre", (("Nom", "Chêne"),)), contents),
        IMPRINT,
    )
    return out.getvalue()


def pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def test_every_page_but_the_cover_is_numbered() -> None:
    said = pages(bound([chapter("A", Paragraph("mots " * 3000)), chapter("B")]))
    assert "Page 1 sur" not in said[0]
    assert all(f"Page {number} sur {len(said)}" in text for number, text in enumerate(said[1:], start=2))


def test_contents_name_the_page_where_each_chapter_begins_and_lead_to_it() -> None:
    chapters = [chapter(f"R{n:02}", Paragraph("mots " * 1500 * (n % 3))) for n in range(12)]
    content = bound(chapters)
    reader, said = PdfReader(io.BytesIO(content)), pages(content)
    begin = {c.reference: next(i for i, t in enumerate(said) if t.startswith(c.reference)) for c in chapters}
    assert len(set(begin.values())) == 12
    assert len(said) == 2 + 4 * (1 + 2 + 3)
    for reference, index in begin.items():
        assert f"{reference} Un titre {index + 1}" in " ".join(said[1].split())
    links = [a.get_object() for a in reader.pages[1]["/Annots"]]
    targets = {reader.get_page_number(link["/Dest"][0].get_object()) for link in links}
    assert targets == set(begin.values())
    assert not any("/A" in link for link in links)


def test_bookmarks_lead_to_chapters() -> None:
    reader = PdfReader(io.BytesIO(bound([chapter("A"), chapter("B")])))
    assert [mark.title for mark in reader.outline] == ["Sommaire", "A – Un titre", "B – Un titre"]
    assert [reader.get_destination_page_number(mark) for mark in reader.outline] == [1, 2, 3]


def test_the_running_head_is_that_of_the_chapter() -> None:
    said = pages(bound([chapter("A", Paragraph("mots " * 3000), title="Premier"), chapter("B", title="Second")]))
    assert "A – Premier" in said[3]
    assert "B – Second" in said[-1]


def test_title_language_and_dates_are_set() -> None:
    reader = PdfReader(io.BytesIO(bound([chapter("A")])))
    assert reader.root_object["/Lang"] == "fr"
    assert reader.metadata is not None
    assert reader.metadata.title == "Un registre"
    assert reader.metadata.creation_date == IMPRINT.created


def test_a_face_travels_once_however_many_prints_a_book_takes() -> None:
    short, long = (bound([chapter(f"R{n}", Paragraph("été")) for n in range(count)]) for count in (4, 40))
    assert long.count(b"/FontFile2") == short.count(b"/FontFile2") > 0


def test_contents_longer_than_a_print_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "ROWS_A_PRINT", 5)
    chapters = [chapter(f"R{n:02}") for n in range(12)]
    said = pages(bound(chapters))
    assert len(said) == 1 + 3 + 12
    for number, one in enumerate(chapters, start=5):
        assert f"{one.reference} Un titre {number}" in " ".join(" ".join(said[1:4]).split())
    assert sum("Sommaire" in text for text in said) == 1


def test_the_same_book_has_the_same_bytes() -> None:
    assert bound([chapter("A", Paragraph("été"))]) == bound([chapter("A", Paragraph("été"))])


def test_words_are_set_in_our_own_faces_which_travel_with_the_file() -> None:
    reader = PdfReader(io.BytesIO(bound([chapter("A", Heading("Titre"), Paragraph("été", muted=True))])))
    used = {}
    for page in reader.pages:
        for font in page["/Resources"]["/Font"].values():
            face = font.get_object()
            used[str(face["/BaseFont"])] = "/FontFile2" in face.get("/FontDescriptor", {})
    assert {name.split("+")[-1] for name, embedded in used.items() if embedded} >= {
        "TrenteSansRegular", "TrenteSansBold", "TrenteSansItalic", "TrenteSerifBold",
    }  # fmt: skip
    assert {name for name, embedded in used.items() if not embedded} <= {"/Helvetica"}


@pytest.mark.parametrize(
    "name",
    ["Ελένη Παπαδοπούλου, Αθήνα", "Георги Йорданов, София", "Оксана Ґалаґан, Київ", "Јелена Ђорђевић", "Đỗ Thị Hạnh",
     "Győző Őry, Łódź, Žilina, Ştefan Țuțea, İzmir"],
)  # fmt: skip
def test_names_of_europe_are_printed_in_their_letters(name: str) -> None:
    assert fit(name) == name
    assert name in " ".join(pages(bound([chapter("A", Paragraph(name, muted=True), title=name)]))[2].split())


def test_no_row_of_a_long_table_is_lost_and_its_headings_come_back() -> None:
    table = Table(("Numéro", "Mots"), (20, 80), tuple((f"n{n:03}", "mots") for n in range(230)))
    said = pages(bound([chapter("A", Heading("Une liste", mark="(d)"), table)]))
    text = "\n".join(said)
    assert all(f"n{n:03}" in text for n in range(230))
    with_rows = [page for page in said if "n0" in page or "n1" in page or "n2" in page]
    assert len(with_rows) > 4
    assert all("Numéro" in page for page in with_rows)
    assert "(d) Une liste" in with_rows[1]


def test_a_long_value_flows_over_pages_and_keeps_its_size() -> None:
    content = bound([chapter("A", KeyValues((("Court", "oui"), ("Long", "parole " * 1500), ("Fin", "là"))))])
    assert "".join(pages(content)).count("parole") == 1500
    assert sizes_of(content, "parole") == {9.0}


def sizes_of(content: bytes, word: str) -> set[float]:
    """The sizes in which a word is set, from the third page on."""
    sizes: set[float] = set()
    for page in PdfReader(io.BytesIO(content)).pages[2:]:
        page.extract_text(
            visitor_text=lambda text, cm, tm, font, size: sizes.add(round(size * cm[0], 1)) if word in text else None
        )
    return sizes


@pytest.mark.parametrize(
    "block", [KeyValues((("Nom", "parole\n" * 99),)), Table(("Nom",), (100,), (("parole\n" * 99,),))]
)
def test_lines_without_number_do_not_shrink_what_they_say(block: Block) -> None:
    content = bound([chapter("A", block)])
    assert "".join(pages(content)).count("parole") == 99
    assert sizes_of(content, "parole") <= {8.5, 9.0}


def test_a_word_without_end_stays_on_the_page() -> None:
    content = bound([chapter("A", Table(("Un", "Deux"), (20, 80), (("x" * 300, "ici"),)))])
    assert "".join(pages(content)).count("x") >= 300
    edges = []
    for page in PdfReader(io.BytesIO(content)).pages[2:]:
        page.extract_text(visitor_text=lambda text, cm, tm, font, size: edges.append((tm[4], len(text.strip()))))
    assert max(count for _, count in edges) < 200


def test_markup_that_somebody_typed_is_only_words() -> None:
    typed = "</td></table><pdf:nextpage/> {{ 7 * 7 }} <script>x</script> &lt;"
    said = "".join(pages(bound([chapter("A", Paragraph(typed), Notice(typed, (typed,)), title="<b>Titre</b>")])))
    assert said.replace("\n", " ").count(typed) == 3
    assert "<b>Titre</b>" in said


def test_a_title_that_cannot_be_seen_gives_way_to_the_reference() -> None:
    assert "RH-9" in pages(bound([chapter("RH-9", title="\u200b")]))[2]


def test_a_book_without_chapters_is_its_cover() -> None:
    assert len(pages(bound([]))) == 1


def test_what_the_engine_would_only_log_is_an_error() -> None:
    with pytest.raises(PrintError, match="Comic"):
        render("<p style=\"font-family: 'Comic'\">mots</p>")
    with pytest.raises(PrintError):
        render('<img src="/etc/hostname">')


def test_characters_without_a_shape_leave_a_mark_and_invisible_ones_none() -> None:
    assert fit("été → ≥ ✓ « œuvre »") == "été → ≥ ✓ « œuvre »"
    assert fit("e\u0301") == "é"
    assert fit("a\u200bb\u00adc\x00") == "abc"
    mark = fit("漢")
    assert mark.strip()
    assert ord(mark) in pdf.faces().characters

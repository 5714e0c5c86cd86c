"""Chapters bound into one PDF: printed ten at a time, then a front with contents, running heads, folios and bookmarks.

Ten chapters a print keep time and memory flat. Page numbers and contents come after the merge: the engine would
otherwise build everything twice. In the contents a page is a `record:` address, turned into a link once pages are
known.
"""

import datetime
import io
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    Destination,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from compliance.support.pdf import SANS, SANS_BOLD, PrintError, fit, press, render, templates
from compliance.support.reports.tree import Block, Heading, KeyValues, Paragraph, Report, Table

CHAPTERS_A_PRINT = 10
#: Longer values leave the table and flow under their name: a cell taller than a page would be shrunk until it fits.
LONGEST_CELL, MOST_LINES = 700, 20
_ADDRESS = "record:"
_MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Cover:
    """The first page."""

    kicker: str
    title: str
    subtitle: str
    pairs: tuple[tuple[str, str], ...]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """The list of chapters: headings, widths in percent (the last is for the page), and the cells of each chapter."""

    title: str
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Imprint:
    """What is the same on every page and in the file's properties. `folio` says "page x of y"."""

    title: str
    author: str
    language: str
    created: datetime.datetime
    head: str
    foot: str
    folio: Callable[[int, int], str]


def bind(
    out: BinaryIO,
    chapters: Iterable[Report],
    front: Callable[[], tuple[Cover, Contents]],
    imprint: Imprint,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Print chapters and what goes before them; the number of pages. `front` is asked when all chapters are known."""
    book = PdfWriter()
    starts: list[tuple[int, str, str]] = []
    for some in _batched(chapters, CHAPTERS_A_PRINT):
        starts += _print(book, some, imprint)
        progress(len(starts))
    cover, contents = front()
    before = _print_front(book, cover, contents, [page for page, _, _ in starts], imprint)
    starts = [(page + before, reference, title) for page, reference, title in starts]
    _link(book, before, [page for page, _, _ in starts])
    _stamp(book, before, starts, imprint)
    _finish(book, contents.title if starts else "", starts, imprint)
    book.write(out)
    return len(book.pages)


def _batched(items: Iterable[Report], size: int) -> Iterator[list[Report]]:
    source = iter(items)
    while batch := list(itertools.islice(source, size)):
        yield batch


def _print(book: PdfWriter, chapters: list[Report], imprint: Imprint) -> list[tuple[int, str, str]]:
    """Add some chapters to the book; where each begins (page from 0, reference, title)."""
    flowing = [replace(c, title=_visible(c), blocks=tuple(_flowing(c.blocks))) for c in chapters]
    html = templates().get_template("pdf/report/chapters.html")
    part = PdfReader(io.BytesIO(render(html.render(language=imprint.language, title=imprint.title, chapters=flowing))))
    begun = len(book.pages)
    pages = [part.get_destination_page_number(mark) for mark in part.outline if isinstance(mark, Destination)]
    if len(pages) != len(chapters) or None in pages:
        raise PrintError("a chapter has no beginning")
    book.append(part, import_outline=False)
    return [(begun + (page or 0), c.reference, c.title) for page, c in zip(pages, chapters, strict=True)]


def _visible(chapter: Report) -> str:
    """The title; or the reference when no character of the title can be seen: a chapter must have a beginning."""
    return chapter.title if fit(chapter.title).strip() else chapter.reference


def _flowing(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks as pages like them: headings join what they stand over, long values become paragraphs.

    The engine keeps a heading with the whole of what follows, and would leave half a page empty before a long text.
    """
    headings: list[Heading] = []
    for block in itertools.chain.from_iterable(map(_pieces, blocks)):
        if isinstance(block, Heading):
            headings.append(block)
            continue
        if isinstance(block, KeyValues | Table):
            yield replace(block, titles=tuple(headings))
        elif isinstance(block, Paragraph) and headings and headings[-1].level > 3:
            yield from headings[:-1]
            yield replace(block, label="\n".join(filter(None, (headings[-1].text, block.label))))
        else:
            yield from headings
            yield block
        headings = []
    yield from headings


def _pieces(block: Block) -> Iterator[Block]:
    """A block in pieces that can be set: no cell of them is taller than a page."""
    if isinstance(block, Table):
        low = tuple(tuple(cell if _is_low(cell) else " ".join(cell.split()) for cell in row) for row in block.rows)
        yield replace(block, rows=low)
    elif isinstance(block, KeyValues):
        short = itertools.groupby(block.pairs, key=lambda pair: len(pair[1]) <= LONGEST_CELL and _is_low(pair[1]))
        for is_short, pairs in short:
            if is_short:
                yield KeyValues(tuple(pairs))
            else:
                yield from (Paragraph(value, label=name) for name, value in pairs)
    else:
        yield block


def _is_low(text: str) -> bool:
    return text.count("\n") < MOST_LINES


def _print_front(book: PdfWriter, cover: Cover, contents: Contents, starts: list[int], imprint: Imprint) -> int:
    """Put cover and contents before the chapters; how many pages. Printed again until the page numbers are true."""
    html, before = templates().get_template("pdf/report/front.html"), 1
    while True:
        rows = [
            ((*cells, str(page + before + 1)), f"{_ADDRESS}{index}")
            for index, (cells, page) in enumerate(zip(contents.rows, starts, strict=True))
        ]
        printed = render(
            html.render(language=imprint.language, title=imprint.title, cover=cover, contents=contents, rows=rows)
        )
        part = PdfReader(io.BytesIO(printed))
        if len(part.pages) == before:
            book.merge(0, part, import_outline=False)
            return before
        before = len(part.pages)


def _link(book: PdfWriter, before: int, starts: list[int]) -> None:
    for page in book.pages[:before]:
        for annotation in page.get("/Annots", ArrayObject()):
            link = annotation.get_object()
            address = str(link.get("/A", DictionaryObject()).get("/URI", ""))
            if address.startswith(_ADDRESS):
                del link["/A"]
                target = book.pages[starts[int(address.removeprefix(_ADDRESS))]]
                link[NameObject("/Dest")] = ArrayObject([target.indirect_reference, NameObject("/Fit")])
                link[NameObject("/Border")] = ArrayObject([NumberObject(0)] * 3)


def _stamp(book: PdfWriter, before: int, starts: list[tuple[int, str, str]], imprint: Imprint) -> None:
    """Write the running head and the folio over every page but the cover, which has none."""
    total = len(book.pages)
    named = dict.fromkeys(range(before), "") | {page: f"{reference} – {title}" for page, reference, title in starts}
    stamps = PdfReader(io.BytesIO(_overlay(total, named, imprint)))
    for index, page in enumerate(book.pages):
        if index:
            page.merge_page(stamps.pages[index])
        page.compress_content_streams()


def _overlay(total: int, named: dict[int, str], imprint: Imprint) -> bytes:
    engine, out, chapter = press(), io.BytesIO(), ""
    canvas = engine.canvas(out, pagesize=(210 * _MM, 297 * _MM), invariant=1)
    left, right, head, foot = 18 * _MM, 192 * _MM, 281 * _MM, 11 * _MM
    for index in range(total):
        chapter = named.get(index, chapter)
        canvas.setFillColorRGB(0.318, 0.349, 0.42)
        canvas.setStrokeColorRGB(0.867, 0.851, 0.816)
        canvas.setLineWidth(0.5)
        canvas.line(left, head - 2 * _MM, right, head - 2 * _MM)
        canvas.line(left, foot + 4 * _MM, right, foot + 4 * _MM)
        canvas.setFont(SANS_BOLD, 8)
        room = (right - left) * 0.62
        canvas.drawString(
            left, head, _cut(fit(chapter or imprint.title), room, lambda t: engine.width(t, SANS_BOLD, 8))
        )
        canvas.setFont(SANS, 8)
        canvas.drawRightString(right, head, fit(imprint.head))
        said = _cut(imprint.foot, (right - left) * 0.8, lambda t: engine.width(t, SANS, 8))
        canvas.drawString(left, foot, said)
        canvas.drawRightString(right, foot, imprint.folio(index + 1, total))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _cut(text: str, room: float, width: Callable[[str], float]) -> str:
    """As much of a text as there is room for, on one line."""
    text = fit(text).replace("\n", " ")
    if width(text) <= room:
        return text
    while text and width(text + "…") > room:
        text = text[:-1]
    return text.rstrip() + "…"


def _finish(book: PdfWriter, contents: str, starts: list[tuple[int, str, str]], imprint: Imprint) -> None:
    """Bookmarks, language, title: what a reader's program shows beside the pages."""
    if contents:
        book.add_outline_item(title=contents, page_number=1)
    for page, reference, title in starts:
        book.add_outline_item(title=f"{reference} – {title}", page_number=page)
    root: Any = book.root_object
    root[NameObject("/Lang")] = TextStringObject(imprint.language)
    root[NameObject("/PageMode")] = NameObject("/UseOutlines")
    root[NameObject("/ViewerPreferences")] = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(True)})
    stamp = imprint.created.astimezone(datetime.UTC).strftime("D:%Y%m%d%H%M%S+00'00'")
    book.metadata = {
        "/Title": imprint.title,
        "/Author": imprint.author,
        "/Producer": "Trente",
        "/CreationDate": stamp,
        "/ModDate": stamp,
    }

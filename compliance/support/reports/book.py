"""Chapters bound into one PDF: printed a few at a time, then a front with contents, running heads, folios, bookmarks.

Few chapters a print keep time and memory flat; what is printed waits in a file. Page numbers and contents come once
the number of pages is known: the engine would otherwise build everything twice. In the contents a page is a `record:`
address, turned into a link at the end.
"""

import datetime
import io
import itertools
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any, BinaryIO, TypeVar

from compliance.support.pdf import PrintError, fit, templates
from compliance.support.presses import Presses, presses
from compliance.support.reports.running import Imprint, stamps
from compliance.support.reports.sheets import Known, Sheets
from compliance.support.reports.tree import Block, Heading, KeyValues, Paragraph, Report, Table

if TYPE_CHECKING:  # only who prints pays for the import
    from pypdf import PdfReader

CHAPTERS_A_PRINT, ROWS_A_PRINT = 4, 500
#: Longer values leave the table and flow under their name: a cell taller than a page would be shrunk until it fits.
LONGEST_CELL, MOST_LINES = 700, 20
_ADDRESS = "record:"
_ROWS_A_PAGE = 30  # of the contents, about: a good guess spares a second print
Start = tuple[int, str, str]
T = TypeVar("T")


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


def bind(
    out: BinaryIO,
    chapters: Iterable[Report],
    front: Callable[[], tuple[Cover, Contents]],
    imprint: Imprint,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Print chapters and what goes before them; the number of pages. `front` is asked when all chapters are known."""
    with tempfile.TemporaryFile() as waiting, presses() as engine:  # no name: killed half-way, it leaves nothing
        prints, starts = _Prints(waiting), list[Start]()
        for some, printed in engine.print(_set(chapters, imprint)):
            starts += prints.add(printed, some)
            progress(len(starts))
        parts, contents = _print_front(engine, front(), starts, imprint, progress)
        before = sum(len(part.pages) for part in parts)
        starts = [(page + before, reference, title) for page, reference, title in starts]
        sheets = Sheets(out, before + prints.pages)
        _collect(sheets, itertools.chain(parts, prints), before + prints.pages, starts, imprint, progress)
    marks = [(f"{reference} – {title}", page) for page, reference, title in starts]
    _close(sheets, [(contents.title, 1), *marks] if marks else [], imprint)
    return before + prints.pages


class _Prints:
    """What was printed, part after part in a file, until the number of all pages is known."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._sizes: list[int] = []
        self.pages = 0

    def add(self, printed: bytes, chapters: list[Report]) -> list[Start]:
        """Keep a part; where each of its chapters begins (page from 0, reference, title)."""
        part, begun = _read(printed), self.pages
        pages = [part.get_destination_page_number(mark) for mark in part.outline if not isinstance(mark, list)]
        if len(pages) != len(chapters) or None in pages:
            raise PrintError("a chapter has no beginning")
        self._sizes.append(self._file.write(printed))
        self.pages += len(part.pages)
        return [(begun + (page or 0), c.reference, c.title) for page, c in zip(pages, chapters, strict=True)]

    def __iter__(self) -> "Iterator[PdfReader]":
        self._file.seek(0)
        for size in self._sizes:
            yield _read(self._file.read(size))


def _read(printed: bytes) -> "PdfReader":
    from pypdf import PdfReader

    return PdfReader(io.BytesIO(printed))


def _batched(items: Iterable[T], size: int) -> Iterator[list[T]]:
    source = iter(items)
    while batch := list(itertools.islice(source, size)):
        yield batch


def _set(chapters: Iterable[Report], imprint: Imprint) -> Iterator[tuple[list[Report], str]]:
    """A few chapters at a time, and the document to print for them."""
    html = templates().get_template("pdf/report/chapters.html")
    for some in _batched(chapters, CHAPTERS_A_PRINT):
        flowing = [replace(c, title=_visible(c), blocks=tuple(_flowing(c.blocks))) for c in some]
        yield some, html.render(language=imprint.language, title=imprint.title, chapters=flowing)


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


def _print_front(
    engine: Presses,
    front: tuple[Cover, Contents],
    starts: list[Start],
    imprint: Imprint,
    progress: Callable[[int], None],
) -> "tuple[list[PdfReader], Contents]":
    """Cover and contents, in parts. Printed again until the page numbers are true."""
    cover, contents = front
    before = 1 + -(-len(starts) // _ROWS_A_PAGE)
    while True:
        parts = []
        for _nothing, printed in engine.print(_set_front(cover, contents, starts, before, imprint)):
            parts.append(_read(printed))
            progress(len(starts))
        count = sum(len(part.pages) for part in parts)
        if count == before:
            return parts, contents
        before = count


def _set_front(
    cover: Cover, contents: Contents, starts: list[Start], before: int, imprint: Imprint
) -> Iterator[tuple[None, str]]:
    """The documents to print for the front, when it has that many pages; the first holds the cover."""
    html = templates().get_template("pdf/report/front.html")
    rows = (
        ((*cells, str(page + before + 1)), f"{_ADDRESS}{page + before}")
        for cells, (page, _, _) in zip(contents.rows, starts, strict=True)
    )
    for number, some in enumerate(_batched(rows, ROWS_A_PRINT) if starts else iter([[]])):
        said = {"cover": None if number else cover, "contents": contents, "rows": some}
        yield None, html.render(language=imprint.language, title=imprint.title, **said)


def _collect(
    sheets: Sheets,
    parts: "Iterable[PdfReader]",
    total: int,
    starts: list[Start],
    imprint: Imprint,
    progress: Callable[[int], None],
) -> None:
    """Put every page into the book with its running head and folio; the cover has none."""
    index, chapters, head = 0, iter([*starts, (total, "", "")]), imprint.title
    coming = next(chapters)
    for part in parts:
        heads = []
        for number in range(index, index + len(part.pages)):
            while number >= coming[0]:
                head, coming = f"{coming[1]} – {coming[2]}", next(chapters)
            heads.append(head)
        drawn, known = _read(stamps(heads, index, total, imprint)), Known()
        for page, stamp in zip(part.pages, drawn.pages, strict=True):
            _link(sheets, page)
            sheets.add(index, page, stamp if index else None, known)
            index += 1
        progress(len(starts))


def _link(sheets: Sheets, page: Any) -> None:
    for annotation in page.get("/Annots", ()):
        link = annotation.get_object()
        address = str(link.get("/A", {}).get("/URI", ""))
        if address.startswith(_ADDRESS):
            del link["/A"]
            target = [sheets.to_page(int(address.removeprefix(_ADDRESS))), sheets.name("/Fit")]
            link.update(sheets.record({"/Dest": target, "/Border": [0, 0, 0]}))


def _close(sheets: Sheets, marks: list[tuple[str, int]], imprint: Imprint) -> None:
    """Bookmarks, language, title: what a reader's program shows beside the pages."""
    root = {
        "/Lang": imprint.language, "/PageMode": sheets.name("/UseOutlines"),
        "/ViewerPreferences": sheets.record({"/DisplayDocTitle": True}),
    }  # fmt: skip
    stamp = imprint.created.astimezone(datetime.UTC).strftime("D:%Y%m%d%H%M%S+00'00'")
    about = {"/Title": imprint.title, "/Author": imprint.author, "/Producer": "Trente"}
    sheets.close(root, {**about, "/CreationDate": stamp, "/ModDate": stamp}, marks)

"""The register as one table of text: a row for each record, for whoever loads it elsewhere.

A list of the record gives one column for each of its fields. In a cell, each line is one row of the list, and a
row that does not answer leaves its line empty: so the lines of the columns of one list pair up.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from compliance.exports.entries import Frame, Progress, RegisterEntry, nothing_done
from compliance.exports.lexicon import Lexicon, Renderer
from compliance.register.documents import SECTIONS, Activity
from compliance.support.documents import KEY, LONG_TEXT, ROWS, TEXT, specs_of
from compliance.support.reports.delimited import write_delimited

HEADER = ("reference", "state", "edition", "created_on", "updated_on", "approved_on", "approved_by")
_STEP = 200

_EMPTY = (None, "")

Json = Mapping[str, Any]
Rows = Sequence[Json]
Fill = Callable[[Json], list[str]]


def write_csv(out: BinaryIO, entries: Iterable[RegisterEntry], frame: Frame, progress: Progress = nothing_done) -> None:
    """Write the register to a binary file, UTF-8, semicolons, headings from the catalogue in the frame's language."""
    lexicon = Lexicon(frame.language, frame.labels)
    write_delimited(out, _rows(entries, lexicon, frame.total, progress))


def headings(lexicon: Lexicon) -> list[str]:
    """The headings, in the order of the page; each stands once."""
    named = [lexicon.word(f"record.{name}") for name in HEADER]
    for field in (specs_of(Activity)[name] for fields in SECTIONS.values() for name in fields):
        if field.row is None:
            named.append(lexicon.field(field.name))
            continue
        inner = [name for name, spec in specs_of(field.row).items() if spec.kind != KEY]
        named += [f"{lexicon.field(field.name)} – {lexicon.field(f'{field.name}.{name}')}" for name in inner]
    return named


def _rows(
    entries: Iterable[RegisterEntry], lexicon: Lexicon, total: int, progress: Progress
) -> Iterator[Iterable[str]]:
    yield headings(lexicon)
    cells = [_cells(name, lexicon) for fields in SECTIONS.values() for name in fields]
    states = {state: lexicon.word(f"state.{state}") for state in ("draft", "submitted", "approved", "archived")}
    done = 0
    for done, entry in enumerate(entries, start=1):
        row = [
            entry.reference, states[entry.state], str(entry.edition or ""), entry.created_on, entry.updated_on,
            entry.approved_on, entry.approved_by,
        ]  # fmt: skip
        for fill in cells:
            row += fill(entry.stored)
        yield row
        if done % _STEP == 0:
            progress(done, total)
    progress(done, total)


def _cells(name: str, lexicon: Lexicon) -> Fill:
    """What fills the columns of one field of the record."""
    spec = specs_of(Activity)[name]
    if spec.kind != ROWS or spec.row is None:
        render = lexicon.renderer(spec)
        return lambda stored: [render(stored.get(name))]
    columns = [
        _column(field, lexicon.renderer(inside, separator=" ; "), is_text=inside.kind in (TEXT, LONG_TEXT))
        for field, inside in specs_of(spec.row).items()
        if inside.kind != KEY
    ]
    none = [""] * len(columns)
    return lambda stored: [column(rows) for column in columns] if (rows := stored.get(name)) else none


def _column(field: str, render: Renderer, *, is_text: bool) -> Callable[[Rows], str]:
    """What fills one column of a list: a line for each row, nothing when none of them answers."""

    def words(rows: Rows) -> str:
        texts = [row.get(field) or "" for row in rows]
        return "\n".join([" ".join(text.split()) if "\n" in text else text for text in texts]) if any(texts) else ""

    def others(rows: Rows) -> str:
        texts = [render(value) if (value := row.get(field)) not in _EMPTY else "" for row in rows]
        return "\n".join(texts) if any(texts) else ""

    return words if is_text else others

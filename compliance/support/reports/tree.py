"""The neutral tree of a report: what is said, in order, before any format has an opinion on how it looks."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Heading:
    """The title of what follows; `mark` is a letter set before it, `note` a reference set after it."""

    kind: ClassVar[str] = "heading"
    text: str
    level: int = 2
    mark: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running words, perhaps under a name of their own; a line break is kept. `muted` marks an absence or an aside."""

    kind: ClassVar[str] = "paragraph"
    text: str
    label: str = ""
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Notice:
    """What must not be overlooked: a title and the sentences under it."""

    kind: ClassVar[str] = "notice"
    title: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyValues:
    """Names and what is said under each; `titles` are headings that stay with them on every page."""

    kind: ClassVar[str] = "key_values"
    pairs: tuple[tuple[str, str], ...]
    titles: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings; `widths` are percentages that add up to 100; `titles` stay with them on every page."""

    kind: ClassVar[str] = "table"
    headings: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    titles: tuple[Heading, ...] = ()


Block = Heading | Paragraph | Notice | KeyValues | Table


@dataclass(frozen=True, slots=True)
class Report:
    """One report, or one chapter of a bound book: its reference and title, the language it is in, its blocks."""

    reference: str
    title: str
    language: str
    blocks: tuple[Block, ...]
    subtitle: str = ""

"""The press: HTML in, PDF out, with our own faces embedded, nothing fetched, and no warning let through.

The engine only logs what it cannot do (a missing face, a refused file) and prints on in another face, so every
record in its log is an error here. Characters that our faces lack are replaced before they reach it.
"""

import functools
import gc
import io
import logging
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

TEMPLATES = Path(__file__).parents[2] / "templates"
FONTS = Path(__file__).parents[1] / "static" / "fonts"

#: Families as the style sheet names them; each has a file for regular, bold and italic.
FAMILIES = ("Trente Serif", "Trente Sans")
SERIF, SANS, SANS_BOLD = "TrenteSerif", "TrenteSans", "TrenteSans-bold"
_BOX, _PLAIN = "\u25a1", "?"
#: What a print of the western languages uses, 160 characters: with ASCII they fill the first part of a face, which
#: is then the same in every print, and a book holds it once.
_USUAL = "".join(map(chr, range(0xA1, 0x100))) + (
    "\u202fŒœŸ–—‘’“”„…•€→≥≤−✓ĂăĄąĆćČčĘęĞğİıŁłŃńŇňŐőŘřŚśŞşŠšȘșȚțŮůŰűŹźŻżŽž"
)


class PrintError(RuntimeError):
    """The document cannot be printed as it should be; the message is what the engine said."""


@dataclass(frozen=True, slots=True)
class Faces:
    """Our faces, ready: what draws on a page, how wide words are in a face, which characters all of them have."""

    canvas: Callable[..., Any]
    width: Callable[[str, str, float], float]
    characters: frozenset[int]


@functools.cache
def faces() -> Faces:
    """Make our faces known to the library that draws, once in a process; only who prints pays for its import."""
    from reportlab import rl_config
    from reportlab.lib.fonts import addMapping
    from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    class Face(TTFont):
        """A face whose usual characters have the same codes in every document."""

        def splitString(self, text: str, doc: Any, encoding: str = "utf-8") -> Any:  # noqa: N802
            if doc not in self.state:
                super().splitString(_USUAL, doc, encoding)
            return super().splitString(text, doc, encoding)

    rl_config.invariant = 1  # no clock and no chance in the bytes: the same book prints the same file
    rl_config.useA85 = 0  # streams as bytes: smaller, and not encoded character by character
    known: list[set[int]] = []
    for family in FAMILIES:
        name, stem = family.replace(" ", ""), family.replace(" ", "-").lower()
        for suffix, style in (("", "regular"), ("-bold", "bold"), ("-italic", "italic")):
            face = Face(name + suffix, str(FONTS / f"{stem}-{style}.ttf"))
            face.face.makeSubset = _remembered(face.face.makeSubset)
            registerFont(face)
            known.append(set(face.face.charToGlyph))
        for bold, italic, suffix in ((0, 0, ""), (1, 0, "-bold"), (0, 1, "-italic"), (1, 1, "-bold")):
            addMapping(name, bold, italic, name + suffix)
    return Faces(Canvas, stringWidth, frozenset(set.intersection(*known)))


@functools.cache
def _engine() -> tuple[Callable[..., Any], Any]:
    """The engine and what it may reach, loaded once in a process: it takes as long as half the application.

    What is loaded by then stays: the collector, which a print sets to work often, need not walk through it each time.
    """
    from xhtml2pdf.config.resources import ResourceAccessPolicy
    from xhtml2pdf.default import DEFAULT_FONT
    from xhtml2pdf.pisa import CreatePDF

    faces()
    DEFAULT_FONT.update({family.lower(): family.replace(" ", "") for family in FAMILIES})
    gc.collect()
    gc.freeze()
    policy = ResourceAccessPolicy.server(base_dir=None, max_render_seconds=600, max_document_bytes=50_000_000)
    return CreatePDF, policy


def _remembered(cut: Callable[[tuple[int, ...]], bytes]) -> Callable[[list[int]], bytes]:
    """The same part of a face is cut once in a process."""
    kept = functools.lru_cache(maxsize=16)(cut)
    return lambda codes: kept(tuple(codes))


class _Fit(dict[int, str]):
    """What to print for a character: itself, a near relation, a box, or nothing for what has no shape of its own."""

    def __missing__(self, code: int) -> str:
        self[code] = self._choice(chr(code))
        return self[code]

    @staticmethod
    def _choice(character: str) -> str:
        category = unicodedata.category(character)
        if character == "\n":
            return character
        if category in ("Cc", "Cf", "Cs") and character != "\t":
            return ""
        if ord(character) in faces().characters:
            return character
        if category == "Zs" or character == "\t":
            return "\u00a0" if "NARROW" in unicodedata.name(character, "") else " "
        if category == "Mn":
            return ""
        near = unicodedata.normalize("NFKC", character)
        if all(ord(c) in faces().characters for c in near):
            return near
        return _BOX if ord(_BOX) in faces().characters else _PLAIN


_FIT = _Fit()


def fit(text: str) -> str:
    """The text with only such characters as our faces have; what they lack leaves a mark, never a gap unseen."""
    return unicodedata.normalize("NFC", text).translate(_FIT)


def _finalize(value: Any) -> Any:
    return value if isinstance(value, Markup) or not isinstance(value, str) else fit(value)


@functools.cache
def templates() -> Environment:
    """The templates of printed documents: escaped always, an unknown name is an error."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(html: str) -> bytes:
    """Print one HTML document, in this process: `presses` does so in others.

    Raises PrintError for anything the engine would only have logged.
    """
    (create, policy), out = _engine(), io.BytesIO()
    with _complaints("xhtml2pdf") as complaints:
        # A capacity of -1 keeps what is printed in memory: otherwise it spills personal data into an unclosed file.
        result = create(html, dest=out, encoding="utf-8", resource_policy=policy, capacity=-1)
    if result.err or result.warn or complaints:
        raise PrintError("; ".join(complaints) or str(result.log))
    return out.getvalue()


@contextmanager
def _complaints(name: str) -> Iterator[list[str]]:
    heard: list[str] = []

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            heard.append(record.getMessage())

    logger, listener = logging.getLogger(name), Listener(logging.WARNING)
    logger.addHandler(listener)
    try:
        yield heard
    finally:
        logger.removeHandler(listener)

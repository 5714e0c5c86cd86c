"""The press: HTML in, PDF out, with our own faces embedded, nothing fetched, and no warning let through.

The engine only logs what it cannot do (a missing face, a refused file) and prints on in another face, so every
record in its log is an error here. Characters that our faces lack are replaced before they reach it.
"""

import functools
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


class PrintError(RuntimeError):
    """The document cannot be printed as it should be; the message is what the engine said."""


@dataclass(frozen=True, slots=True)
class Press:
    """The engine, ready to print: what makes a document, what draws on a page, how wide words are in a face."""

    create: Callable[..., Any]
    policy: Any
    canvas: Callable[..., Any]
    width: Callable[[str, str, float], float]
    characters: frozenset[int]


@functools.cache
def press() -> Press:
    """Load the engine and make our faces known to it, once in a process.

    Only who prints pays for the import: it takes longer than that of the whole application.
    """
    from reportlab import rl_config
    from reportlab.lib.fonts import addMapping
    from reportlab.pdfbase.pdfmetrics import registerFont, stringWidth
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas
    from xhtml2pdf.config.resources import ResourceAccessPolicy
    from xhtml2pdf.default import DEFAULT_FONT
    from xhtml2pdf.pisa import CreatePDF

    rl_config.invariant = 1  # no clock and no chance in the bytes: the same book prints the same file
    rl_config.useA85 = 0  # streams as bytes: smaller, and not encoded character by character
    known: list[set[int]] = []
    for family in FAMILIES:
        name, stem = family.replace(" ", ""), family.replace(" ", "-").lower()
        for suffix, style in (("", "regular"), ("-bold", "bold"), ("-italic", "italic")):
            face = TTFont(name + suffix, str(FONTS / f"{stem}-{style}.ttf"))
            registerFont(face)
            known.append(set(face.face.charToGlyph))
        for bold, italic, suffix in ((0, 0, ""), (1, 0, "-bold"), (0, 1, "-italic"), (1, 1, "-bold")):
            addMapping(name, bold, italic, name + suffix)
        DEFAULT_FONT[family.lower()] = name
    policy = ResourceAccessPolicy.server(base_dir=None, max_render_seconds=600, max_document_bytes=50_000_000)
    return Press(CreatePDF, policy, Canvas, stringWidth, frozenset(set.intersection(*known)))


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
        if ord(character) in press().characters:
            return character
        if category == "Zs" or character == "\t":
            return "\u00a0" if "NARROW" in unicodedata.name(character, "") else " "
        if category == "Mn":
            return ""
        near = unicodedata.normalize("NFKC", character)
        if all(ord(c) in press().characters for c in near):
            return near
        return _BOX if ord(_BOX) in press().characters else _PLAIN


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
    """Print one HTML document. Raises PrintError for anything the engine would only have logged."""
    engine, out = press(), io.BytesIO()
    with _complaints("xhtml2pdf") as complaints:
        # A capacity of -1 keeps what is printed in memory: otherwise it spills personal data into an unclosed file.
        result = engine.create(html, dest=out, encoding="utf-8", resource_policy=engine.policy, capacity=-1)
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

"""What stands above and below every page: whose book and which chapter, as of when, which page of how many."""

import datetime
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from compliance.support.pdf import SANS, SANS_BOLD, Faces, faces, fit

_MM = 72 / 25.4
_LEFT, _RIGHT, _HEAD, _FOOT = 18 * _MM, 192 * _MM, 281 * _MM, 11 * _MM
_INK, _RULE = (0.318, 0.349, 0.42), (0.867, 0.851, 0.816)


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


def stamps(heads: Sequence[str], first: int, total: int, imprint: Imprint) -> bytes:
    """A PDF whose pages are drawn over those of a book, one for each head; `first` is their place in it, from 0."""
    engine, out = faces(), io.BytesIO()
    canvas = engine.canvas(out, pagesize=(210 * _MM, 297 * _MM), invariant=1)
    right, foot = fit(imprint.head), _cut(imprint.foot, SANS, (_RIGHT - _LEFT) * 0.8, engine)
    for number, head in enumerate(heads, start=first + 1):
        canvas.setFillColorRGB(*_INK)
        canvas.setStrokeColorRGB(*_RULE)
        canvas.setLineWidth(0.5)
        canvas.line(_LEFT, _HEAD - 2 * _MM, _RIGHT, _HEAD - 2 * _MM)
        canvas.line(_LEFT, _FOOT + 4 * _MM, _RIGHT, _FOOT + 4 * _MM)
        canvas.setFont(SANS_BOLD, 8)
        canvas.drawString(_LEFT, _HEAD, _cut(head, SANS_BOLD, (_RIGHT - _LEFT) * 0.62, engine))
        canvas.setFont(SANS, 8)
        canvas.drawRightString(_RIGHT, _HEAD, right)
        canvas.drawString(_LEFT, _FOOT, foot)
        canvas.drawRightString(_RIGHT, _FOOT, imprint.folio(number, total))
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _cut(text: str, face: str, room: float, engine: Faces) -> str:
    """As much of a text as there is room for, on one line."""
    text = fit(text).replace("\n", " ")
    if engine.width(text, face, 8) <= room:
        return text
    while text and engine.width(text + "…", face, 8) > room:
        text = text[:-1]
    return text.rstrip() + "…"

"""Draws what is ours among the pictures: the mark, the shapes of severities and states, and the sprite of icons."""

import re
from pathlib import Path

from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

SQUARE = "M6 0h20a6 6 0 0 1 6 6v20a6 6 0 0 1-6 6H6a6 6 0 0 1-6-6V6a6 6 0 0 1 6-6z"

#: Shapes drawn by us on a 16 unit square: each severity and each state has a silhouette of its own, so that it is told apart without colour.
SHAPES = {
    "severity-blocker": '<path d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5zM4 6.9v2.2h8V6.9z"/>',
    "severity-critical": '<path d="M8 .9 15.6 15H.4zM7.1 5.6l.2 4.9h1.4l.2-4.9zM8 11.5a1 1 0 1 0 0 2 1 1 0 0 0 0-2z"/>',
    "severity-error": '<path d="M8 .5 15.5 8 8 15.5.5 8zM7.1 4l.2 4.9h1.4L8.9 4zm.9 6a1 1 0 1 0 0 2 1 1 0 0 0 0-2z"/>',
    "severity-warning": '<path d="M8 1.2 15.4 15H.6zM8 4.1 3 13.5h10zM7.3 7h1.4v3H7.3zm.7 3.7a.8.8 0 1 0 0 1.6.8.8 0 0 0 0-1.6z"/>',
    "severity-info": '<path d="M8 .8a7.2 7.2 0 1 0 0 14.4A7.2 7.2 0 0 0 8 .8zm0 1.5a5.7 5.7 0 1 1 0 11.4A5.7 5.7 0 0 1 8 2.3z'
    'M7.2 7h1.6v4.6H7.2zM8 4.3a1 1 0 1 0 0 2 1 1 0 0 0 0-2z"/>',
    "dot": '<circle cx="8" cy="8" r="5.4"/>',
    "ring": '<path d="M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zm0 2a3.8 3.8 0 1 1 0 7.6 3.8 3.8 0 0 1 0-7.6z"/>',
    "half": '<path d="M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2zm0 2v7.6a3.8 3.8 0 1 1 0-7.6z"/>',
    "square": '<path d="M3 3h10v10H3z"/>',
    "diamond": '<path d="M8 1.8 14.2 8 8 14.2 1.8 8z"/>',
    "bar": '<path d="M2.5 6.6h11v2.8h-11z"/>',
}  # fmt: skip


def mark(serif: Path) -> str:
    """The path of the mark: "30" cut out of a rounded square of 32 units."""
    font = TTFont(serif)
    glyphs, cmap = font.getGlyphSet(), font.getBestCmap()
    three, zero = cmap[ord("3")], cmap[ord("0")]
    gap = -0.03 * font["head"].unitsPerEm
    advance = glyphs[three].width + gap
    bounds = BoundsPen(glyphs)
    glyphs[three].draw(bounds)
    glyphs[zero].draw(TransformPen(bounds, (1, 0, 0, 1, advance, 0)))
    left, bottom, right, top = bounds.bounds
    scale = 25.6 / (right - left)
    if (top - bottom) * scale > 20.5:
        scale = 20.5 / (top - bottom)
    x = 16 - scale * (left + right) / 2
    y = 16 + scale * (bottom + top) / 2
    pen = SVGPathPen(glyphs, ntos=lambda value: f"{value:.2f}".rstrip("0").rstrip("."))
    glyphs[three].draw(TransformPen(pen, (scale, 0, 0, -scale, x, y)))
    glyphs[zero].draw(TransformPen(pen, (scale, 0, 0, -scale, x + scale * advance, y)))
    return SQUARE + pen.getCommands()


def mark_files(path: str) -> dict[str, str]:
    """The mark in the text's colour, and the same as a favicon that follows the browser's theme."""
    head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"'
    shape = f'<path fill-rule="evenodd" d="{path}"/>'
    style = "<style>path{fill:#2a3fbf}@media(prefers-color-scheme:dark){path{fill:#9db0ff}}</style>"
    return {
        "mark.svg": f'{head} fill="currentColor">{shape}</svg>\n',
        "favicon.svg": f"{head}>{style}{shape}</svg>\n",
    }


def sprite(icons: dict[str, str], drawings: Path, mark_path: str) -> str:
    """One file of symbols: borrowed line icons under our names, our shapes, the mark."""
    symbols = [f'<symbol id="mark" viewBox="0 0 32 32"><path fill-rule="evenodd" d="{mark_path}"/></symbol>']
    for name, drawing in icons.items():
        source = (drawings / f"{drawing}.svg").read_text()
        inner = re.search(r"<svg[^>]*>(.*)</svg>", source, re.DOTALL)
        if inner is None:
            raise ValueError(f"{drawing} is not a drawing")
        body = re.sub(r"\s*\n\s*", "", inner[1])
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16">{body}</symbol>')
    for name, body in SHAPES.items():
        symbols.append(f'<symbol id="{name}" viewBox="0 0 16 16"><g fill-rule="evenodd">{body}</g></symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"

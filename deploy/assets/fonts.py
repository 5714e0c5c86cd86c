"""Cuts the fonts of pages and PDFs from the full files: one source, the same characters, our own family names."""

from io import BytesIO
from pathlib import Path
from typing import Any

from fontTools.subset import Options, Subsetter, parse_unicodes
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

LICENCE = "This is a modified version under the SIL Open Font License 1.1; see the licence file beside it."


def cut(face: dict[str, Any], package: Path, unicodes: str, features: list[str], target: Path) -> None:
    """Write one face: axes narrowed, characters kept, names changed (the licence reserves the original one)."""
    font = TTFont(package / face["source"], recalcTimestamp=False)
    if limits := face.get("axes"):
        ranges = {axis: tuple(limit) if isinstance(limit, list) else limit for axis, limit in limits.items()}
        font = _reread(instancer.instantiateVariableFont(font, ranges, inplace=True))
    options = Options(layout_features=features, hinting=False, name_IDs=[0, 13, 14], notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=parse_unicodes(" ".join(unicodes.split()).replace(" ", ",")))
    subsetter.subset(font)
    _rename(font, face["family"], face["style"])
    font.flavor = "woff2" if target.suffix == ".woff2" else None
    font.save(target)


def _reread(font: TTFont) -> TTFont:
    # The variations of a narrowed font are only complete once they have been written out.
    written = BytesIO()
    font.save(written)
    written.seek(0)
    return TTFont(written, recalcTimestamp=False)


def _rename(font: TTFont, family: str, style: str) -> None:
    names = {1: family, 2: style, 3: f"{family} {style}", 4: f"{family} {style}", 13: LICENCE}
    names[6] = f"{family} {style}".replace(" ", "")
    for number, words in names.items():
        font["name"].setName(words, number, 3, 1, 0x409)

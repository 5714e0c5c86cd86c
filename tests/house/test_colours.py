"""The colours of the face can be read: contrasts checked by arithmetic in both themes (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re
from pathlib import Path

import pytest

STYLES = Path(__file__).parents[2] / "compliance" / "static" / "css" / "trente.css"
TOKEN = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9A-F]{6}),\s*(#[0-9A-F]{6})\);")
THEMES = {
    name: {token: pair[place] for token, *pair in TOKEN.findall(STYLES.read_text(encoding="utf-8"))}
    for place, name in enumerate(("light", "dark"))
}

GROUNDS = ("paper", "surface", "sunken")
TONES = ("good", "attention", "blocking")
TEXT = [
    *((text, ground) for text in ("ink", "muted", "accent", "accent-strong", *TONES) for ground in GROUNDS),
    *((tone, f"{tone}-ground") for tone in TONES),
    *((text, ground) for text in ("ink", "muted") for ground in ("accent-tint", *(f"{tone}-ground" for tone in TONES))),
    *(("accent", ground) for ground in ("accent-tint", *(f"{tone}-ground" for tone in TONES))),
    ("on-accent", "accent"),
    ("on-accent", "accent-strong"),
]
LINES = [
    *((line, ground) for line in ("edge", "rule", "accent") for ground in GROUNDS),
    ("edge", "accent-tint"),
    *((tone, ground) for tone in TONES for ground in GROUNDS),
]


def luminance(colour: str) -> float:
    """Relative luminance of #RRGGBB, from 0 to 1, as WCAG defines it."""
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, from 1 to 21."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_arithmetic_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("text", "ground"), TEXT)
def test_words_stand_out_from_their_ground(theme: str, text: str, ground: str) -> None:
    assert contrast(THEMES[theme][text], THEMES[theme][ground]) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("line", "ground"), LINES)
def test_lines_that_carry_meaning_stand_out_from_their_ground(theme: str, line: str, ground: str) -> None:
    assert contrast(THEMES[theme][line], THEMES[theme][ground]) >= 3


@pytest.mark.parametrize("theme", THEMES)
def test_a_tick_stands_out_from_its_box(theme: str) -> None:
    assert contrast("#FFFFFF", THEMES[theme]["tick-ground"]) >= 3


def test_no_colour_is_written_outside_the_tokens() -> None:
    styles = STYLES.read_text(encoding="utf-8")
    rules = re.sub(
        r"@media print \{.*", "", re.sub(r"^\s*--.*$|/\*.*?\*/", "", styles, flags=re.MULTILINE), flags=re.DOTALL
    )
    assert re.findall(r"#[0-9A-Fa-f]{3,8}\b", rules) == []

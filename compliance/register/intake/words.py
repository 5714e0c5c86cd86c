"""Words as they are compared and cut: folding, splitting of multi-valued cells, yes and no, days."""

import datetime
import functools
import re
import unicodedata
from collections.abc import Callable

from compliance.register.intake.data import wording

_LETTERS = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "’": "'", "ʼ": "'"})
_MARKS = re.compile(r"[\u0300-\u036f\u1ab0-\u1aff\u20d0-\u20ff]+")
_GAPS = re.compile(r"[\W_]+")
_BULLET = re.compile(r"^\s*(?:[-–—*•‣▪◦●·►➢✓✔]\s+|[•‣▪◦●·➢✓✔]|\(?\d{1,2}[.)°]\s+|[a-z]\)\s+)")
_BULLET_INSIDE = re.compile(r"\s*[•‣▪◦●➢]\s*")
_CONJUNCTION = re.compile(r"\s+(?:et|and|ou|or|&)\s+|\s*/\s*")
_FORMULA = re.compile(r"'(\s*[=+\-@\t\r])")
_OPEN, _CLOSE = "([{«“", ")]}»”"
_DAY_FORMATS = (
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?"), (1, 2, 3)),
    (re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})"), (3, 2, 1)),
)


@functools.lru_cache(maxsize=65_536)
def fold(text: str) -> str:
    """Words to compare: no case, no accents, no punctuation, single spaces."""
    letters = text if text.isascii() else _MARKS.sub("", unicodedata.normalize("NFKD", text.translate(_LETTERS)))
    return _GAPS.sub(" ", letters.casefold()).strip()


@functools.lru_cache(maxsize=65_536)
def stem(folded: str) -> str:
    """Folded words without the marks of the plural."""
    return " ".join(word[:-1] if len(word) > 3 and word[-1] in "sx" else word for word in folded.split())


def tidy(text: str) -> str:
    """A cell as it will be kept: without the protection of our own exports, outer blanks, other line ends than one."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.strip(" \t\n\xa0\ufeff\u200b")
    return text[1:] if text[:1] == "'" and _FORMULA.match(text) else text


def one_line(text: str) -> str:
    """Words on one line: line ends and runs of blanks become one space."""
    return " ".join(text.split())


@functools.cache
def _answers(name: str) -> tuple[frozenset[str], int]:
    """The listed answers, and how long a cell can be that is one of them, whatever its punctuation."""
    listed = wording("values")["answers"][name]
    return frozenset({fold(answer) or answer for answer in listed}), 3 * max(map(len, listed))


def says(name: str, text: str) -> bool:
    """Whether a cell is one of the listed answers: `yes`, `no`, `none` or `nothing_said`."""
    answers, longest = _answers(name)
    return len(text) <= longest and (fold(text) or text.strip()) in answers


def yes_or_no(text: str) -> bool | None:
    """Yes, no, or None when the cell says neither. Silence is never a no."""
    if says("yes", text):
        return True
    return False if says("no", text) or says("none", text) else None


def day_of(text: str) -> str:
    """The ISO date of a cell, day before month as in France and the United Kingdom; empty when it is not a date."""
    for form, (year, month, day) in _DAY_FORMATS:
        if found := form.fullmatch(text.strip()):
            try:
                return datetime.date(int(found[year]), int(found[month]), int(found[day])).isoformat()
            except ValueError:
                return ""
    return ""


def _is_balanced(text: str) -> bool:
    depth = 0
    for letter in text:
        depth += (letter in _OPEN) - (letter in _CLOSE)
        if depth < 0:
            return False
    return depth == 0 and text.count('"') % 2 == 0


def cut(text: str, separators: str) -> list[str]:
    """The pieces between separators, brackets and quotations kept whole; a comma between figures does not cut."""
    if separators not in text if len(separators) == 1 else not any(map(text.__contains__, separators)):
        return [piece for piece in [_without_bullet(text)] if piece]
    guarded = _is_balanced(text)
    pieces, start, depth, quoted = [], 0, 0, False
    for place, letter in enumerate(text):
        if guarded:
            depth += (letter in _OPEN) - (letter in _CLOSE)
            quoted ^= letter == '"'
        if letter in separators and not depth and not quoted and not _is_decimal(text, place):
            pieces.append(text[start:place])
            start = place + 1
    pieces.append(text[start:])
    return [piece for piece in map(_without_bullet, pieces) if piece]


def _is_decimal(text: str, place: int) -> bool:
    return text[place] == "," and text[place - 1 : place].isdigit() and text[place + 1 : place + 2].isdigit()


def _without_bullet(piece: str) -> str:
    if not piece[:1].isalpha() or piece[1:2] == ")":  # most begin with a word, which no bullet does
        piece = _BULLET.sub("", piece)
    return piece.strip(" \t\n\xa0")


def split_statements(text: str) -> list[str]:
    """Several statements in one cell: one per line, bullet or semicolon. Commas belong to the sentence."""
    return list(_statements(text))


@functools.lru_cache(maxsize=4096)
def _statements(text: str) -> list[str]:
    if "\n" not in text and ";" not in text and not _BULLET_INSIDE.search(text):
        return [piece for piece in [_without_bullet(text)] if piece]
    lines = [line for line in _BULLET_INSIDE.sub("\n", text).split("\n") if line.strip()]
    return [piece for line in lines for piece in cut(line, ";")]


def split_values(text: str, is_known: Callable[[str], bool]) -> list[str]:
    """Several values in one cell: one per line, bullet, semicolon or bar; failing those, one per comma.

    `is_known` says whether words stand in the reference list, so that a known phrase with commas, or joined by
    "and", is neither cut in two nor left as one.
    """
    if is_known(text):
        return [one_line(text)]
    pieces = [part for statement in split_statements(text) for part in cut(statement, "|")]
    if len(pieces) == 1 and ":" not in pieces[0]:
        pieces = _joined_when_known(cut(pieces[0], ","), is_known)
    else:
        pieces = [part for piece in pieces for part in _if_all_known(piece, cut(piece, ","), is_known)]
    return [one_line(part) for piece in pieces for part in _if_all_known(piece, _by_conjunction(piece), is_known)]


def _if_all_known(whole: str, parts: list[str], is_known: Callable[[str], bool]) -> list[str]:
    return parts if len(parts) > 1 and all(map(is_known, parts)) and not is_known(whole) else [whole]


def _by_conjunction(text: str) -> list[str]:
    return [part.strip() for part in _CONJUNCTION.split(text) if part.strip()]


def _joined_when_known(pieces: list[str], is_known: Callable[[str], bool]) -> list[str]:
    joined, place = [], 0
    while place < len(pieces):
        for end in range(min(len(pieces), place + 5), place, -1):
            words = ", ".join(pieces[place:end])
            if end == place + 1 or is_known(words):
                joined.append(words)
                place = end
                break
    return joined

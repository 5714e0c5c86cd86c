"""Words folded for comparison and search: the same answer on every database, because it is made here."""

import itertools
import re
import unicodedata

_WORD = re.compile(r"\w+")
#: Control characters but lines and tabs (Cc), and halves of surrogate pairs (Cs).
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
#: The accents of Europe, which a pattern takes away at once; where something rarer stands, each character is asked.
_MARKS = re.compile("[\u0300-\u034e\u0350-\u036f]+")
_RARE = re.compile("[^\x00-\u02ff\u2000-\u20cf]")
#: What Unicode does not take apart by itself; replaced one by one, which is quicker than a translation table.
_LIGATURES = (("œ", "oe"), ("æ", "ae"), ("ß", "ss"), ("’", "'"), ("ø", "o"), ("ł", "l"))


def fold(text: str) -> str:
    """Lower case, no accents, ligatures opened: « Œuvre » and "oeuvre" are the same."""
    if text.isascii():
        return text.lower()
    text = text.lower()
    for joined, opened in _LIGATURES:
        text = text.replace(joined, opened)
    decomposed = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    if _RARE.search(decomposed):
        decomposed = "".join(itertools.filterfalse(unicodedata.combining, decomposed))
    return decomposed.lower()


def words(text: str) -> list[str]:
    """The folded words of a text, in order."""
    return _WORD.findall(fold(text))


def slug(text: str, fallback: str = "x") -> str:
    """A short name for addresses: folded, words joined by hyphens, at most 60 characters."""
    return "-".join(words(text))[:60].strip("-") or fallback


def printable(text: str) -> str:
    """The text without the control characters that no person types and some databases refuse; lines and tabs stay."""
    return _UNPRINTABLE.sub("", text)

"""Reading what a register says of transfers outside the EEA: yes, no, countries, tools, recipients."""

import re
from dataclasses import dataclass, field

from compliance.register.intake.values import Lists
from compliance.register.intake.words import cut, one_line, says, split_statements, yes_or_no

_LEADING = re.compile(r"(oui|yes|non|no|aucun|aucune|none)\b\s*[,:;.\-–—(]*\s*(.*?)\)?\s*$", re.IGNORECASE | re.DOTALL)
_SEGMENTS = re.compile(r"[()\[\]:]|\s+[–—-]\s+|\s+/\s+|,\s+|\s+via\s+|\s+by\s+", re.IGNORECASE)
_ELSEWHERE = re.compile(r"\s+(?:et|and|&|/)\s+", re.IGNORECASE)


@dataclass(slots=True)
class Destination:
    """One transfer as far as the text tells."""

    recipient: str = ""
    country: str = ""
    tool: str = ""
    safeguards: str = ""
    remark: str = ""

    @property
    def is_read(self) -> bool:
        """Whether a country or a tool was recognised."""
        return bool(self.country or self.tool)


@dataclass(slots=True)
class Outside:
    """The whole answer: yes, no or None; the transfers; words that were not read."""

    answer: bool | None = None
    destinations: list[Destination] = field(default_factory=list)
    remark: str = ""
    inside: list[str] = field(default_factory=list)
    is_understood: bool = True


def is_outside(country: str, lists: Lists) -> bool | None:
    """Whether a country lies outside the EEA; None for the territories whose place is a question to a person."""
    term = lists.law.term("countries", country)
    if term is None or term.extra.get("review", False):
        return None
    return not term.extra.get("eea", False)


def read_outside(text: str, lists: Lists) -> Outside:
    """Read one cell. An answer that is neither yes, no, a country nor a tool is not understood, and stays unknown."""
    plain = yes_or_no(text)
    if plain is not None:
        return Outside(plain)
    if says("nothing_said", text):
        return Outside(is_understood=False)
    lead = _LEADING.fullmatch(text.strip())
    if lead and yes_or_no(lead[1]) is False:
        return Outside(False, remark=one_line(lead[2]))
    destinations = _destinations(lead[2] if lead else text, lists)
    if not any(destination.is_read for destination in destinations):
        return Outside(True, remark=one_line(lead[2])) if lead else Outside(is_understood=False)
    kept = [d for d in destinations if not d.country or is_outside(d.country, lists) is not False]
    inside = [d.country for d in destinations if d.country and is_outside(d.country, lists) is False]
    certain = any(not d.country or is_outside(d.country, lists) for d in kept)
    return Outside(True if certain else None, kept, inside=inside)


def _destinations(text: str, lists: Lists) -> list[Destination]:
    pieces = [part for line in split_statements(text) for part in cut(line, ",|")]
    found: list[Destination] = []
    for piece in [part for whole in pieces for part in _countries_apart(whole, lists)]:
        one = read_destination(piece, lists)
        without_tool = [d for d in found if d.country and not d.tool]
        if one.tool and not one.country and not one.recipient and without_tool:
            for destination in without_tool:
                destination.tool, destination.safeguards = one.tool, one.safeguards
        elif not one.is_read and found:
            last = found[-1]
            last.safeguards = "; ".join(filter(None, (last.safeguards, piece)))
        else:
            found.append(one)
    return found


def _countries_apart(text: str, lists: Lists) -> list[str]:
    parts = _ELSEWHERE.split(text)
    return parts if len(parts) > 1 and all(map(lists.knows("countries"), parts)) else [text]


def read_destination(text: str, lists: Lists) -> Destination:
    """Read one transfer: a country, a tool, and who receives, in any order and punctuation."""
    one, others = Destination(), []
    for segment in filter(None, (part.strip() for part in _SEGMENTS.split(text))):
        country = lists.match("countries", segment)
        tool = lists.match("transfer_tools", segment)
        if country and country.sure and not one.country:
            one.country = country.code
        elif tool and tool.sure and one.tool in ("", tool.code):
            one.tool = tool.code
        else:
            others.append(segment)
    for segment in others:
        inner_tool = "" if one.tool else lists.find("transfer_tools", segment)
        inner_country = "" if one.country else lists.find("countries", segment)
        one.tool, one.country = one.tool or inner_tool, one.country or inner_country
        if inner_tool or inner_country:
            one.remark = segment
        elif one.recipient:
            one.safeguards = "; ".join(filter(None, (one.safeguards, segment)))
        else:
            one.recipient = segment
    return one

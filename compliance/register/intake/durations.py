"""Reading a retention period: how long, from which event, then archived for how long, and what becomes of the data."""

import functools
import re
from dataclasses import dataclass, replace

from compliance.register.intake.data import pattern, wording
from compliance.register.intake.values import Lists
from compliance.register.intake.words import fold, one_line


@dataclass(frozen=True, slots=True)
class Retention:
    """What a retention text says. `whole` is true when the figures say all that the text says."""

    text: str
    value: int | None = None
    unit: str = ""
    start: str = ""
    archive_value: int | None = None
    archive_unit: str = ""
    disposal: str = ""
    whole: bool = False
    several: bool = False


@dataclass(frozen=True, slots=True)
class _Period:
    value: int
    unit: str
    start: str
    rest: str
    is_archive: bool


def read_retention(text: str, lists: Lists) -> Retention:
    """Read one retention statement. What cannot be read surely stays in `text` alone; nothing is guessed."""
    read = Retention(one_line(text))
    disposal, remaining = _disposal(text, lists)
    found = list(_period_form(lists).finditer(remaining))
    if not found:
        return replace(read, disposal=disposal)
    before = remaining[: found[0].start()]
    ends = [match.start() for match in found[1:]] + [len(remaining)]
    periods = [_period(match, remaining[match.end() : end], lists) for match, end in zip(found, ends, strict=True)]
    active = [period for period in periods if not period.is_archive]
    archive = [period for period in periods if period.is_archive]
    if len(active) > 1 or len(archive) > 1:
        return replace(read, several=True)
    if "+" in before or "plus" in fold(before).split():
        return _after_the_life_of(read, before, active, disposal, lists)
    whole = not _meaning(before) and not any(period.rest for period in periods)
    read = replace(read, disposal=disposal, whole=whole)
    if active:
        read = replace(read, value=active[0].value, unit=active[0].unit, start=active[0].start)
    if archive:
        read = replace(read, archive_value=archive[0].value, archive_unit=archive[0].unit)
        read = replace(read, whole=whole and not archive[0].start)
    return read


def _after_the_life_of(read: Retention, before: str, active: list[_Period], disposal: str, lists: Lists) -> Retention:
    """The period that follows the life of something ("the contract + 5 years") runs from the end of that thing."""
    for form, kept in wording("values")["durations"]["lives"]:
        found = re.fullmatch(form, before.strip(), re.IGNORECASE)
        if found and len(active) == 1 and not active[0].start:
            start = kept.format(one_line(found["what"]))
            return replace(read, value=active[0].value, unit=active[0].unit, start=start, disposal=disposal)
    event = one_line(before.rstrip(" +"))
    known = lists.match("start_events", event)
    if known and known.sure and len(active) == 1 and not active[0].start:
        return replace(read, value=active[0].value, unit=active[0].unit, start=event, disposal=disposal)
    return read


@functools.cache
def _numbers() -> dict[str, int]:
    return {fold(word): value for word, value in wording("values")["durations"]["numbers"].items()}


@functools.lru_cache(maxsize=8)
def _form_of(units: tuple[str, ...]) -> re.Pattern[str]:
    numbers = "|".join(map(re.escape, sorted(_numbers(), key=len, reverse=True)))
    names = "|".join(map(re.escape, sorted(units, key=len, reverse=True)))
    written = rf"(?:\s*\(\s*(?:\d+|{numbers})\s*\))?"
    return re.compile(rf"(?<![\w,.])(\d{{1,4}}|{numbers}){written}\s*({names})(?!\w)(?:\(s\))?\.?", re.IGNORECASE)


def _period_form(lists: Lists) -> re.Pattern[str]:
    terms = lists.law.vocabularies.get("time_units", {}).values()
    return _form_of(tuple(word for term in terms for word in (term.fr, term.en, *term.aliases)))


def _period(match: re.Match[str], after: str, lists: Lists) -> _Period:
    number = int(match[1]) if match[1].isdigit() else _numbers()[fold(match[1])]
    unit = lists.index("time_units").get(fold(match[2]), "")
    is_archive = bool(pattern("values", "durations", "archive").search(after))
    start, rest = _start(after)
    return _Period(number, unit, start, rest, is_archive)


@functools.cache
def _links() -> tuple[re.Pattern[str], list[str]]:
    """One expression for every link, in order of preference, and what each keeps in front of the event."""
    links = wording("values")["durations"]["links"]
    return re.compile("|".join(rf"(\b{form})" for form, _ in links), re.IGNORECASE), [kept for _, kept in links]


def _start(after: str) -> tuple[str, str]:
    """The event after the link, and what is left over besides."""
    form, kept = _links()
    found = form.search(after)
    if not found:
        return "", _meaning(after)
    words, more = _sentence(after[found.end() :])
    rest = _meaning(after[: found.start()]) or _meaning(more)
    return (kept[(found.lastindex or 1) - 1] + words if words else ""), rest


def _sentence(text: str) -> tuple[str, str]:
    """The event, which ends where the sentence does; a comma, a bracket or "then" opens something else."""
    end = re.search(r"[.;,(\n]|\s+(?:puis|then|ensuite)\b|\s+[-–—]\s+", text)
    cut = end.start() if end else len(text)
    return one_line(text[:cut]).strip(" :"), text[cut:]


@functools.cache
def _fillers() -> re.Pattern[str]:
    words = sorted(wording("values")["durations"]["fillers"], key=len, reverse=True)
    return re.compile("|".join(rf"\b{re.escape(fold(word))}\b" for word in words))


def _meaning(text: str) -> str:
    """What a fragment says beyond the words that may surround any duration."""
    return _fillers().sub("", fold(text)).strip()


def _disposal(text: str, lists: Lists) -> tuple[str, str]:
    """What becomes of the data, when a last segment says just that, and the text without it."""
    head, mark, last = max((text.rpartition(mark) for mark in (", ", "; ", " puis ", " then ", ". ")), key=_head_length)
    match = lists.match("disposals", last.rstrip(". ")) if mark and head.strip() else None
    return (match.code, head) if match and match.sure else ("", text)


def _head_length(parts: tuple[str, str, str]) -> int:
    return len(parts[0])

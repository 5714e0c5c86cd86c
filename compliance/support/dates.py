"""Dates and numbers as people read them, in the language of the page and the zone of the organisation."""

import datetime
import functools
from typing import Any
from zoneinfo import ZoneInfo

from babel import dates, numbers
from flask import Flask, g

from compliance.support.clock import today
from compliance.support.i18n import _, _n, language_now


def _locale() -> str:
    return "fr_FR" if language_now() == "fr" else "en_GB"


def zone() -> str:
    """The zone in which instants are shown."""
    organisation = g.get("organisation")
    return organisation.zone if organisation else "Europe/Paris"


def as_day(value: datetime.date | str | None) -> str:
    """23 nov. 2026, 23 Nov 2026; of an instant, the day it was for the organisation."""
    if not value:
        return ""
    if isinstance(value, str):
        value = datetime.date.fromisoformat(value)
    if isinstance(value, datetime.datetime):
        value = value.astimezone(ZoneInfo(zone())).date()
    return _day(value, _locale())


@functools.lru_cache(maxsize=8192)
def _day(value: datetime.date, locale: str) -> str:
    """The same few days stand on every page, and formatting one costs as much as a line of a table."""
    return str(dates.format_date(value, "d MMM y", locale=locale))


def as_moment(value: datetime.datetime | None) -> str:
    """23 nov. 2026, 09:00, in the organisation's zone."""
    if value is None:
        return ""
    return dates.format_datetime(value, "d MMM y, HH:mm", tzinfo=dates.get_timezone(zone()), locale=_locale())


def relative_day(value: datetime.date | str | None, seen_from: datetime.date | None = None) -> str:
    """In 12 days, yesterday, 3 months ago: how far a day is from today, or from another."""
    if not value:
        return ""
    if isinstance(value, str):
        value = datetime.date.fromisoformat(value)
    days = (value - (seen_from or today(zone()))).days
    if days == 0:
        return _("today")
    if abs(days) == 1:
        return _("tomorrow") if days > 0 else _("yesterday")
    if abs(days) > 60:
        months = round(abs(days) / 30.4)
        return (
            _n("in %(num)d month", "in %(num)d months", months)
            if days > 0
            else _n("%(num)d month ago", "%(num)d months ago", months)
        )
    return (
        _n("in %(num)d day", "in %(num)d days", days) if days > 0 else _n("%(num)d day ago", "%(num)d days ago", -days)
    )


def month_name(day: datetime.date) -> str:
    """November 2026, novembre 2026."""
    return str(dates.format_date(day, "LLLL y", locale=_locale()))


def weekday_names() -> list[tuple[str, str]]:
    """Monday to Sunday, each in full and in short."""
    full, short = (dates.get_day_names(width, locale=_locale()) for width in ("wide", "abbreviated"))
    return [(full[number], short[number]) for number in range(7)]


def as_size(count: int) -> str:
    """The size of a file in the thousands in which people count: 44.8 kB, 44,8 ko."""
    unit, size = _("bytes"), float(count)
    for larger in (_("kB"), _("MB"), _("GB")):
        if size < 1000:
            break
        unit, size = larger, size / 1000
    return f"{numbers.format_decimal(size, '#,##0.#', locale=_locale())}\N{NO-BREAK SPACE}{unit}"


def as_number(value: Any) -> str:
    """1 234,5 or 1,234.5."""
    return _number(value, _locale())


@functools.lru_cache(maxsize=8192)
def _number(value: Any, locale: str) -> str:
    return numbers.format_decimal(value, locale=locale)


def init_app(app: Flask) -> None:
    """Give templates the filters."""
    app.jinja_env.filters.update(
        day=as_day, filesize=as_size, moment=as_moment, relative_day=relative_day, numberformat=as_number
    )

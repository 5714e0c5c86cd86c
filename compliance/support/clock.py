"""The one source of time: instants in UTC, days in the zone of the organisation. Tests freeze this and nothing else."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

_frozen: list[datetime.datetime] = []


def now() -> datetime.datetime:
    """This instant, in UTC."""
    return _frozen[-1] if _frozen else datetime.datetime.now(datetime.UTC)


def today(zone: str = "Europe/Paris") -> datetime.date:
    """The calendar day it is in that zone."""
    return day_of(now(), zone)


def day_of(moment: datetime.datetime, zone: str) -> datetime.date:
    """The calendar day it was in that zone at that instant."""
    return moment.astimezone(ZoneInfo(zone)).date()


def end_of(day: datetime.date, zone: str) -> datetime.datetime:
    """The first instant after that day in that zone: what was kept before it is how things stood on the day."""
    return datetime.datetime.combine(day + datetime.timedelta(days=1), datetime.time(), ZoneInfo(zone))


@contextmanager
def frozen(at: datetime.datetime) -> Iterator[None]:
    """Hold the clock at one instant, which must carry its zone."""
    _frozen.append(at.astimezone(datetime.UTC))
    try:
        yield
    finally:
        _frozen.pop()

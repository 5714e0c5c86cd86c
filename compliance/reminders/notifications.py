"""What we write to people about due dates: plain, short, in their language, with one button."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from compliance.accounts.models import Organisation, Person
from compliance.support.post import Written


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a letter tells of."""

    kind: str
    title: str
    reference: str
    due_on: datetime.date
    step: str
    endpoint: str
    place: str
    snoozed_until: datetime.date | None = None


def compose(sort: str, language: str, person: Person, organisation: Organisation, items: Sequence[Item]) -> Written:
    """A letter of that sort to somebody about these things."""
    words = ", ".join(item.title for item in items)
    return Written(f"{sort}: {words}"[:255], f"{person.name} {organisation.name} {language}", "")

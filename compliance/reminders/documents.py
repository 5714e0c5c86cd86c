"""What a domain tells of a duty with a date: plain values, no database."""

import datetime
from dataclasses import dataclass

STANDARD, HIGH = "standard", "high"


@dataclass(frozen=True, slots=True)
class Due:
    """One duty of a record. Its day is fixed (`due_on`) or follows the rhythm of its kind, counted from a day.

    `row_key` names the row of the document it is about, `title` that row in words; `place` is the anchor on the page
    of `endpoint`. `owner` is the address of who answers for it, none when whoever the kind asks is to hear of it.
    """

    kind: str
    endpoint: str
    title: str = ""
    row_key: str = ""
    place: str = ""
    owner: str = ""
    due_on: datetime.date | None = None
    counted_from: datetime.date | None = None
    risk: str = STANDARD
    done_on: datetime.date | None = None

"""The blueprint of the agenda, and what its pages share."""

from typing import Any

from flask import Blueprint, g, url_for

from compliance.records.actor import Actor
from compliance.reminders import services
from compliance.reminders.services import agenda
from compliance.support.clock import today
from compliance.support.i18n import language_now
from compliance.support.permissions import Permission

bp = Blueprint("reminders", __name__)

#: Where the agenda of an organisation is, and its settings.
AGENDA, SETTINGS = "/o/<organisation>/agenda", "/o/<organisation>/settings/rhythms"


def place_of(row: Any) -> str:
    """The address where a due date is seen to: the page, and the place on it."""
    return url_for(row.endpoint, reference=row.reference, _anchor=row.place or None)


def dues_of(record: Any, actor: Actor) -> list[dict[str, Any]]:
    """What falls due next of a record, for the page of its domain."""
    if not actor.can(Permission.AGENDA_READ):
        return []
    day = today(g.organisation.zone)
    return [
        {
            **row._mapping,
            "url": place_of(row),
            "what": kind_words(row.kind),
            "is_late": row.state == agenda.STATES[0] and row.due_on < day,
        }
        for row in agenda.next_of(record.id)
    ]


def kind_words(kind: str) -> str:
    """A kind of due date in words."""
    return services.kinds()[kind].label(language_now())

"""What we write to people about due dates: plain, short, in their language, with one button."""

import datetime
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

from compliance.accounts.models import Organisation, Person
from compliance.regulation.reference import reference
from compliance.support import mail
from compliance.support.clock import today
from compliance.support.dates import as_day, relative_day
from compliance.support.i18n import _, speaking
from compliance.support.post import Written
from compliance.support.web import address_of

DIGEST, TEST = "digest", "test"
#: Every sort of letter: each step of a due date, several in one, a test. Each is a folder of templates.
SORTS = ("soon", "due", "overdue", "escalation", "handed", DIGEST, TEST)
#: A digest lists so many things, and says how many more there are.
MOST_LISTED = 20
#: Where one's letters are chosen, what falls due is listed, and letters are stopped from.
CHOICES, AGENDA, STOP = "letters.choices", "reminders.index", "letters.stop"
#: Stands for every kind, in an address that stops letters.
EVERY = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a letter tells of. `owner` is who answers for it, for whoever does not."""

    kind: str
    title: str
    reference: str
    due_on: datetime.date
    step: str
    endpoint: str
    place: str
    snoozed_until: datetime.date | None = None
    owner: str = ""
    is_required: bool = False


def compose(sort: str, language: str, person: Person, organisation: Organisation, items: Sequence[Item]) -> Written:
    """A letter of that sort to somebody about these things, the most urgent first."""
    with speaking(language):
        day = today(organisation.zone)
        shown = [_told(item, language, organisation, day) for item in items[:MOST_LISTED]]
        stop_url = _stop_url(sort, person, organisation, items)
        context = {
            "language": language,
            "organisation": organisation.name,
            "item": shown[0] if shown else None,
            "items": shown,
            "number": len(items),
            "more": len(items) - len(shown),
            "button": _button(sort, shown, organisation),
            "why": _why(sort),
            "choices_url": address_of(CHOICES, organisation=organisation.slug) if items else "",
            "stop_url": stop_url,
            "stop_words": _stop_words(sort, stop_url) if items else "",
        }
        subject = mail.one_line(_rendered(f"email/{sort}/subject.txt", context))[:255]
        context["subject"] = subject
        text = re.sub(r"\n{3,}", "\n\n", _rendered(f"email/{sort}/body.txt", context))
        html = _rendered(f"email/{sort}/body.html", context)
    return Written(subject, text, html, stop_url)


def _rendered(name: str, context: dict[str, Any]) -> str:
    """Without what surrounds every page: a letter is written where there is none."""
    return current_app.jinja_env.get_template(name).render(context)


def _told(item: Item, language: str, organisation: Organisation, day: datetime.date) -> dict[str, Any]:
    kind = reference().vocabularies["due_kinds"][item.kind]
    endpoint = item.endpoint if item.endpoint in current_app.view_functions else AGENDA
    values = {"reference": item.reference} if endpoint == item.endpoint else {}
    is_past = item.due_on < day
    words = {"day": as_day(item.due_on), "when": relative_day(item.due_on, day)}
    return {
        "title": item.title,
        "label": kind.label(language),
        "do": kind.extra[f"do_{language}"],
        "article": _("Art. %(article)s", article=kind.article) if kind.article[:1].isdigit() else kind.article,
        "reference": item.reference,
        "due_on": item.due_on,
        "when": words["when"],
        "standing": _("was due on %(day)s, %(when)s", **words) if is_past else _("due on %(day)s, %(when)s", **words),
        "is_today": item.due_on == day,
        "is_past": is_past,
        "snoozed_until": item.snoozed_until,
        "owner": item.owner,
        "address": address_of(endpoint, item.place, organisation=organisation.slug, **values),
    }


def _button(sort: str, shown: Sequence[dict[str, Any]], organisation: Organisation) -> dict[str, str]:
    """The one thing that the letter asks for."""
    if sort == TEST:
        return {}
    if sort == DIGEST:
        return {"label": _("Open the agenda"), "address": address_of(AGENDA, organisation=organisation.slug)}
    return {"label": shown[0]["do"], "address": shown[0]["address"]}


def _why(sort: str) -> str:
    match sort:
        case "test":
            return _("You asked for this letter.")
        case "escalation":
            return _("You receive this letter because you watch over what was not done.")
        case _:
            return _("You receive this letter because you answer for this, or because nobody else does.")


def _stop_url(sort: str, person: Person, organisation: Organisation, items: Sequence[Item]) -> str:
    """The address that stops letters like this one, nothing where they cannot be stopped."""
    if all(item.is_required for item in items):
        return ""
    token = _signer(current_app.config["SECRET_KEY"]).dumps(
        [person.id, organisation.id, EVERY if sort == DIGEST else items[0].kind]
    )
    return address_of(STOP, token=str(token))


def _stop_words(sort: str, stop_url: str) -> str:
    if not stop_url:
        return _("Letters of this kind cannot be switched off.")
    return _("No such letters any more") if sort == DIGEST else _("No letters of this kind any more")


def read_stop(token: str, *, key: str) -> tuple[int, int, str] | None:
    """Whose letters an address stops: person, organisation, kind; None when it was not made here."""
    try:
        person, organisation, kind = _signer(key).loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return int(person), int(organisation), str(kind)


def _signer(key: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt="letters")

"""The settings of an organisation: what there is, how approval works, language and time zone."""

import functools
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from babel.dates import get_timezone_location
from flask import flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString

from compliance.accounts import services
from compliance.accounts.views.blueprint import SETTINGS, Entries, bp, language_entries
from compliance.records.actor import Actor
from compliance.regulation.reference import reference
from compliance.support.dates import as_number
from compliance.support.i18n import _, _l, language_now
from compliance.support.permissions import OPERATOR, SIGNED_IN, Permission, requires
from compliance.support.text import fold
from forms.accounts import ApprovalForm, PlaceForm
from forms.choices import Choices

#: Where zones are, by the first word of their names; those that are conventions rather than places are left out.
REGIONS = {
    "Europe": _l("Europe"),
    "Africa": _l("Africa"),
    "America": _l("Americas"),
    "Antarctica": _l("Antarctica"),
    "Asia": _l("Asia"),
    "Atlantic": _l("Atlantic Ocean"),
    "Australia": _l("Australia"),
    "Indian": _l("Indian Ocean"),
    "Pacific": _l("Pacific Ocean"),
}


class Card(NamedTuple):
    """One page of settings: what it takes to see it, what it is called and about."""

    needs: str
    icon: str
    endpoint: str
    label: LazyString
    about: LazyString


_READ, _MANAGE = Permission.ORGANISATION_READ, Permission.ACCOUNTS_MANAGE
GROUPS: tuple[tuple[LazyString, tuple[Card, ...]], ...] = (
    (
        _l("Who you are"),
        (
            Card(_READ, "register", ".profile", _l("Organisation"), _l("What the register says of who keeps it")),
            Card(_MANAGE, "department", ".departments", _l("Departments"), _l("The tree, and who answers for each")),
            Card(_MANAGE, "person", ".people", _l("People and roles"), _l("Who may come in, and what they may do")),
        ),
    ),
    (
        _l("How you work"),
        (
            Card(
                _MANAGE, "check", ".approval", _l("How approval works"), _l("Whether one may approve one’s own records")
            ),
            Card(
                _MANAGE, "language", ".place", _l("Language and time zone"), _l("For exports, letters, days and hours")
            ),
            Card(
                Permission.AGENDA_PLAN,
                "agenda",
                "reminders.rhythms",
                _l("Review rhythms"),
                _l("How often things fall due, and when people hear of it"),
            ),
        ),
    ),
    (
        _l("What leaves"),
        (
            Card(_MANAGE, "mail", "letters.index", _l("Letters"), _l("What was sent to whom, and what was refused")),
            Card(_MANAGE, "info", "letters.health", _l("Health"), _l("Whether worker, scheduler and mail server work")),
            Card(
                OPERATOR,
                "mail",
                "letters.installation",
                _l("Letters of the installation"),
                _l("Whether they leave, for all organisations"),
            ),
        ),
    ),
    (
        _l("What the product knows"),
        (
            Card(_READ, "columns", ".lists", _l("Lists"), _l("What forms offer to choose from, and your own entries")),
            Card(
                _READ, "flag", ".unchecked", _l("Not checked yet"), _l("Nobody has compared them with an official text")
            ),
        ),
    ),
    (
        _l("Trace"),
        (
            Card(
                Permission.AUDIT_READ,
                "history",
                ".journal",
                _l("Journal"),
                _l("What was done, by whom and when, sealed"),
            ),
            Card(
                Permission.AUDIT_READ, "person", ".accesses", _l("Access log"), _l("Downloads, and what auditors read")
            ),
            Card(
                OPERATOR,
                "lock",
                ".installation_journal",
                _l("Journal of the installation"),
                _l("Who signed in, and who was refused"),
            ),
            Card(SIGNED_IN, "person", ".me", _l("My account"), _l("Your language, theme and password")),
        ),
    ),
)


@bp.route(SETTINGS)
@requires(Permission.ORGANISATION_READ)
def settings() -> ResponseReturnValue:
    """Everything that can be set here, by what the person may do."""
    return render_template("accounts/settings.html", groups=_groups())


def _groups() -> list[dict[str, Any]]:
    return [
        {"title": title, "items": items}
        for title, cards in GROUPS
        if (items := [_told(card) for card in cards if _is_for(g.actor, card)])
    ]


def _is_for(actor: Actor, card: Card) -> bool:
    if card.needs == OPERATOR:
        return actor.is_operator
    return card.needs == SIGNED_IN or actor.can(card.needs)


def _told(card: Card) -> dict[str, Any]:
    about = str(card.about)
    if card.endpoint == ".unchecked":
        about = (
            _("%(count)s entries and rules", count=as_number(sum(1 for _datum in reference().unchecked())))
            + f". {about}"
        )
    return {"icon": card.icon, "label": card.label, "about": about, "url": url_for(card.endpoint)}


@bp.route(f"{SETTINGS}/approval", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def approval() -> ResponseReturnValue:
    """Whether somebody may approve what they submitted themselves."""
    entries = [
        ("auto", _("Only while nobody else here can approve"), "", False),
        ("on", _("Always: whoever may approve may also approve their own"), "", False),
        ("off", _("Never: two people are needed"), "", False),
    ]
    stored = {"self_approval": g.organisation.settings.get("self_approval", "auto")}
    form = ApprovalForm.from_request(Choices({"self_approval": entries}), stored)
    if form.is_accepted():
        with form.taking_blame():
            services.save_settings(form.answers(), actor=g.actor)
            flash(_("Saved."), "good")
            return redirect(url_for(".approval"), 303)
    return render_template("accounts/approval.html", form=form), form.http_status


@bp.route(f"{SETTINGS}/place", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def place() -> ResponseReturnValue:
    """The language and the time zone of the organisation."""
    stored = {"language": g.organisation.language, "zone": g.organisation.zone}
    form = PlaceForm.from_request(Choices({"languages": language_entries(), "zones": _zones(language_now())}), stored)
    if form.is_accepted():
        with form.taking_blame():
            services.save_settings(form.answers(), actor=g.actor)
            flash(_("Saved."), "good")
            return redirect(url_for(".place"), 303)
    return render_template("accounts/place.html", form=form), form.http_status


@functools.cache
def _zones(language: str) -> Entries:
    """The zones to choose from, each by its city in the language of the reader, once, region by region."""
    entries: Entries = []
    for region, words in REGIONS.items():
        zones = sorted(zone for zone in available_timezones() if zone.startswith(f"{region}/"))
        by_city = {get_timezone_location(zone, locale=language, return_city=True): zone for zone in zones}
        entries += [(by_city[city], city, str(words), False) for city in sorted(by_city, key=fold)]
    return entries

"""Who may come in, and what they may do: for administrators alone."""

import datetime
from typing import Any

from flask import current_app, flash, g, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from compliance.accounts import services
from compliance.accounts.roles import granted, roles
from compliance.accounts.views.blueprint import (
    SETTINGS,
    all_departments,
    bp,
    department_entries,
    language_entries,
    role_entries,
)
from compliance.support.clock import end_of, now
from compliance.support.i18n import _
from compliance.support.permissions import Permission, requires
from compliance.support.web import address_of
from forms.accounts import InvitationForm, RolesForm
from forms.choices import Choices

#: Where the session keeps the link just made, until the next page has shown it.
NEW_LINK = "new-link"


@bp.route(f"{SETTINGS}/people")
@requires(Permission.ACCOUNTS_MANAGE)
def people() -> ResponseReturnValue:
    """Everybody who has a role here."""
    rows = [
        {"person": person, "roles": [_told(m) for m in memberships], "state": _state(person, memberships)}
        for person, memberships in services.people()
    ]
    return render_template("accounts/people.html", rows=rows)


def _told(membership: Any) -> dict[str, Any]:
    department = next((d.name for d in all_departments() if d.id == membership.department_id), "")
    return {
        "id": membership.id,
        "label": roles()[membership.role].label[g.language],
        "department": department,
        "since": membership.since,
        "until": membership.until,
        "ended": membership.until is not None and membership.until <= now(),
    }


def _state(person: Any, memberships: list[Any]) -> str:
    if all(m.until is not None and m.until <= now() for m in memberships):
        return "ended"
    if person.password:
        return "active"
    return "waiting" if granted(m.role for m in memberships) else "named"


@bp.route(f"{SETTINGS}/people/new", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def invite() -> ResponseReturnValue:
    """Let somebody in."""
    form = InvitationForm.from_request(_choices(), {"language": g.organisation.language})
    if form.is_accepted():
        with form.taking_blame():
            person = services.invite(**form.invited(), until=_end(form.last_day()), actor=g.actor)
            state = _state(*services.find_person(person.id))
            if state == "waiting" and services.may_make_link(person, g.actor):
                _show_link(person)
            return redirect(url_for(".person", number=person.id), 303)
    return render_template("accounts/invite.html", form=form), form.http_status


def _choices() -> Choices:
    return Choices(
        {"member_roles": role_entries(), "departments": department_entries(), "languages": language_entries()}
    )


def _end(day: str) -> datetime.datetime | None:
    return end_of(datetime.date.fromisoformat(day), g.organisation.zone) if day else None


def _show_link(person: Any) -> None:
    token = services.make_link(person, key=current_app.config["SECRET_KEY"], actor=g.actor)
    session[NEW_LINK] = [person.id, token]


@bp.route(f"{SETTINGS}/people/<int:number>", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def person(number: int) -> ResponseReturnValue:
    """One person: their roles here, a further role, the link that was just made."""
    found, memberships = services.find_person(number)
    form = RolesForm.from_request(_choices())
    if form.is_accepted():
        with form.taking_blame():
            services.invite(found.email, found.name, **form.given(), until=_end(form.last_day()), actor=g.actor)
            flash(_("Saved."), "good")
            return redirect(url_for(".person", number=number), 303)
    link = session.pop(NEW_LINK, None)
    return render_template(
        "accounts/person.html",
        person=found,
        state=_state(found, memberships),
        memberships=[_told(m) for m in memberships],
        form=form,
        may_link=services.may_make_link(found, g.actor),
        link=address_of("accounts.join", token=link[1]) if link and link[0] == number else "",
        until=now() + services.ABSENCE,
    ), form.http_status


@bp.route(f"{SETTINGS}/people/<int:number>/link", methods=["POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def link(number: int) -> ResponseReturnValue:
    """Make a new link to set the password; the next page shows it, once."""
    found, _memberships = services.find_person(number)
    _show_link(found)
    return redirect(url_for(".person", number=number, _anchor="link"), 303)


@bp.route(f"{SETTINGS}/people/<int:number>/roles/<int:membership>/take", methods=["POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def take_role(number: int, membership: int) -> ResponseReturnValue:
    """Take a role back."""
    found, memberships = services.find_person(number)
    services.take_role(membership, actor=g.actor)
    flash(_("The role has been taken back from %(name)s.", name=found.name), "good")
    if len(memberships) > 1:
        return redirect(url_for(".person", number=number), 303)
    return redirect(url_for(".people"), 303)

"""At the door of every request: who is it, where are they, may they, and is the page that asks one of ours."""

import functools
from typing import Any

from flask import Flask, Response, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user
from flask_wtf.csrf import CSRFProtect
from werkzeug.routing import Map

from compliance.accounts import services
from compliance.accounts.guard import again, brakes, traces, watch
from compliance.records.actor import Actor
from compliance.support.db import enter
from compliance.support.errors import Forbidden, NotFound
from compliance.support.i18n import _, language_now
from compliance.support.permissions import OPERATOR, PUBLIC, SIGNED_IN, is_from_anywhere, needed_by
from compliance.support.transactions import SAFE_METHODS

#: The endpoints of libraries, which cannot carry our mark.
LIBRARY_ENDPOINTS = {
    "static": PUBLIC,
    "security.login": PUBLIC,
    "security.logout": PUBLIC,
    "security.change_password": SIGNED_IN,
}


def permission_of(endpoint: str) -> str | None:
    """What an endpoint needs, or None when it never said."""
    if endpoint in LIBRARY_ENDPOINTS:
        return LIBRARY_ENDPOINTS[endpoint]
    return needed_by(current_app.view_functions[endpoint])


def admit(csrf: CSRFProtect) -> ResponseReturnValue | None:
    """Before each request: who is it, where are they, may they."""
    g.actor, g.organisation = None, None
    if request.endpoint is None:
        return None
    needed = permission_of(request.endpoint)
    if needed is None:
        abort(403)
    if request.endpoint == "static":
        return None
    g.language = _chosen_language() or language_now()
    if needed != PUBLIC and not current_user.is_authenticated and (answer := _ask_to_sign_in(csrf)) is not None:
        return answer
    if current_user.is_authenticated:
        _enter_organisation()
    _must_be_allowed(needed)
    if request.endpoint == "security.change_password" and services.is_of_sample(current_user.id):
        raise Forbidden(_("Anybody may look around as this person of the sample organisation: they have no password."))
    return None


def _must_be_allowed(needed: str) -> None:
    if needed in (PUBLIC, SIGNED_IN):
        return
    allowed = current_user.is_operator if needed == OPERATOR else g.actor is not None and g.actor.can(needed)
    if not allowed:
        raise Forbidden(_("Your role here does not allow this."))


def _enter_organisation() -> None:
    slug = (request.view_args or {}).pop("organisation", None)
    if slug is None:
        g.actor = Actor(
            current_user.id,
            current_user.name,
            current_user.email,
            is_operator=current_user.is_operator,
            language=g.language,
        )
        return
    organisation = services.organisation_by_slug(slug)
    memberships = services.memberships_of(current_user.id)
    if all(m.organisation_id != organisation.id for m in memberships):
        raise NotFound(_("There is no such organisation here."))
    g.language = _chosen_language() or organisation.language
    enter(organisation.id)
    g.organisation, g.memberships = organisation, memberships
    g.actor = services.actor_for(current_user, organisation, memberships, g.language)
    enter(organisation.id, g.actor.department_ids)
    if session.get("organisation") != organisation.id:
        session["organisation"] = organisation.id  # where the first page leads next time


def _chosen_language() -> str:
    if current_user.is_authenticated and current_user.language:
        return str(current_user.language)
    return str(session.get("language", ""))


def _ask_to_sign_in(csrf: CSRFProtect) -> ResponseReturnValue | None:
    """What a stranger gets; None once they have signed in again above what they had typed."""
    if _is_asked_by_script():
        return Response(_("Sign in again to go on: what you typed is kept."), 401, mimetype="text/plain")
    if request.method in SAFE_METHODS:
        flash(_("Sign in to see this page."), "info")
        return redirect(url_for("security.login", next=request.full_path.rstrip("?")))
    if "organisation" in (request.view_args or {}):
        return again.give_back_or_go_on(csrf)
    way_out = {"label": _("Sign in"), "url": url_for("security.login")}
    words = _("Your sign-in has expired, and nothing was changed.")
    return render_template("errors/error.html", heading=_("Sign in again"), words=words, way_out=way_out), 401


def _is_asked_by_script() -> bool:
    accepted = request.accept_mimetypes
    return (
        request.headers.get("X-Requested-With") == "fetch"
        or request.headers.get("HX-Request") == "true"
        or (bool(accepted) and not accepted.accept_html)
    )


def _is_open_to_programs(endpoint: str | None) -> bool:
    """Libraries check by themselves; an address of ours that is signed needs no page that sent it."""
    view = current_app.view_functions.get(endpoint or "")
    return endpoint in LIBRARY_ENDPOINTS or is_from_anywhere(view)


def _keep_organisation(endpoint: str, values: dict[str, Any]) -> None:
    organisation = g.get("organisation")
    if organisation is None or "organisation" in values:
        return
    if endpoint in _inside_an_organisation(current_app.url_map):
        values["organisation"] = organisation.slug


@functools.cache
def _inside_an_organisation(routes: Map) -> frozenset[str]:
    """The endpoints whose address names one: worked out once, for every link of every page asks."""
    return frozenset(rule.endpoint for rule in routes.iter_rules() if "organisation" in rule.arguments)


def init_app(app: Flask, csrf: CSRFProtect) -> None:
    """Stand at the door of every request: first who it is, then whether the page that asks is one of ours."""

    def check() -> ResponseReturnValue | None:
        brakes.slow_down_guesses()
        answer = admit(csrf)
        if answer is None and request.method not in SAFE_METHODS and not _is_open_to_programs(request.endpoint):
            csrf.protect()
        if answer is None:
            traces.leave()
        return answer

    app.before_request(check)
    app.url_defaults(_keep_organisation)
    watch.init_app(app)
    brakes.init_app(app)

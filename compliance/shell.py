"""What stands around every page: who is here, where they can go, in which language and theme."""

from typing import Any

from flask import Flask, g, request, session, url_for
from flask_security import current_user

from compliance.accounts import services as accounts
from compliance.support import i18n, post, web
from compliance.support.i18n import _
from compliance.support.permissions import Permission

#: Stands in no place of the navigation: it leads to all of them.
SEARCH = "accounts.search"
#: Pages that other domains have among the settings, and the rest of theirs.
SETTINGS = ("accounts.", "letters.", "reminders.rhythm")
AGENDA = ("reminders.bulk", "reminders.index", "reminders.month", "reminders.subscribe")


def _link(label: str, icon: str, endpoint: str, prefix: str | tuple[str, ...]) -> dict[str, Any]:
    here = (request.endpoint or "").startswith(prefix) and request.endpoint != SEARCH
    return {"label": label, "icon": icon, "url": url_for(endpoint), "active": here, "count": 0}


def _navigation() -> list[dict[str, Any]]:
    actor, items = g.actor, [_link(_("Today"), "today", "dashboard.today", "dashboard.")]
    if actor.can(Permission.REGISTER_READ):
        items.append(_link(_("Register"), "register", "register.index", "register."))
    if actor.can(Permission.REGISTER_READ):
        items.append(_link(_("Findings"), "flag", "findings.index", "findings."))
    if actor.can(Permission.AGENDA_READ):
        items.append(_link(_("Agenda"), "agenda", "reminders.index", AGENDA))
    if actor.can(Permission.PARTIES_READ):
        items.append(_link(_("Organisations and systems"), "party", "parties.index", "parties."))
    if actor.can(Permission.EXPORTS_BUILD):
        items.append(_link(_("Exports"), "proof", "exports.index", "exports."))
    return items


def _settings() -> list[dict[str, Any]]:
    if g.actor.can(Permission.ORGANISATION_READ):
        return [_link(_("Settings"), "settings", "accounts.settings", SETTINGS)]
    return []


def _organisations() -> list[dict[str, Any]]:
    ids = {m.organisation_id for m in g.get("memberships", ())}
    if len(ids) < 2:
        return []
    return [
        {
            "name": o.name,
            "slug": o.slug,
            "url": url_for("dashboard.today", organisation=o.slug),
            "current": o.id == g.organisation.id,
        }
        for o in accounts.organisations()
        if o.id in ids
    ]


def _is_for_administrators() -> bool:
    """Whether the page is one on which whoever looks after the installation is told that it is not well."""
    return g.actor.can(Permission.ACCOUNTS_MANAGE) and (request.endpoint or "").startswith(("accounts.", "letters."))


class _Here:
    """The actor as templates see them, with the name of where they are."""

    def __init__(self, actor: Any, organisation: Any) -> None:
        self._actor, self.organisation_name = actor, organisation.name if organisation else ""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._actor, name)


def _context() -> dict[str, Any]:
    language = i18n.language_now()
    person = current_user if current_user.is_authenticated else None
    context: dict[str, Any] = {
        "language": language,
        "languages": [{"code": c, "name": i18n.NAMES[c], "active": c == language} for c in i18n.LANGUAGES],
        "theme": person.theme if person else session.get("theme", "auto"),
        "preferences_url": url_for("accounts.preferences"),
        "home_url": url_for("accounts.home"),
        "sign_out_url": url_for("security.logout"),
        "fragment": web.wants_fragment(),
        "actor": None,
        "organisations": [],
        "navigation": [],
        "search_url": "",
    }
    if person and g.get("organisation") and g.get("actor"):
        context |= {
            "actor": _Here(g.actor, g.organisation),
            "organisations": _organisations(),
            "navigation": _navigation(),
            "settings_navigation": _settings(),
            "profile_url": url_for("accounts.me"),
            "home_url": url_for("dashboard.today"),
            "silent": post.silent() if _is_for_administrators() else (),
            "search_url": url_for(SEARCH) if g.actor.can(Permission.ORGANISATION_READ) else "",
        }
    return context


def init_app(app: Flask) -> None:
    """Put the shell in the context of every template, and the address of the icons within reach of every macro."""
    app.context_processor(_context)
    app.jinja_env.globals["icon_sheet"] = f"{app.static_url_path}/icons/icons.svg"

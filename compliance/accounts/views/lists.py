"""Reference lists as the organisation sees them, and what nobody has yet compared with an official text."""

import re
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.accounts import services
from compliance.accounts.views.blueprint import SETTINGS, bp, vocabulary
from compliance.accounts.vocabulary import List, lists_by_name
from compliance.regulation.reference import Provenance, Term, reference
from compliance.support.errors import NotFound, RuleBroken
from compliance.support.i18n import _, language_now
from compliance.support.permissions import Permission, requires
from compliance.support.text import fold
from forms.accounts import TermForm

#: Where the words of a rule name the row concerned.
PLACE = re.compile(r"\{[^}]*\}")


@bp.route(f"{SETTINGS}/lists")
@requires(Permission.ORGANISATION_READ)
def lists() -> ResponseReturnValue:
    """All lists: those that may be adapted, and those that the law sets."""
    law, own = reference(), vocabulary().own
    rows: list[dict[str, Any]] = [
        {
            "list": each,
            "count": len(law.vocabularies[each.name]),
            "own": sum(name == each.name and law.term(name, code) is None for name, code in own),
            "hidden": sum(name == each.name and entry.hidden for (name, _code), entry in own.items()),
        }
        for each in lists_by_name().values()
    ]
    rows.sort(key=lambda row: fold(row["list"].label[language_now()]))
    return render_template("accounts/lists.html", rows=rows)


def _list(name: str) -> List:
    found = lists_by_name().get(name)
    if found is None:
        raise NotFound(_("There is no such list."))
    return found


@bp.route(f"{SETTINGS}/lists/<name>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_READ)
def list_entries(name: str) -> ResponseReturnValue:
    """One list: every entry with where it comes from; an entry of one's own can be added."""
    found = _list(name)
    form = TermForm.from_request()
    if request.method == "POST":
        g.actor.must(Permission.VOCABULARIES_WRITE)
        _must_be_open(found)
    if form.is_accepted():
        with form.taking_blame():
            services.save_term(name, actor=g.actor, **form.answers())
            flash(_("The entry has been added."), "good")
            return redirect(url_for(".list_entries", name=name), 303)
    shipped = _shipped(name)
    may_write = found.open and g.actor.can(Permission.VOCABULARIES_WRITE)
    page = {"list": found, "shipped": shipped, "own": _own(name), "form": form, "may_write": may_write}
    page["common"] = _common([row["term"].provenance for row in shipped])
    return render_template("accounts/list.html", **page), form.http_status


def _common(provenances: list[Provenance]) -> Provenance | None:
    """Where all entries come from, when they come from one place: it is then said once."""
    return provenances[0] if len({(p.source, p.checked_on, p.checked) for p in provenances}) == 1 else None


def _must_be_open(found: List) -> None:
    if not found.open:
        raise RuleBroken(_("This list is set by the law: it cannot be changed here."))


def _shipped(name: str) -> list[dict[str, Any]]:
    own = vocabulary().own
    return [
        {"term": term, "hidden": (name, code) in own and own[name, code].hidden}
        for code, term in reference().vocabularies[name].items()
    ]


def _own(name: str) -> list[Any]:
    law = reference()
    return [entry for (of, code), entry in vocabulary().own.items() if of == name and law.term(of, code) is None]


@bp.route(f"{SETTINGS}/lists/<name>/<code>", methods=["GET", "POST"])
@requires(Permission.VOCABULARIES_WRITE)
def own_entry(name: str, code: str) -> ResponseReturnValue:
    """Change an entry of one's own."""
    found = _list(name)
    entry = next((each for each in _own(name) if each.code == code), None)
    if entry is None:
        raise NotFound(_("This entry is not one of yours."))
    form = TermForm.from_request(stored={"fr": entry.fr, "en": entry.en})
    if form.is_accepted():
        with form.taking_blame():
            services.save_term(name, actor=g.actor, code=code, **form.answers())
            flash(_("Saved."), "good")
            return redirect(url_for(".list_entries", name=name), 303)
    return render_template("accounts/own_entry.html", list=found, entry=entry, form=form), form.http_status


@bp.route(f"{SETTINGS}/lists/<name>/<code>/hide", methods=["POST"])
@requires(Permission.VOCABULARIES_WRITE)
def hide_entry(name: str, code: str) -> ResponseReturnValue:
    """Leave an entry out of the choices, or offer it again."""
    _must_be_open(_list(name))
    if not vocabulary().knows(name, code):
        raise NotFound(_("There is no such entry in this list."))
    hidden = request.form.get("hidden") == "yes"
    services.hide_term(name, code, actor=g.actor, hidden=hidden)
    return redirect(url_for(".list_entries", name=name, _anchor=f"entry-{code}"), 303)


@bp.route(f"{SETTINGS}/unchecked")
@requires(Permission.ORGANISATION_READ)
def unchecked() -> ResponseReturnValue:
    """Every datum that nobody has yet compared with an official text, list by list."""
    language = language_now()
    groups: dict[str, list[dict[str, Any]]] = {}
    for name, datum in reference().unchecked():
        words = datum.label(language) if isinstance(datum, Term) else PLACE.sub("…", datum.message(language))
        groups.setdefault(name, []).append({"words": words, "article": datum.article, "from": datum.provenance})
    named = lists_by_name()
    shown = [
        {
            "name": name,
            "label": named[name].label[language] if name in named else _("Rules of the X-ray"),
            "rows": rows,
            "common": _common([row["from"] for row in rows]),
        }
        for name, rows in groups.items()
    ]
    return render_template("accounts/unchecked.html", groups=sorted(shown, key=lambda group: fold(str(group["label"]))))

"""The list of the register: search, filters with counts, sort, columns, saved views, bulk actions."""

import datetime
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from flask import flash, g, get_template_attribute, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from compliance.accounts import services as accounts
from compliance.accounts.guard import remembered_page
from compliance.records import services as records
from compliance.records.remembering import remembered
from compliance.register.services import activities, listing, review, xray
from compliance.register.views.blueprint import bp, vocabulary
from compliance.support.clock import today
from compliance.support.dates import zone
from compliance.support.errors import Refusal, RuleBroken
from compliance.support.i18n import _, _l, _n, language_now
from compliance.support.permissions import Permission, requires
from compliance.support.text import fold, printable

COLUMNS = (
    "department",
    "state",
    "role",
    "bases",
    "data",
    "transfers",
    "findings",
    "completeness",
    "owner",
    "review",
    "updated",
)
SHOWN = ("department", "state", "bases", "data", "findings", "review")
#: What a phone shows: the columns without the class "wide".
CLASSES = {"reference": "fit", "name": "name", "state": "fit", "findings": "fit"}
MOST_BULK = 500
#: The longest name of a kept view, and reference; the longest question that one keeps.
MOST_NAME = 64
MOST_QUERY = 2000


@bp.route("/")
@requires(Permission.REGISTER_READ)
def index() -> ResponseReturnValue:
    """The register, one page of fifty lines at a time."""
    views = accounts.saved_views(g.actor, "register")
    return remembered_page(lambda: _index(views), [(view.name, view.query) for view in views])


def _index(views: Sequence[Any]) -> str:
    values = request.args.to_dict(flat=False)
    query = listing.query_from(values, g.actor)
    day = today(g.organisation.zone)
    page = listing.page(query, g.actor, day)
    shown = _shown(values)
    return render_template(
        "register/index.html",
        page=page,
        query=query,
        columns=_columns(query, values, shown),
        chosen=shown,
        groups=_groups(query, {}),
        parts=_parts(query, values),
        here=_address(values),
        links={"next": _address(values, after=page.after), "previous": _address(values, before=page.before)},
        views=views,
        address=_address,
        values=values,
        line=_line_writer(shown, day),
        all_columns=_column_choices(shown),
        counted=False,
    )


def _line_writer(shown: tuple[str, ...], day: datetime.date) -> Callable[[Any], str]:
    """Writes the lines of this page: what many of them share is worked out once."""
    base, language, label = _base(), language_now(), vocabulary().label
    bases, role_of = functools.cache(_bases), functools.cache(lambda code: label("roles", code))

    def line(entry: Any) -> str:
        url = f"{base}{quote(entry.reference)}/"
        return _written_line(entry, shown, url, day, role_of(entry.role), bases(entry.legal_bases), language, zone())

    return line


@functools.lru_cache(maxsize=4096)
def _written_line(
    entry: Any, shown: tuple[str, ...], url: str, day: datetime.date, role: str, bases: str, _language: str, _zone: str
) -> str:
    """One line of the list; the same line is written once and kept, whoever turns the pages."""
    line: Markup = get_template_attribute("register/line.html", "line")(entry, shown, url, day, role, bases)
    return line


def _base() -> str:
    """The address of the list."""
    if "register_base" not in g:
        g.register_base = url_for(".index")
    base: str = g.register_base
    return base


def _address(values: Mapping[str, Sequence[str]], **changes: Any) -> str:
    """The address of the same list with something changed; the place in it is forgotten unless it is what changes."""
    kept = {k: list(v) for k, v in values.items() if k not in ("after", "before", "page", "organisation")}
    for name, value in changes.items():
        kept[name] = [value] if isinstance(value, str) else list(value)
    pairs = [(k, v) for k, vs in kept.items() for v in vs if v]
    return _base() + ("?" + urlencode(pairs) if pairs else "")


#: The heads of the columns.
COLUMN_WORDS: dict[str, Any] = {
    "reference": _l("Reference"),
    "name": _l("Processing activity"),
    "department": _l("Department"),
    "state": _l("State"),
    "role": _l("Role"),
    "bases": _l("Legal bases"),
    "data": _l("Sensitive"),
    "transfers": _l("Transfers"),
    "findings": _l("Findings"),
    "completeness": _l("Art. 30"),
    "owner": _l("Owner"),
    "review": _l("Next review"),
    "updated": _l("Updated"),
}


def _columns(query: listing.Query, values: Mapping[str, Sequence[str]], shown: Sequence[str]) -> list[dict[str, Any]]:
    columns = []
    for name in ("reference", "name", *shown):
        column: dict[str, Any] = {"label": str(COLUMN_WORDS[name]), "class": CLASSES.get(name, "fit wide")}
        if name in listing.SORTS:
            is_here = query.sort == name
            order = "" if is_here and query.descending else "desc" if is_here else ""
            column["url"] = _address(values, sort=name, order=order)
            if is_here:
                column["sort"] = "descending" if query.descending else "ascending"
        columns.append(column)
    return columns


def _bases(codes: str) -> str:
    """Legal bases in few words, for a cell."""
    return ", ".join(vocabulary().short("legal_bases", code) for code in codes.split(",") if code)


def _shown(values: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(c for c in COLUMNS if c in values.get("column", ())) or SHOWN


def _column_choices(shown: Sequence[str]) -> list[dict[str, Any]]:
    return [{"value": c, "label": str(COLUMN_WORDS[c]), "active": c in shown} for c in COLUMNS]


#: The values of the filters that are not codes of a list, in words.
VALUES: dict[tuple[str, str], Any] = {
    ("basis", "none"): _l("No legal basis"),
    ("owner", "none"): _l("Nobody"),
    ("state", "draft"): _l("Draft"),
    ("state", "submitted"): _l("Awaiting approval"),
    ("state", "approved"): _l("Approved"),
    ("transfers", "yes"): _l("With transfers"),
    ("transfers", "no"): _l("Without transfer"),
    ("special", "special"): _l("Special categories"),
    ("special", "criminal"): _l("Criminal offences"),
    ("special", "none"): _l("Neither"),
    ("finding", "blocker"): _l("Blocking"),
    ("finding", "critical"): _l("Critical"),
    ("finding", "error"): _l("Error"),
    ("finding", "warning"): _l("Warning"),
    ("finding", "info"): _l("Information"),
    ("finding", "none"): _l("No finding"),
    ("review", "overdue"): _l("Review overdue"),
    ("review", "soon"): _l("Within 30 days"),
    ("review", "later"): _l("Later"),
    ("review", "none"): _l("No review set"),
}
LISTS = {"role": "roles", "phase": "phases", "basis": "legal_bases"}


def _facet_words(facet: str, value: str) -> str:
    if (facet, value) in VALUES:
        return str(VALUES[facet, value])
    if facet in LISTS:
        return vocabulary().label(LISTS[facet], value)
    return _names(facet).get(value, value)


def _names(facet: str) -> dict[str, str]:
    """The names of the departments or of the people, asked once a page."""
    known: dict[str, dict[str, str]] = g.setdefault("facet_names", {})
    if facet not in known:
        if facet == "department":
            known[facet] = {d.reference: d.name for d in accounts.departments()}
        else:
            known[facet] = accounts.directory() if facet == "owner" else {}
    return known[facet]


#: The names of the filters.
FACET_LABELS: dict[str, Any] = {
    "state": _l("State"),
    "department": _l("Department"),
    "role": _l("Role"),
    "basis": _l("Legal basis"),
    "special": _l("Sensitive data"),
    "transfers": _l("Transfers"),
    "finding": _l("Findings"),
    "owner": _l("Owner"),
    "phase": _l("Phase"),
    "review": _l("Review"),
}


def _groups(query: listing.Query, counts: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """The filters. Without counts, only what is chosen: the rest arrives with them, a moment later."""
    groups = []
    for facet in (*listing.FACETS, "review"):
        active = query.review if facet == "review" else query.filters.get(facet, ())
        found = counts.get(facet, {})
        options: list[dict[str, Any]] = [
            {
                "value": value,
                "label": _facet_words(facet, value),
                "count": found.get(value, 0),
                "active": value in active,
            }
            for value in dict.fromkeys((*found, *active))
            if value
        ]
        options.sort(key=lambda option: (-option["count"], fold(option["label"])))
        groups.append({"name": facet, "label": str(FACET_LABELS[facet]), "options": options})
    return groups


def _parts(query: listing.Query, values: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """What narrows the list, in words, each with the address of the list without it."""
    parts = [{"label": _("“%(words)s”", words=query.words), "url": _address(values, q="")}] if query.words else []
    for facet in (*listing.FACETS, "review"):
        for value in query.review if facet == "review" else query.filters.get(facet, ()):
            rest = [v for v in values.get(facet, ()) if v != value]
            parts.append({"label": _facet_words(facet, value), "url": _address(values, **{facet: rest})})
    return parts


@bp.route("/filters")
@requires(Permission.REGISTER_READ)
def filters() -> ResponseReturnValue:
    """The filters with their counts: the part of the page that arrives second."""
    values = request.args.to_dict(flat=False)
    query = listing.query_from(values, g.actor)
    day = today(g.organisation.zone)

    def written() -> str:
        return render_template(
            "register/filters.html",
            groups=_groups(query, listing.counts(query, g.actor, day)),
            query=query,
            values=values,
            all_columns=_column_choices(_shown(values)),
            counted=True,
        )

    # By what was understood: an address may hold words without end that change nothing.
    asked = (query.key(), query.sort, query.descending, _shown(values))
    return remembered("register:filters", g.actor, (day, language_now(), *asked), written)


@bp.route("/views", methods=["POST"])
@requires(Permission.REGISTER_READ)
def keep_view() -> ResponseReturnValue:
    """Keep the list as it stands under a name, or forget a kept one."""
    query = urlencode(parse_qsl(printable(request.form.get("query", ""))))[:MOST_QUERY]
    name = printable(request.form.get("name", "")).strip()[:MOST_NAME]
    if request.form.get("drop"):
        accounts.drop_view(g.actor, "register", request.form["drop"])
        return redirect(url_for(".index"), 303)
    accounts.save_view(g.actor, "register", name, query)
    flash(_("The view “%(name)s” is kept.", name=name), "good")
    return redirect(url_for(".index") + (f"?{query}" if query else ""), 303)


#: Acts on several records that need one more answer, and the name of that answer.
ASKS = {"assign": "owner", "review": "day"}


@bp.route("/bulk", methods=["POST"])
@requires(Permission.REGISTER_WRITE)
def bulk() -> ResponseReturnValue:
    """One act on several records; each that refuses says why, the others go through."""
    references = [printable(reference)[:MOST_NAME] for reference in request.form.getlist("selected")[:MOST_BULK]]
    act = request.form.get("action", "")
    if not references:
        raise RuleBroken(_("Select at least one record."))
    if act == "export":
        return redirect(url_for("exports.index", selected=references), 303)
    if act in ASKS and not request.form.get(ASKS[act]):
        people = [(person.email, person.name) for person in activities.people()]
        return render_template("register/bulk.html", act=act, references=references, people=people)
    done, refused = 0, []
    for reference in references:
        try:
            _act(act, reference)
            done += 1
        except Refusal as refusal:
            refused.append(f"{reference}: {refusal.message}")
    if done:
        flash(_n("Done for %(num)d record.", "Done for %(num)d records.", done), "good")
    for sentence in refused[:10]:
        flash(sentence, "attention")
    return redirect(url_for(".index"), 303)


def _act(act: str, reference: str) -> None:
    record = records.find(xray.KIND, reference)
    if act == "submit":
        review.submit(record, actor=g.actor)
    elif act == "assign":
        activities.assign(record, request.form.get("owner", ""), actor=g.actor)
    elif act == "review":
        review.set_review(record, review.day_from(request.form.get("day", "")), actor=g.actor)
    else:
        raise RuleBroken(_("Choose what to do with the selected records."))

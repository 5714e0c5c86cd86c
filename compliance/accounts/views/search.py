"""Search over every kind of record: ten suggestions as one types, and the ranked page with its reasons."""

from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.accounts.views.blueprint import bp, vocabulary
from compliance.records import search as finder
from compliance.records import snippets
from compliance.records.kinds import all_kinds, kind_of
from compliance.records.reading import Reader
from compliance.regulation.reference import reference as law
from compliance.support.i18n import _, language_now
from compliance.support.paging import Window
from compliance.support.permissions import Permission, requires
from compliance.support.web import wants_fragment, words_asked

#: How many hits a page shows: each comes with a piece of its document.
SHOWN = 20


@bp.route("/o/<organisation>/search")
@requires(Permission.ORGANISATION_READ)
def search() -> ResponseReturnValue:
    """Every record that holds the words; a script that asks while one types gets the first ten."""
    typed = words_asked()
    if wants_fragment():
        hits = [_card(hit) for hit in finder.suggest(typed, g.actor)]
        return render_template("accounts/search.html", words=typed, hits=hits, suggesting=True)
    counts = finder.count(typed, g.actor)
    kind = request.args.get("kind", "")
    kind = kind if kind in counts else ""
    total = counts[kind] if kind else sum(counts.values())
    window = Window(request.args.get("page", 1, type=int), total, SHOWN)
    found = finder.ranked(typed, g.actor, kind=kind, start=window.start, most=SHOWN) if total else []
    return render_template(
        "accounts/search.html",
        words=typed,
        hits=_explained(found, finder.terms_of(typed)),
        tabs=_tabs(typed, kind, counts),
        window=window,
        address=lambda number: url_for(".search", q=typed, kind=kind or None, page=number),
    )


def _card(hit: Any) -> dict[str, Any]:
    place = {} if hit.kind == "organisation" else {"reference": hit.reference}
    address = url_for(kind_of(hit.kind).endpoint, **place)
    return {"kind": hit.kind, "reference": hit.reference, "name": [(hit.name, False)], "url": address, "why": None}


def _explained(found: list[Any], terms: list[str]) -> list[dict[str, Any]]:
    """The hits with their reasons: the words marked in the name, and where else they stand."""
    stored = finder.documents_of(found) if found else {}
    hits = []
    for hit in found:
        kind = kind_of(hit.kind)
        known = f"{hit.reference} {hit.name}"
        reason = snippets.why(kind.document, stored.get(hit.record_id, {}), terms, vocabulary().label, known)
        names = Reader(law().fields[kind.catalogue], language_now(), vocabulary().label)
        told = {"label": names.name_of(reason.field), "parts": reason.parts} if reason else None
        hits.append(_card(hit) | {"name": snippets.marked(hit.name, terms), "why": told})
    return hits


def _tabs(typed: str, kind: str, counts: dict[str, int]) -> list[dict[str, Any]]:
    """All kinds together, then each kind that was found."""
    kinds = [each for each in all_kinds() if each.name in counts]
    everything = {"label": _("Everything"), "active": not kind, "count": sum(counts.values())}
    return [
        {**everything, "url": url_for(".search", q=typed)},
        *(
            {
                "label": each.label,
                "url": url_for(".search", q=typed, kind=each.name),
                "active": kind == each.name,
                "count": counts[each.name],
            }
            for each in kinds
        ),
    ]

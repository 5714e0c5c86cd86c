"""What the X-ray found across the register: one list, by gravity, rule, department or owner."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.accounts import services as accounts
from compliance.register.services import findings
from compliance.register.views.blueprint import fix_url, vocabulary
from compliance.regulation.rulebook import SEVERITIES
from compliance.support.clock import today
from compliance.support.i18n import _, language_now
from compliance.support.permissions import Permission, requires
from compliance.support.text import fold

findings_bp = Blueprint("findings", __name__, url_prefix="/o/<organisation>/findings")

Names = Mapping[str, Mapping[str, str]]


@findings_bp.route("")
@requires(Permission.REGISTER_READ)
def index() -> ResponseReturnValue:
    """The findings that stand, fifty at a time; those that somebody accepted apart."""
    values = request.args.to_dict(flat=False)
    query = findings.query_from(values, g.actor)
    day = today(g.organisation.zone)
    counts = findings.tally(query, g.actor, day)
    names = _names(counts, findings.owners(query, g.actor, day))
    page = findings.page(query, counts, names.get(query.group, {}))
    return render_template(
        "register/findings.html",
        query=query,
        window=page.window,
        groups=[_group(group, query.group, names, page.waivers) for group in page.groups],
        health=findings.health(g.actor, day)[query.face],
        filters=_filters(counts, query, names),
        parts=_parts(values, query, names),
        tabs=[_tab(values, counts, query, waived) for waived in (False, True)],
        orders=[
            {"label": label, "url": _address(values, group=name), "active": name == query.group}
            for name, label in _group_words().items()
        ],
        keep=[(name, values[name][0]) for name in ("group", "face", "waived") if values.get(name)],
        links={
            "previous": _address(values, page=str(page.window.previous or "")),
            "next": _address(values, page=str(page.window.following or "")),
        },
    )


def _address(values: Mapping[str, Sequence[str]], **changes: str | Sequence[str]) -> str:
    """The address of the same list with something changed, from its first page unless the page is what changes."""
    kept = {name: list(chosen) for name, chosen in values.items() if name != "page"}
    for name, value in changes.items():
        kept[name] = [value] if isinstance(value, str) else list(value)
    pairs = [(name, value) for name, chosen in kept.items() for value in chosen if value or name in findings.GROUPS]
    return url_for("findings.index") + ("?" + urlencode(pairs) if pairs else "")


def _group_words() -> dict[str, str]:
    return {
        findings.SEVERITY: _("Gravity"),
        findings.RULE: _("Rule"),
        findings.DEPARTMENT: _("Department"),
        findings.OWNER: _("Owner"),
    }


def _names(counts: Sequence[findings.Count], owners: Sequence[str]) -> Names:
    """The words for the values by which findings are filtered and grouped."""
    people = {person.email: person.name for person, _roles in accounts.people()}
    places = {department.reference: department.name for department in accounts.departments()}
    rules = dict.fromkeys(count.rule for count in counts)
    return {
        findings.SEVERITY: {
            "blocker": _("Blocking"),
            "critical": _("Critical"),
            "error": _("Error"),
            "warning": _("Warning"),
            "info": _("Information"),
        },
        findings.RULE: {rule: findings.rule_in_words(rule, language_now()).what for rule in rules},
        findings.DEPARTMENT: {"": _("No department"), **places},
        findings.OWNER: {address: people.get(address, address) or _("Nobody") for address in owners},
    }


def _word(names: Names, facet: str, value: str) -> str:
    return names[facet].get(value, value)


def _filters(counts: Sequence[findings.Count], query: findings.Query, names: Names) -> list[dict[str, Any]]:
    """The filters, each value with how many findings it would leave; owners, dear to count, without."""
    groups: list[dict[str, Any]] = []
    for facet, label in _group_words().items():
        active = query.filters.get(facet, ())
        found = findings.totals(counts, query, facet) if facet != findings.OWNER else dict.fromkeys(names[facet])
        options: list[dict[str, Any]] = [
            {
                "value": value,
                "label": _word(names, facet, value),
                "active": value in active,
                "count": found.get(value) or 0,
            }
            for value in dict.fromkeys((*found, *active))
        ]
        if facet == findings.OWNER:
            options = [{name: option[name] for name in ("value", "label", "active")} for option in options]
            options.sort(key=lambda option: fold(str(option["label"])))
        elif facet == findings.SEVERITY:
            options.sort(key=lambda option: SEVERITIES.index(option["value"]) if option["value"] in SEVERITIES else 9)
        else:
            options.sort(key=lambda option: (-int(option["count"]), fold(str(option["label"]))))
        groups.append({"name": facet, "label": label, "options": options})
    return groups


def _parts(values: Mapping[str, Sequence[str]], query: findings.Query, names: Names) -> list[dict[str, str]]:
    """What narrows the list, in words, each with the address of the list without it."""
    parts = [{"label": _("“%(words)s”", words=query.words), "url": _address(values, q="")}] if query.words else []
    for facet, chosen in query.filters.items():
        for value in chosen:
            rest = [other for other in chosen if other != value]
            parts.append({"label": _word(names, facet, value), "url": _address(values, **{facet: rest})})
    return parts


def _tab(
    values: Mapping[str, Sequence[str]], counts: Sequence[findings.Count], query: findings.Query, waived: bool
) -> dict[str, Any]:
    return {
        "label": _("Accepted for a time") if waived else _("Open"),
        "url": _address(values, waived="yes" if waived else ""),
        "active": query.waived == waived,
        "count": findings.number(counts, query, waived=waived),
    }


def _group(group: findings.Group, facet: str, names: Names, waivers: Mapping[Any, Any]) -> dict[str, Any]:
    words = findings.rule_in_words(group.value, language_now()) if facet == findings.RULE else None
    return {
        "value": group.value,
        "label": _word(names, facet, group.value),
        "total": group.total,
        "why": words.why if words else "",
        "rows": [_row(row, waivers) for row in group.rows],
    }


def _row(row: Any, waivers: Mapping[Any, Any]) -> dict[str, Any]:
    words = findings.in_words(row.rule, row.path, row.params, language_now(), vocabulary().label)
    return {
        **asdict(words),
        "severity": row.severity,
        "since": row.first_seen_on,
        "fix_url": fix_url(row.reference, row.path),
        "reference": row.reference,
        "name": row.name,
        "url": url_for("register.show", reference=row.reference),
        "department": row.department_name,
        "owner": row.owner_name or row.owner_email,
        "waiver": waivers.get((row.record_id, row.rule, row.row_key)),
    }

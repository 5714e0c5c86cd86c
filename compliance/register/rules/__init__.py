"""The X-ray of a processing activity: every rule asked of every part, the findings, and what blocks approval."""

import dataclasses
from collections.abc import Iterable

from compliance.accounts.documents import Organisation
from compliance.register.documents import Activity
from compliance.register.rules import (  # noqa: F401  (importing a module enters its rules in the book)
    automation,
    identity,
    information,
    people,
    purposes,
    recipients,
    retention,
    special,
    transfers,
)
from compliance.register.rules.book import book
from compliance.register.rules.completeness import Point, completeness, points
from compliance.register.rules.context import Context
from compliance.register.rules.derive import (
    has_criminal_data,
    has_minors,
    has_special_data,
    has_staff,
    has_transfers,
    has_vulnerable_people,
)
from compliance.register.rules.labels import label_of
from compliance.regulation.reference import Reference
from compliance.regulation.rulebook import BLOCKER, CRITICAL, Finding
from compliance.support.documents import parts_of

__all__ = [
    "Context", "Finding", "Point", "blockers", "book", "completeness", "examine", "has_criminal_data", "has_minors",
    "has_special_data", "has_staff", "has_transfers", "has_vulnerable_people", "packs_of", "points",
]  # fmt: skip


def packs_of(organisation: Organisation, law: Reference) -> frozenset[str]:
    """The national packs for an organisation: its country's, or that of the state to which its territory belongs."""
    term = law.term("countries", organisation.country)
    state = term.extra.get("within", "") if term else ""
    return frozenset({code.lower() for code in (organisation.country, str(state)) if code})


def examine(document: Activity, context: Context, *, everything: bool = False) -> list[Finding]:
    """Every finding on a record, the gravest first, each with the name of its row in `params["label"]`.

    Rules that are not law on that day are left out, and those that stay hidden until asked unless `everything`.
    """
    packs = packs_of(context.organisation, context.law)
    found = book.examine(document, context, role=document.role or "controller", packs=packs)
    rows = {key: part for part, _, key in parts_of(document) if key} if found else {}
    return [
        dataclasses.replace(finding, params={**label_of(rows[finding.row_key], context), **finding.params})
        if finding.row_key
        else finding
        for finding in found
        if _is_due(finding, context, everything)
    ]


def _is_due(finding: Finding, context: Context, everything: bool) -> bool:
    text = context.text(finding.rule)
    return text.provenance.holds_on(context.today) and (everything or not text.extra.get("on_request"))


def blockers(findings: Iterable[Finding], phase: str) -> list[Finding]:
    """What forbids approval: what Art. 30 itself asks, and on planned processing the critical findings, Art. 35(1)."""
    blocking = (BLOCKER, CRITICAL) if phase == "planned" else (BLOCKER,)
    return [finding for finding in findings if finding.severity in blocking]

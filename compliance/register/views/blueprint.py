"""The blueprint of the register, and what its pages share."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from flask import Blueprint, g, url_for

from compliance.accounts import services as accounts
from compliance.accounts.vocabulary import Vocabulary
from compliance.parties import services as parties
from compliance.records.reading import Reader
from compliance.register.documents import SECTIONS, Activity
from compliance.register.rules.identity import REVIEW
from compliance.register.services import findings as found
from compliance.register.services import review
from compliance.regulation.reference import reference
from compliance.regulation.rulebook import CRITICAL, ERROR, INFO, WARNING, Finding
from compliance.support.documents import specs_of
from compliance.support.i18n import language_now
from compliance.support.permissions import Permission
from forms.choices import Choices

if TYPE_CHECKING:
    from compliance.records.models import Record
    from compliance.register.models import Action, Waiver

bp = Blueprint("register", __name__, url_prefix="/o/<organisation>/register")

_SECTION_OF = {field: section for section, fields in SECTIONS.items() for field in fields}

#: What may be left open with an action that has a date, and what may be accepted for a time; a blocker is mended.
PLANNED = (CRITICAL, ERROR)
WAIVED = (ERROR, WARNING, INFO)
NOTHING_ACCEPTED: Mapping[tuple[str, str], "Waiver"] = MappingProxyType({})


def vocabulary() -> Vocabulary:
    """The reference lists, for this request."""
    if "vocabulary" not in g:
        g.vocabulary = Vocabulary(language_now())
    made: Vocabulary = g.vocabulary
    return made


def reader(linked: Iterable["Record"] = ()) -> Reader:
    """Reads processing activities in the language of the page; `linked` records are called what they are called now."""
    names = {(record.kind, record.reference): record.name for record in linked}
    return Reader(reference().fields["activity"], language_now(), vocabulary().label, names)


def choices(section: str) -> Choices:
    """What the form of a section chooses from: only the lists and the records that it needs."""
    vocabularies: set[str] = set()
    targets: set[str] = set()
    for name in SECTIONS[section]:
        spec = specs_of(Activity)[name]
        for one in (spec, *(specs_of(spec.row).values() if spec.row else ())):
            vocabularies.add(one.vocabulary)
            targets.add(one.target)
    return Choices(
        {name: vocabulary().entries(name) for name in vocabularies if name},
        {name: _records(name) for name in targets if name},
    )


def _records(kind: str) -> list[tuple[str, str]]:
    if kind == "department":
        return [(d.reference, d.name) for d in accounts.departments() if _is_mine(d.id)]
    if kind == "person":
        return list(accounts.directory().items())
    return [(record.reference, record.name) for record in parties.all_of(kind)]


def _is_mine(department_id: int) -> bool:
    return g.actor.department_ids is None or department_id in g.actor.department_ids


def section_of(path: str) -> str:
    """The section in which a finding is mended; the first where it points at nothing."""
    return _SECTION_OF.get(path.split("/", 1)[0], "identity")


def fix_url(reference: str, path: str) -> str:
    """The address of the field that mends a finding; for those who only read, of the section where it is shown."""
    if path.startswith("organisation/"):
        if not g.actor.can(Permission.ORGANISATION_WRITE):
            return url_for("accounts.profile")
        return url_for("accounts.edit_profile", _anchor="f-" + path.partition("/")[2])
    if path == REVIEW and g.actor.can(Permission.REGISTER_WRITE):
        return url_for("register.look_again", reference=reference)
    section = section_of(path)
    if not g.actor.can(Permission.REGISTER_WRITE):
        return url_for("register.show", reference=reference, _anchor=section)
    return url_for("register.edit", reference=reference, section=section, _anchor="f-" + path.replace("/", "-"))


def told(
    record: "Record",
    findings: list[Finding],
    waivers: Mapping[tuple[str, str], "Waiver"] = NOTHING_ACCEPTED,
    planned: Iterable["Action"] | None = None,
) -> list[dict[str, Any]]:
    """Findings as the pages show them: in words, with the article, the link that mends, the waiver and the action."""
    planned = review.actions_of(record) if planned is None else planned
    actions = {(a.rule, a.row_key): a for a in planned if a.done_on is None}
    items = []
    for finding in findings:
        mark = (finding.rule, finding.row_key)
        waiver = waivers.get(mark)
        words = found.in_words(finding.rule, finding.path, finding.params, language_now(), vocabulary().label)
        items.append(
            {
                **asdict(finding),
                **asdict(words),
                "section": section_of(finding.path),
                "unchecked": False,
                "where": "",
                "fix_url": fix_url(record.reference, finding.path),
                "waiver": {"by": waiver.given_by, "reason": waiver.reason, "until": waiver.until} if waiver else None,
                "action": actions.get((finding.rule, finding.row_key)),
                "key": f"{finding.rule}/{finding.row_key or '-'}",
                **_ways_out(record, finding),
            }
        )
    return items


def _ways_out(record: "Record", finding: Finding) -> dict[str, str]:
    """What else than mending can be done about a finding, by this person: plan it, or accept it for a time."""
    at: dict[str, Any] = {"reference": record.reference, "rule": finding.rule, "row": finding.row_key or "-"}
    may_plan = finding.severity in PLANNED and g.actor.can(Permission.REGISTER_WRITE)
    may_waive = finding.severity in WAIVED and g.actor.can(Permission.REGISTER_WAIVE)
    return {
        "plan_url": url_for("register.plan", **at) if may_plan else "",
        "waive_url": url_for("register.waive", **at) if may_waive else "",
    }

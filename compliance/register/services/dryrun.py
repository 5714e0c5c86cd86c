"""What an import would do, before it does it: the same reading, by which the import itself goes."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from compliance.records.actor import Actor
from compliance.register.intake.layout import FORM, TABLE, SheetChoice, Understanding, understand
from compliance.register.intake.messages import Problem, refusal
from compliance.register.intake.proposal import CREATE, SKIP, UPDATE, ActivityProposal, Proposal, propose
from compliance.register.intake.values import Corrections
from compliance.register.models import HeaderMemory, ImportRun
from compliance.register.services.taking import Known, Taker, address, place_of
from compliance.regulation.reference import reference
from compliance.support import heap, storage
from compliance.support.db import db
from compliance.support.errors import RuleBroken
from compliance.support.i18n import language_now
from compliance.support.tables.reading import read
from compliance.support.tables.workbook import UnreadableFile
from compliance.support.text import fold


def understood(run: ImportRun) -> Understanding:
    """What the sheets and columns of the file are, given what the person has decided so far."""
    try:
        workbook = read(storage.path_of(run.file_digest), run.file_name, repair=bool(run.choices.get("repair")))
    except UnreadableFile as problem:
        raise RuleBroken(refusal(problem, language_now()), field="file") from problem
    return understand(workbook, reference(), _corrections(), _sheet_choices(run.choices))


def look(run: ImportRun) -> tuple[Understanding, Proposal]:
    """What the file says and what would be done with it."""
    known = Known(archived=False)
    with heap.undisturbed():
        read_so = understood(run)
        proposal = propose(read_so, is_known=lambda reference: known.find(reference) is not None)
    _part_addresses(proposal.activities)
    decided = run.choices.get("rows", {})
    for activity in proposal.activities:
        wanted = decided.get(f"{activity.sheet}/{activity.row}")
        if wanted == SKIP:
            activity.action = SKIP
        elif wanted == CREATE and activity.action == SKIP:
            activity.action = UPDATE if known.find(activity.reference) else CREATE
    return read_so, proposal


def _part_addresses(activities: Sequence[ActivityProposal]) -> None:
    """Two references of a file that would be one address stay two activities: the second is left without."""
    met: dict[str, ActivityProposal] = {}
    for activity in activities:
        own = fold(address(activity.reference))
        first = met.setdefault(own, activity) if own else activity
        if first is not activity:
            said = {"row": str(activity.row), "reference": activity.reference, "above": str(first.row)}
            activity.problems.append(Problem("reference", "reference_twice", said))
            activity.reference, activity.action = "", CREATE if activity.action == UPDATE else activity.action


def _corrections() -> Corrections:
    remembered = db.session.execute(select(HeaderMemory.header, HeaderMemory.target))
    return Corrections(headings=dict(remembered.all()))


def _sheet_choices(choices: Mapping[str, Any]) -> dict[str, SheetChoice]:
    return {
        name: SheetChoice(
            kind=decided.get("kind", ""),
            header_row=decided.get("header_row"),
            orientation=decided.get("orientation", ""),
            columns={int(column): target for column, target in decided.get("columns", {}).items()},
        )
        for name, decided in choices.get("sheets", {}).items()
    }


def size(run: ImportRun) -> int:
    """About how many activities the file holds, without building them."""
    sheets = understood(run).sheets
    return sum(reading.kind == FORM or reading.activities * (reading.kind == TABLE) for reading in sheets)


def compare(run: ImportRun, proposal: Proposal, activities: Sequence[ActivityProposal], *, actor: Actor) -> None:
    """Say of those that update a record which of its fields change; what only the register has is there to look at."""
    updates = [activity for activity in activities if activity.action == UPDATE]
    laid = Taker(run, proposal, actor).laid(updates) if updates else {}
    for activity in updates:
        if (found := laid.get(place_of(activity))) is not None:
            activity.changed = found.changed
            activity.problems += found.problems

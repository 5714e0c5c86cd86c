"""Building exports: what may be asked for, who asked, and the file that comes of it."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

from compliance.exports.delimited import write_csv
from compliance.exports.entries import ALL, APPROVED, Progress, nothing_done
from compliance.exports.printed import write_pdf
from compliance.exports.services import keeping
from compliance.exports.services.gathering import TITLES, Wish, count, entries, frame, write_register
from compliance.exports.spreadsheet import write_xlsx
from compliance.records import services as records
from compliance.records.actor import WORKING, Actor
from compliance.records.models import StoredFile
from compliance.register.services.xray import KIND
from compliance.support import jobs, storage, transactions
from compliance.support.db import leafing
from compliance.support.documents import Json
from compliance.support.errors import Forbidden, RuleBroken
from compliance.support.i18n import _
from compliance.support.permissions import Permission

#: Up to this many records an export is built while the person waits; above, by the worker.
AT_ONCE = {"json": 200, "csv": 200, "xlsx": 100, "pdf": 3}
MOST_SELECTED = 500


def check(wish: Wish, actor: Actor) -> None:
    """Refuse what cannot be built, or what this person may not take away."""
    actor.must(Permission.EXPORTS_BUILD)
    if wish.format not in keeping.MEDIA:
        raise RuleBroken(_("Choose a format."), field="format")
    if wish.language not in TITLES:
        raise RuleBroken(_("Choose a language."), field="language")
    if wish.status not in (APPROVED, ALL):
        raise RuleBroken(_("Choose what to export."), field="status")
    if wish.status == ALL and WORKING not in actor.faces:
        raise Forbidden(_("Drafts are not part of what you may see."))
    if wish.format == "json" and actor.department_ids is not None:
        raise Forbidden(_("The whole register is exported by somebody who sees all of it."))
    if wish.format == "json" and (wish.filters or wish.selected or wish.reference):
        raise RuleBroken(_("JSON holds the whole register: choose another format for a part of it."), field="format")


def request(wish: Wish, *, actor: Actor) -> tuple[str, bool]:
    """Build a small export at once, or write a job down for a large one; answers its token and whether it is built.

    The journal says who took what away.
    """
    check(wish, actor)
    if wish.reference:
        records.find_for(actor, KIND, wish.reference)
    details = {name: value for name, value in wish.as_arguments().items() if value}
    records.note("export:requested", actor=actor, subject=wish.reference or wish.format, **details)
    if count(wish, actor) <= AT_ONCE[wish.format]:
        return build(wish, actor=actor).token, True
    job = jobs.enqueue(
        "export",
        organisation_id=actor.organisation_id,
        person_id=actor.user_id,
        wish=wish.as_arguments(),
        person=actor.user_id,
        language=actor.language,
    )
    return job.token, False


def build_for(wish: Wish, *, actor: Actor, progress: Progress) -> Json:
    """Build what a job asks for; answers what the page of the job shows.

    Who asked is asked again what they may see: between the wish and its turn, a role may have been taken back.
    """
    check(wish, actor)
    content = _written(wish, actor, progress)
    transactions.begin_writing()
    file = keeping.keep(content, wish, actor)
    return {"token": file.token, "name": file.name, "size": file.size}


def build(wish: Wish, *, actor: Actor) -> StoredFile:
    """Build an export into the store; it is kept for seven days."""
    return keeping.keep(_written(wish, actor, nothing_done), wish, actor)


def _written(wish: Wish, actor: Actor, progress: Progress) -> Path:
    """An export as a file that nobody can reach yet; given up half-way, it leaves none."""
    content = storage.scratch()
    try:
        with content.open("wb") as out:
            write(wish, out, actor=actor, progress=progress)
    except BaseException:
        content.unlink()
        raise
    return content


def write(wish: Wish, out: BinaryIO, *, actor: Actor, progress: Progress = nothing_done) -> None:
    """Write an export to a binary file."""
    if wish.format == "json":
        with leafing():
            write_register(wish, out, actor, progress)
        return
    writer: Callable[..., Any] = {"csv": write_csv, "xlsx": write_xlsx, "pdf": write_pdf}[wish.format]
    with leafing(), closing(entries(wish, actor)) as stream:
        writer(out, stream, frame(wish, actor), progress)


def to_path(wish: Wish, path: Path, *, actor: Actor) -> None:
    """Write an export to a file of the machine: for the command line."""
    check(wish, actor)
    records.note("export:requested", actor=actor, subject=wish.format, status=wish.status)
    with path.open("wb") as out:
        write(wish, out, actor=actor)

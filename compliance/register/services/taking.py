"""Taking the activities of a file into the register, many at a time: what they name is found once, and remembered."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select

from compliance.parties import services as parties
from compliance.records import histories
from compliance.records import services as records
from compliance.records.actor import Actor
from compliance.records.histories import History, Step
from compliance.records.kinds import kind_of
from compliance.records.models import ARCHIVED, DRAFT, Record
from compliance.register.documents import Activity
from compliance.register.intake.messages import Problem
from compliance.register.intake.proposal import CREATE, ActivityProposal, Proposal
from compliance.register.intake.updating import laid_over
from compliance.register.models import ImportedRecord, ImportRun
from compliance.register.services import activities, xray
from compliance.register.services.xray import KIND
from compliance.regulation.reference import reference
from compliance.support.clock import now
from compliance.support.db import db
from compliance.support.documents import Json, from_json, specs_of, to_json
from compliance.support.errors import RuleBroken
from compliance.support.i18n import _, language_now
from compliance.support.text import fold

UNCHANGED = "unchanged"
TAG = "register:record:import"
_NOT_IN_ADDRESS = re.compile(r"[^A-Za-z0-9._-]+")

Taken = tuple[ActivityProposal, Json, Record | None]


def address(reference: str) -> str:
    """A reference as it can stand in an address: accents go, and what else cannot is replaced by a hyphen."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", reference.strip()) if not unicodedata.combining(c))
    return _NOT_IN_ADDRESS.sub("-", plain).strip("-.")[:64]


def place_of(activity: ActivityProposal) -> str:
    """Where in the file an activity stands: by this it is known again when an interrupted import goes on."""
    return f"{activity.sheet}/{activity.row}"[:255]


@dataclass(frozen=True, slots=True)
class Laid:
    """A record with what the file says of it: its document, the fields that changed, what only the register has."""

    document: Json
    changed: tuple[str, ...]
    problems: tuple[Problem, ...]


def _lay(record: Record, activity: ActivityProposal, document: Json) -> Laid:
    kept = from_json(Activity, record.document)
    laid, problems = laid_over(kept, replace(activity, document=from_json(Activity, document)))
    changed = tuple(name for name in specs_of(Activity) if getattr(laid, name) != getattr(kept, name))
    return Laid(activities.load(to_json(laid)), changed, tuple(problems))


class Known:
    """The references of a register, and the record that a reference of a file means."""

    def __init__(self, *, archived: bool) -> None:
        chosen = select(Record.reference, Record.id).where(Record.kind == KIND)
        found = db.session.execute(chosen if archived else chosen.where(Record.state != ARCHIVED))
        self._ids: dict[str, int] = dict(found.all())
        self._folded = {fold(reference): number for reference, number in self._ids.items()}

    def find(self, reference: str) -> int | None:
        """The number of the record under that reference, whatever its case; None when there is none."""
        wanted = address(reference)
        return self._ids.get(wanted) or self._folded.get(fold(wanted)) if wanted else None


class Taker:
    """Takes the activities of one import in, batch by batch."""

    def __init__(self, run: ImportRun, proposal: Proposal, actor: Actor) -> None:
        self.run_id, self.file_name, self.actor = run.id, run.file_name, actor
        self.departments = {fold(d.name): d.reference for d in activities.departments()}
        self.people = {key: p for p in activities.people() for key in (fold(p.name), p.email.lower())}
        self.links = {kind: parties.links(kind) for kind in (parties.PARTY, parties.SYSTEM)}
        self.countries = {name: {"country": code} for name, code in proposal.party_countries.items()}
        self.known = Known(archived=True)
        self.named: set[str] = set()
        self.around = xray.Surroundings()
        self.given = {address(activity.reference) for activity in proposal.activities}

    def take(self, batch: Sequence[ActivityProposal]) -> Counter[str]:
        """Create or update the records of these activities, and write down what was done for the undo.

        A record that already says what the file says is left as it is.
        """
        documents = [self._placed(to_json(activity.document)) for activity in batch]
        self._link(documents)
        documents = [activities.load(document) for document in documents]
        kept = self._records(batch)
        taken = [(a, document, record) for a, document, record in zip(batch, documents, kept, strict=True)]
        fresh = iter(self._create([each for each in taken if each[2] is None]))
        done: Counter[str] = Counter()
        for activity, document, record in taken:
            before = record.version if record else 0
            after = self._change(record, activity, document) if record else next(fresh)
            act = UNCHANGED if after.version == before else activity.action if record else CREATE
            self._note(after, act, place_of(activity), before)
            done[act] += 1
        return done

    def _records(self, batch: Sequence[ActivityProposal]) -> list[Record | None]:
        numbers = [self.known.find(activity.reference) for activity in batch]
        chosen = select(Record).where(Record.id.in_({number for number in numbers if number}))
        found = {record.id: record for record in db.session.scalars(chosen)} if any(numbers) else {}
        return [found[number] if number else None for number in numbers]

    def _note(self, record: Record, act: str, position: str, before: int) -> None:
        db.session.add(
            ImportedRecord(
                run_id=self.run_id,
                record_id=record.id,
                act=act,
                position=position,
                version_before=before,
                version_after=record.version,
            )
        )

    # What the register does not have yet

    def _create(self, fresh: Sequence[Taken]) -> list[Record]:
        """New drafts, written all at once."""
        wanted = [address(activity.reference) for activity, _document, _none in fresh]
        for reference_ in sorted(histories.used([own for own in wanted if own], KIND)):
            raise RuleBroken(_("The reference %(reference)s is already used.", reference=reference_), field="reference")
        numbers = iter(histories.reserve(kind_of(KIND).prefix, wanted.count(""), besides=self.given))
        lines = [
            History(
                KIND,
                own or next(numbers),
                [Step(TAG, now(), self.actor, document, DRAFT, self._reason(activity))],
            )
            for own, (activity, document, _none) in zip(wanted, fresh, strict=True)
        ]
        self.around.known_parties = parties.documents(self.named)
        return histories.write(
            lines,
            self.actor.organisation_id or 0,
            lambda record, faces: xray.shown(record, self.around, faces),
        )

    def _reason(self, activity: ActivityProposal) -> str:
        return _("From %(file)s, row %(row)s", file=self.file_name, row=activity.row)

    # What it has

    def _change(self, record: Record, activity: ActivityProposal, document: Json) -> Record:
        if record.state == ARCHIVED:
            records.restore(record, TAG, actor=self.actor)
        else:
            document = _lay(record, activity, document).document
        records.change(record, document, TAG, actor=self.actor, reason=self._reason(activity))
        return record

    def laid(self, batch: Sequence[ActivityProposal]) -> dict[str, Laid]:
        """What the records of these activities would be, by the place of each in the file; nothing is changed."""
        pairs = zip(batch, self._records(batch), strict=True)
        return {
            place_of(activity): _lay(record, activity, activities.load(self._placed(to_json(activity.document))))
            for activity, record in pairs
            if record is not None
        }

    # What a document names

    def _link(self, documents: Sequence[Json]) -> None:
        """Give every party and system its record by its name, adding those that nobody has entered yet."""
        named = [link for document in documents for link in unlinked(document)]
        for kind, known in self.links.items():
            missing = [
                name for link in named if link["kind"] == kind and fold(name := link["name"]).strip() not in known
            ]
            answers: Mapping[str, Json] = {
                name: self.countries.get(name, {}) if kind == parties.PARTY else {} for name in missing
            }
            known.update(parties.add_named(kind, answers, actor=self.actor) if answers else {})
        for link in named:
            link.update(self.links[link["kind"]][fold(link["name"]).strip()])
        self.named = {link["reference"] for link in named if link["kind"] == parties.PARTY}

    def _placed(self, document: Json) -> Json:
        """Department and owner found by their names; a name that nobody here bears goes to the notes, never away."""
        unknown = []
        for field in ("department", "owner"):
            link = document[field]
            if link and not link["reference"]:
                document[field] = self._found(field, link)
                if document[field] is None:
                    unknown.append(f"{reference().fields['activity'][field].label[language_now()]}: {link['name']}")
        notes = document["notes"].split("\n") if document["notes"] else []
        document["notes"] = "\n".join([*notes, *(line for line in unknown if line not in notes)])
        return document

    def _found(self, field: str, link: Json) -> Json | None:
        key = fold(link["name"]).strip()
        if field == "department":
            place = self.departments.get(key)
            return {**link, "reference": place} if place else None
        person = self.people.get(key)
        return {**link, "reference": person.email, "name": person.name} if person else None


def unlinked(document: Json) -> Iterator[Json]:
    """The parties and systems that the rows of a document name without saying which record they are."""
    for rows in document.values():
        for row in rows if isinstance(rows, list) else ():
            for link in row.values() if isinstance(row, dict) else ():
                if isinstance(link, dict) and not link["reference"] and link["name"]:
                    yield link

"""One record as a chapter: what Art. 30 asks, letter by letter, then everything else that the record says."""

from collections.abc import Callable, Iterator, Mapping
from textwrap import shorten
from typing import Any

from compliance.accounts.documents import Organisation
from compliance.exports.entries import OpenFinding, RegisterEntry
from compliance.exports.lexicon import Lexicon, lines
from compliance.exports.phrases import Phrases, linked
from compliance.register.documents import SECTIONS, Activity
from compliance.support.documents import KEY, ROWS, specs_of
from compliance.support.reports.tree import Block, Heading, KeyValues, Notice, Paragraph, Report, Table

Json = Mapping[str, Any]
Column = tuple[str, int, Callable[[Json], str]]
Pairs = list[tuple[str, str]]

#: What the head of a chapter says of the activity, in this order.
IDENTITY = (
    "role", "department", "owner", "phase", "started_on", "ended_on", "disposed_on", "occasional", "large_scale",
    "risk_likely", "exemption_claimed", "description",
)  # fmt: skip
#: The fields of the tables that both registers show, with their widths in percent.
PURPOSES = {"label": 46, "legal_basis": 24, "law_reference": 30}
PEOPLE = {"category": 34, "label": 46, "number": 20}
DATA = {"category": 34, "label": 66}
#: Fields that the letters of Art. 30 have shown; the rest follows after them. Internal notes are not for readers.
SHOWN: dict[str, frozenset[str]] = {
    "": frozenset(
        (*IDENTITY, "name", "notes", "retention_absence", "recipients_none", "processors_none", "outside_eea",
         "measures_absence")
    ),
    "clients": frozenset(("party", "contact", "representative", "dpo", "processing_categories")),
    "purposes": frozenset(("label", "legal_basis", "law_reference")),
    "people": frozenset(("category", "label", "number")),
    "data": frozenset(
        ("category", "label", "active_value", "active_unit", "active_start", "active_criterion", "archive_value",
         "archive_unit", "archive_reason", "archive_reference", "disposal", "disposal_automated")
    ),
    "recipients": frozenset(("kind", "name", "party", "country", "use")),
    "processors": frozenset(("party", "service", "contract")),
    "joint_controllers": frozenset(("party",)),
    "transfers": frozenset(("recipient", "party", "country", "tool")),
    "measures": frozenset(("category", "label", "in_place", "due_on")),
}  # fmt: skip


class Chapters:
    """Makes the chapter of a record, in one language, for one organisation."""

    def __init__(self, lexicon: Lexicon, organisation: Organisation) -> None:
        self._say = lexicon
        self._phrases = Phrases(lexicon)
        self._organisation = organisation
        self._render = {
            (name, field): lexicon.renderer(spec, separator=", ", day=lexicon.day)
            for name, part in (("", Activity), *((s.name, s.row) for s in specs_of(Activity).values() if s.row))
            for field, spec in specs_of(part).items()
        }

    def chapter(self, entry: RegisterEntry) -> Report:
        """The whole of a record, on as many pages as it needs."""
        stored = entry.stored
        blocks = [*self._identity(stored), *self._findings(entry.findings)]
        is_processor = stored.get("role") == "processor"
        blocks += self._as_processor(stored) if is_processor else self._as_controller(stored)
        further = [*self._further(stored)]
        if further:
            blocks += [Heading(self._say.word("art.further"), level=2), *further]
        return Report(entry.reference, entry.name, self._say.language, tuple(blocks), self._standing(entry))

    def _standing(self, entry: RegisterEntry) -> str:
        say = self._say.word
        approval = say("record.never_approved")
        if entry.approved_on:
            day = self._say.day(entry.approved_on)
            approval = say("record.approval", edition=entry.edition, day=day, person=entry.approved_by)
        updated = f"{say('record.updated_on')} {self._say.day(entry.updated_on)}" if entry.updated_on else ""
        return " · ".join(part for part in (say(f"state.{entry.state}"), approval, updated) if part)

    def _identity(self, stored: Json) -> Iterator[Block]:
        pairs = self._answered("", stored, IDENTITY)
        if pairs:
            yield KeyValues(tuple(pairs))

    def _findings(self, findings: tuple[OpenFinding, ...]) -> Iterator[Block]:
        if findings:
            yield Notice(self._say.count("finding.title", len(findings)), tuple(map(self._finding, findings)))

    def _finding(self, finding: OpenFinding) -> str:
        say = self._say.word
        settled = say("finding.unacknowledged")
        if finding.acknowledged_by:
            day = self._say.day(finding.acknowledged_on)
            settled = say("finding.acknowledged", person=finding.acknowledged_by, day=day)
        due = say("finding.due", day=self._say.day(finding.due_on)) if finding.due_on else ""
        article = say("art.article", article=finding.article)
        aside = say("and_then").join(part for part in (settled, finding.reason, due) if part)
        return f"{finding.message} ({article}) – {aside}"

    def _as_controller(self, stored: Json) -> Iterator[Block]:
        """Art. 30(1), (a) to (g)."""
        yield self._letter("30(1)", "a", "art.controller")
        yield KeyValues((*self._who("sheet.controller"), *self._partners(stored)))
        yield self._letter("30(1)", "b", "art.purposes")
        yield self._table("purposes", stored, self._own_all("purposes", PURPOSES))
        yield self._letter("30(1)", "c", "art.people_and_data")
        yield Heading(self._say.field("people"), level=3)
        yield self._table("people", stored, self._own_all("people", PEOPLE))
        yield Heading(self._say.field("data"), level=3)
        yield self._table("data", stored, self._own_all("data", DATA))
        yield self._letter("30(1)", "d", "art.recipients")
        yield from self._recipients(stored)
        yield from self._transfers("30(1)", "e", stored)
        yield self._letter("30(1)", "f", "art.retention")
        yield from self._retention(stored)
        yield from self._measures("30(1)", "g", stored)

    def _as_processor(self, stored: Json) -> Iterator[Block]:
        """Art. 30(2), (a) to (d), then what the record says beyond it of purposes, people and data."""
        yield self._letter("30(2)", "a", "art.processor")
        yield KeyValues((*self._who("sheet.processor"), *self._partners(stored)))
        yield self._table(
            "clients", stored, self._own_all("clients", {"party": 28, "contact": 28, "representative": 22, "dpo": 22})
        )
        yield self._letter("30(2)", "b", "art.processing")
        rows = stored.get("clients") or ()
        done = [(linked(row.get("party")), row.get("processing_categories") or "") for row in rows]
        missing = self._say.word("not_stated")
        yield (
            KeyValues(tuple((client or missing, what or missing) for client, what in done)) if done else self._missing()
        )
        yield from self._transfers("30(2)", "c", stored)
        yield from self._measures("30(2)", "d", stored)
        for name, widths in (("purposes", PURPOSES), ("people", PEOPLE), ("data", DATA)):
            if stored.get(name):
                yield Heading(self._say.field(name), level=3)
                yield self._table(name, stored, self._own_all(name, widths))
        if stored.get("data"):
            yield from self._retention(stored)
        if stored.get("recipients") or stored.get("processors"):
            yield from self._recipients(stored)

    # The pieces.

    def _letter(self, paragraph: str, letter: str, word: str) -> Heading:
        note = self._say.word("art.article", article=f"{paragraph}({letter})")
        return Heading(self._say.word(word), level=2, mark=f"({letter})", note=note)

    def _missing(self) -> Paragraph:
        return Paragraph(self._say.word("not_stated"), muted=True)

    def _who(self, word: str) -> Iterator[tuple[str, str]]:
        who, say = self._organisation, self._say.word
        country = self._say.code("countries", who.country)
        yield say(word), lines((who.name, who.address, country, who.email, who.phone)) or say("not_stated")
        for name, value in (
            ("cover.representative", who.representative),
            ("cover.dpo", lines((who.dpo_name, who.dpo_contact))),
        ):
            if value:
                yield say(name), value

    def _partners(self, stored: Json) -> Iterator[tuple[str, str]]:
        names = lines(linked(row.get("party")) for row in stored.get("joint_controllers") or ())
        if names or stored.get("role") == "joint":
            yield self._say.field("joint_controllers"), names or self._say.word("not_stated")

    def _recipients(self, stored: Json) -> Iterator[Block]:
        if stored.get("recipients_none"):
            yield Paragraph(self._say.word("sheet.no_recipient"))
        if stored.get("recipients") or not stored.get("recipients_none"):
            named = (self._say.field("recipients.name"), 30, lambda row: row.get("name") or linked(row.get("party")))
            rest = self._own_all("recipients", {"kind": 26, "country": 16, "use": 28})
            yield self._table("recipients", stored, [named, *rest])
        yield Heading(self._say.field("processors"), level=3)
        if stored.get("processors_none"):
            yield Paragraph(self._say.word("sheet.no_processor"))
        if stored.get("processors") or not stored.get("processors_none"):
            yield self._table(
                "processors", stored, self._own_all("processors", {"party": 30, "service": 40, "contract": 30})
            )

    def _transfers(self, paragraph: str, letter: str, stored: Json) -> Iterator[Block]:
        yield self._letter(paragraph, letter, "art.transfers")
        rows, outside = stored.get("transfers"), stored.get("outside_eea")
        if outside is False:
            yield Paragraph(self._say.word("sheet.no_transfer"))
        elif outside and not rows:
            yield Paragraph(self._say.word("sheet.untold_transfer"))
        if rows or outside is None:
            named = (
                self._say.field("transfers.recipient"),
                34,
                lambda row: row.get("recipient") or linked(row.get("party")),
            )
            yield self._table("transfers", stored, [named, *self._own_all("transfers", {"country": 24, "tool": 42})])

    def _retention(self, stored: Json) -> Iterator[Block]:
        say, phrases = self._say.word, self._phrases
        rows = stored.get("data") or ()
        said = any(phrases.active(row) or phrases.archive(row) or phrases.disposal(row) for row in rows)
        reason = stored.get("retention_absence")
        if reason:
            yield Paragraph(say("sheet.absence", reason=reason))
        if said or not reason:
            yield self._table("data", stored if said else {}, [
                (say("retention.category"), 30, lambda row: phrases.kind_and_label(row, "data_categories")),
                (say("retention.active"), 28, phrases.active),
                (say("retention.archive"), 24, phrases.archive),
                (say("retention.disposal"), 18, phrases.disposal),
            ])  # fmt: skip

    def _measures(self, paragraph: str, letter: str, stored: Json) -> Iterator[Block]:
        yield self._letter(paragraph, letter, "art.measures")
        reason = stored.get("measures_absence")
        if reason:
            yield Paragraph(self._say.word("sheet.absence", reason=reason))
        if stored.get("measures") or not reason:
            progress = (self._say.word("record.state"), 20, self._phrases.progress)
            yield self._table("measures", stored, [*self._own_all("measures", {"category": 30, "label": 50}), progress])

    def _further(self, stored: Json) -> Iterator[Block]:
        """Every answer that the letters have not shown, section by section."""
        for section, fields in SECTIONS.items():
            plain = [name for name in fields if specs_of(Activity)[name].kind != ROWS]
            blocks: list[Block] = []
            pairs = self._answered("", stored, [name for name in plain if name not in SHOWN[""]])
            if pairs:
                blocks.append(KeyValues(tuple(pairs)))
            for name in fields:
                if name == "systems" and stored.get(name):
                    blocks.append(self._table(name, stored, self._own_all(name, {"system": 40, "use": 60})))
                elif specs_of(Activity)[name].kind == ROWS:
                    blocks += self._further_rows(name, stored)
            if blocks:
                yield Heading(self._say.field(f"sections.{section}"), level=3)
                yield from blocks

    def _further_rows(self, name: str, stored: Json) -> Iterator[Block]:
        row_class = specs_of(Activity)[name].row
        if row_class is None:
            return
        has_a_letter = name != "clients" or stored.get("role") == "processor"
        shown = SHOWN.get(name, frozenset()) if has_a_letter else frozenset()
        rest = [s.name for s in specs_of(row_class).values() if s.kind != KEY and s.name not in shown]
        for number, row in enumerate(stored.get(name) or (), start=1):
            pairs = self._answered(name, row, rest)
            if pairs:
                title = shorten(self._title(name, row), 90, placeholder="…")
                yield Heading(f"{self._say.field(f'{name}.row')} {number} – {title}".rstrip(" –"), level=4)
                yield KeyValues(tuple(pairs))

    def _title(self, name: str, row: Json) -> str:
        titles: dict[str, Callable[[Json], str]] = {
            "purposes": lambda r: r.get("label") or "",
            "people": lambda r: self._phrases.kind_and_label(r, "data_subjects"),
            "data": lambda r: self._phrases.kind_and_label(r, "data_categories"),
            "recipients": self._phrases.recipient,
            "measures": lambda r: self._phrases.kind_and_label(r, "security_measures"),
            "transfers": lambda r: r.get("recipient") or linked(r.get("party")),
        }
        title: Callable[[Json], str] = titles.get(name, lambda r: linked(r.get("party")))
        return title(row)

    def _answered(self, name: str, part: Json, fields: tuple[str, ...] | list[str]) -> Pairs:
        prefix = f"{name}." if name else ""
        written = [(field, self._render[name, field](part.get(field))) for field in fields]
        return [(self._say.field(prefix + field), text) for field, text in written if text]

    def _own(self, name: str, field: str, width: int) -> Column:
        render = self._render[name, field]
        return self._say.field(f"{name}.{field}"), width, lambda row: render(row.get(field))

    def _own_all(self, name: str, widths: Mapping[str, int]) -> list[Column]:
        return [self._own(name, field, width) for field, width in widths.items()]

    def _table(self, name: str, stored: Json, columns: list[Column]) -> Block:
        """The rows of a list; columns that no row answers are left out, and a list without rows is said to be empty."""
        rows = stored.get(name) or ()
        if not rows:
            return self._missing()
        filled = [(heading, width, [fill(row) for row in rows]) for heading, width, fill in columns]
        kept = [column for index, column in enumerate(filled) if index == 0 or any(column[2])]
        room = sum(width for _, width, _ in kept)
        widths = [width * 100 // room for _, width, _ in kept[:-1]]
        return Table(
            tuple(heading for heading, _, _ in kept),
            (*widths, 100 - sum(widths)),
            tuple(zip(*(cells for _, _, cells in kept), strict=True)),
        )

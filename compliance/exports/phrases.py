"""How rows of a record are said in a line of words, the same in a cell and on paper."""

from collections.abc import Mapping
from typing import Any

from compliance.exports.lexicon import Lexicon, lines
from compliance.regulation.reference import reference

Json = Mapping[str, Any]


class Phrases:
    """The lines about rows, in the language of a lexicon. Rows are plain JSON, as they are stored."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._say = lexicon

    def kind_and_label(self, row: Json, vocabulary: str) -> str:
        """A row named by an entry of a list and by words of its author's: both, or the one there is."""
        kind, label = self._say.code(vocabulary, row.get("category") or ""), row.get("label") or ""
        return f"{kind} – {label}" if kind and label else kind or label

    def period(self, value: int | None, unit: str | None) -> str:
        """A number of days, weeks, months or years; nothing when either is missing."""
        return "" if value is None or not unit else self._say.count(f"period.{unit}", value)

    def active(self, row: Json) -> str:
        """How long data stay in daily use: period and start, or criterion, or else the words of the author."""
        period, start = self.period(row.get("active_value"), row.get("active_unit")), row.get("active_start")
        if period and start:
            period = self._say.word("retention.from", period=period, start=start)
        return lines((period, row.get("active_criterion") or "")) or row.get("retention_text") or start or ""

    def archive(self, row: Json) -> str:
        """The intermediate archive: period, reason, text that requires it."""
        return lines(
            (
                self.period(row.get("archive_value"), row.get("archive_unit")),
                self._say.code("archive_reasons", row.get("archive_reason") or ""),
                row.get("archive_reference") or "",
            )
        )

    def disposal(self, row: Json) -> str:
        """What becomes of the data in the end, and whether the system does it by itself."""
        fate = self._say.code("disposals", row.get("disposal") or "")
        return f"{fate} ({self._say.word('retention.automated')})" if fate and row.get("disposal_automated") else fate

    def data_and_retention(self, row: Json) -> str:
        """A category of data with its retention on one line."""
        archive = self.period(row.get("archive_value"), row.get("archive_unit"))
        phases = [
            self.active(row).replace("\n", ", "),
            f"{self._say.word('retention.archive')} {archive}" if archive else "",
            self.disposal(row),
        ]
        kept = self._say.word("and_then").join(phase for phase in phases if phase)
        return self._pair(self.kind_and_label(row, "data_categories"), kept)

    def is_sensitive(self, row: Json) -> bool:
        """Whether a category of data is of Art. 9 or Art. 10."""
        term = reference().term("data_categories", row.get("category") or "")
        if term is None:
            return False
        by_use = term.extra.get("special_when_identifying") and row.get("identifies_uniquely")
        return bool(term.extra.get("special") or term.extra.get("kind") == "criminal" or by_use)

    def recipient(self, row: Json) -> str:
        """A recipient by its name, or by its kind when it has none, with its country."""
        name = row.get("name") or linked(row.get("party")) or self._say.code("recipient_kinds", row.get("kind") or "")
        return self._with_country(name, row)

    def transfer(self, row: Json) -> str:
        """Who receives data outside the EEA, where, and what protects them there."""
        name = self._with_country(row.get("recipient") or linked(row.get("party")), row)
        return self._pair(name, self._say.code("transfer_tools", row.get("tool") or ""))

    def measure(self, row: Json) -> str:
        """A measure, and when it is only planned, that it is."""
        name = self.kind_and_label(row, "security_measures")
        return f"{name} ({self.progress(row)})" if row.get("in_place") is False else name

    def progress(self, row: Json) -> str:
        """Whether a measure is in place, or when it is due; nothing when nobody said."""
        if row.get("in_place"):
            return self._say.word("sheet.in_place")
        due = self._say.day(row.get("due_on") or "")
        if due:
            return self._say.word("sheet.planned", day=due)
        return self._say.word("sheet.planned_without_date") if row.get("in_place") is False else ""

    def _pair(self, name: str, value: str) -> str:
        return self._say.word("pair", name=name, value=value) if name and value else name or value

    def _with_country(self, name: str, row: Json) -> str:
        country = self._say.code("countries", row.get("country") or "")
        return f"{name} ({country})" if name and country else name or country


def linked(link: Json | None) -> str:
    """The name that a link keeps of another record."""
    return (link.get("name") or link["reference"]) if link else ""

"""Two people on one record: what each changed since the version both started from, put together field by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from compliance.support.documents import Json


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field that both changed, differently: what it was, what one typed, what the other kept."""

    path: str
    base: Any
    mine: Any
    theirs: Any


MINE, THEIRS = "mine", "theirs"


def merge(base: Json, mine: Json, theirs: Json, decided: Mapping[str, str]) -> tuple[Json, list[Conflict]]:
    """Mine laid upon theirs. Where both changed the same field, what the person `decided` for its path (mine or
    theirs) stands; where nothing is decided yet, theirs stands and the conflict is named.

    Lists of rows are merged row by row, by key. A row that one removed and the other changed is a conflict.
    """
    merger = _Merger(decided)
    merged = {name: merger.value(name, base.get(name), mine[name], theirs.get(name)) for name in mine}
    return merged, merger.conflicts


@dataclass
class _Merger:
    decided: Mapping[str, str]
    conflicts: list[Conflict] = field(default_factory=list)

    def value(self, path: str, base: Any, mine: Any, theirs: Any) -> Any:
        if mine in (base, theirs):
            return theirs
        if theirs == base:
            return mine
        if _is_rows(mine) and _is_rows(theirs):
            return self._rows(path, base or [], mine, theirs)
        return self._settle(path, base, mine, theirs)

    def _settle(self, path: str, base: Any, mine: Any, theirs: Any) -> Any:
        if path not in self.decided:
            self.conflicts.append(Conflict(path, base, mine, theirs))
        return mine if self.decided.get(path) == MINE else theirs

    def _rows(self, path: str, base: list[Json], mine: list[Json], theirs: list[Json]) -> list[Json]:
        was, ours, other = ({row["key"]: row for row in rows} for rows in (base, mine, theirs))
        rows = (
            self._row(f"{path}/{key}", was.get(key), ours.get(key), other.get(key))
            for key in [*ours, *(key for key in other if key not in ours)]
        )
        return [row for row in rows if row is not None]

    def _row(self, path: str, base: Json | None, mine: Json | None, theirs: Json | None) -> Json | None:
        if mine is not None and theirs is not None:
            was = base or {}
            return {n: self.value(f"{path}/{n}", was.get(n), v, theirs.get(n)) for n, v in mine.items()}
        if base is None or (mine or theirs) != base:  # added by one, or changed by one and removed by the other
            return (mine or theirs) if base is None else self._settle(path, base, mine, theirs)
        return None


def _is_rows(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) and "key" in item for item in value)

"""What was typed, as a draft keeps it: plain lists of texts by name, and what the row buttons do to them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from compliance.support.documents import new_key

Raw = dict[str, list[str]]

_KEY = re.compile(r"[A-Za-z0-9_-]{1,16}")
_BUTTON = re.compile(r"([A-Za-z0-9_]+):(?:(add)|([A-Za-z0-9_-]{1,16}):(remove|up|down))")
_LAST = 10**6


def row_keys(names: Iterable[str], rows: str) -> list[str]:
    """The keys of the rows of a list that are among these names, each once, in their order of appearance."""
    start = f"{rows}:"
    keys = (name.split(":", 2)[1] for name in names if name.startswith(start) and name.count(":") == 2)
    return [key for key in dict.fromkeys(keys) if _KEY.fullmatch(key)]


def place(typed: str) -> int:
    """The position a row asks for; one that cannot be read comes last."""
    return int(typed) if typed.isdecimal() and len(typed) < 7 else _LAST


def raw_of(sent: Any) -> Raw:
    """What was typed, from `request.form`: every list of values but the token and the buttons.

    A null character is left out: no person types one, and PostgreSQL refuses it.
    """
    return {
        name.replace("\0", ""): [value.replace("\0", "") for value in values]
        for name, values in sent.lists()
        if name != "csrf_token" and not _BUTTON.fullmatch(name)
    }


@dataclass(frozen=True, slots=True)
class RowAction:
    """What a row button asks for: add a row to a list, or remove or move the row of that key."""

    rows: str
    verb: str
    key: str

    @property
    def anchor(self) -> str:
        """The identifier on the page to come back to."""
        return f"f-{self.rows}" if self.verb == "remove" else f"row-{self.rows}-{self.key}"


def row_action(sent: Iterable[str]) -> RowAction | None:
    """The row button that was pressed, if one was; the key of a row to add is fresh."""
    for name in sent:
        if found := _BUTTON.fullmatch(name):
            rows, add, key, verb = found.groups()
            return RowAction(rows, add or verb, key or new_key())
    return None


def apply(raw: Mapping[str, list[str]], action: RowAction) -> Raw:
    """The typed fields after a row was added, removed or moved; all other words stay as they were typed."""
    start = f"{action.rows}:"
    keys = row_keys(raw, action.rows)
    keys.sort(key=lambda key: place((raw.get(f"{start}{key}:position") or [""])[0]))
    after = dict(raw)
    after.setdefault(f"{start}shown", [" ".join(keys)])
    if action.verb == "add":
        keys.append(action.key)
    elif action.verb == "remove":
        keys = [key for key in keys if key != action.key]
        after = {name: values for name, values in after.items() if not name.startswith(f"{start}{action.key}:")}
    elif action.key in keys:
        _move(keys, action.key, -1 if action.verb == "up" else 1)
    for number, key in enumerate(keys, 1):
        after[f"{start}{key}:position"] = [str(number)]
    return after


def _move(keys: list[str], key: str, step: int) -> None:
    here = keys.index(key)
    there = max(0, min(len(keys) - 1, here + step))
    keys[here], keys[there] = keys[there], keys[here]

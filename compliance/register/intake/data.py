"""The words the intake knows: headings, values, prompts and sentences, read once from the reference data."""

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from compliance.regulation.reference import DATA

_NEVER = "(?!)"


@functools.cache
def wording(name: str) -> Mapping[str, Any]:
    """One file of `data/intake`: headings, values, prompts or messages."""
    tree = tomllib.loads((DATA / "intake" / f"{name}.toml").read_text("utf-8"))
    tree.pop("meta", None)
    return MappingProxyType(tree)


@dataclass(frozen=True, slots=True)
class Forms:
    """Several regular expressions as one question. Those that hold at the beginning only are not tried elsewhere."""

    beginning: re.Pattern[str]
    anywhere: re.Pattern[str]

    def search(self, text: str) -> re.Match[str] | None:
        """The first match, if any."""
        return self.beginning.match(text) or self.anywhere.search(text)


@functools.cache
def pattern(name: str, *path: str) -> Forms:
    """A list of regular expressions of a file, without regard to case."""
    node: Any = wording(name)
    for step in path:
        node = node[step]
    starts = [form[1:] for form in node if form.startswith("^")]
    others = [form for form in node if not form.startswith("^")]
    return Forms(_any_of(starts), _any_of(others))


def _any_of(forms: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{form})" for form in forms) or _NEVER, re.IGNORECASE)

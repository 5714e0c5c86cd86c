"""Roles and what they grant, read from `roles.toml`."""

import functools
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from compliance.support.permissions import Permission

ADMINISTRATOR, CONTROLLER, DPO, LEGAL, DEPARTMENT_HEAD, CONTRIBUTOR, NAMED, AUDITOR = (
    "administrator", "controller", "dpo", "legal", "department_head", "contributor", "named", "auditor",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Role:
    """A role: its words in both languages, what it may do, whether it is given for a branch of departments."""

    code: str
    label: Mapping[str, str]
    about: Mapping[str, str]
    grants: frozenset[Permission]
    branch: bool


@functools.cache
def roles() -> Mapping[str, Role]:
    """All roles by code, in the order of the file."""
    raw = tomllib.loads(Path(__file__).with_name("roles.toml").read_text("utf-8"))
    return {
        code: Role(
            code,
            {"en": entry["en"], "fr": entry["fr"]},
            {"en": entry["about_en"], "fr": entry["about_fr"]},
            frozenset(Permission(word) for word in entry["grants"]),
            entry.get("branch", False),
        )
        for code, entry in raw.items()
    }


def granted(codes: Iterable[str]) -> frozenset[str]:
    """Everything that these roles together may do."""
    return frozenset(str(word) for code in codes for word in roles()[code].grants)

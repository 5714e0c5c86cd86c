"""The blueprint of the house, and what its pages share."""

from typing import Any

from flask import Blueprint, g

from compliance.accounts import services
from compliance.accounts.roles import roles
from compliance.accounts.vocabulary import Vocabulary
from compliance.support.i18n import LANGUAGES, NAMES, language_now

bp = Blueprint("accounts", __name__)

#: Where the settings of an organisation are.
SETTINGS = "/o/<organisation>/settings"

Entries = list[tuple[str, str, str, bool]]


def vocabulary() -> Vocabulary:
    """The reference lists, for this request."""
    if "vocabulary" not in g:
        g.vocabulary = Vocabulary(language_now())
    made: Vocabulary = g.vocabulary
    return made


def all_departments() -> list[Any]:
    """The departments, in use or not, for this request: what is told of the past names both."""
    if "all_departments" not in g:
        g.all_departments = [*services.departments(), *services.archived_departments()]
    found: list[Any] = g.all_departments
    return found


def role_entries() -> Entries:
    """The roles to choose from, each with what it does."""
    language = language_now()
    return [(r.code, f"{r.label[language]} – {r.about[language]}", "", False) for r in roles().values()]


def department_entries() -> Entries:
    """The departments to choose from."""
    return [(d.reference, d.name, "", False) for d in services.departments()]


def language_entries() -> Entries:
    """The languages of the interface, each in its own."""
    return [(code, NAMES[code], "", False) for code in LANGUAGES]

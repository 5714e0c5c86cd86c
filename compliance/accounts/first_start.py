"""The first start: a one-time code shown in the terminal, so that only who runs the program can begin."""

import secrets
from pathlib import Path

from flask import current_app
from sqlalchemy import select

from compliance.accounts import services
from compliance.accounts.models import Organisation, Person
from compliance.accounts.roles import ADMINISTRATOR, DPO
from compliance.records.actor import system
from compliance.support.db import db
from compliance.support.errors import RuleBroken
from compliance.support.i18n import _, language_now


def _kept() -> Path:
    path: Path = current_app.config["SETTINGS"].var_dir / "keys" / "first-start"
    return path


def is_needed() -> bool:
    """Whether nobody has begun yet; the people of a sample organisation do not count."""
    chosen = select(Person.id).where(Person.is_operator).limit(1)
    return db.session.scalar(chosen) is None


def code_to_print() -> str:
    """The code to show in the terminal; empty when somebody has begun."""
    if not is_needed():
        return ""
    if not _kept().exists():
        _kept().parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _kept().touch(mode=0o600)
        _kept().write_text("-".join(secrets.token_hex(2) for _part in range(3)), "utf-8")
    return _kept().read_text("utf-8")


def begin(organisation: str, name: str, email: str, password: str, code: str) -> tuple[Person, Organisation]:
    """Create the first person and their organisation: operator of the installation, administrator and DPO there."""
    if not is_needed():
        raise RuleBroken(_("Somebody has already begun here: sign in, or ask them to let you in."))
    if not secrets.compare_digest(code.strip().encode(), code_to_print().encode()):
        raise RuleBroken(_("This is not the code that the terminal shows."), field="code")
    if services.person_by_email(email):
        raise RuleBroken(_("This address is already used."), field="email")
    person = services.create_person(email, name, password=password, language=language_now(), operator=True)
    made = services.create_organisation(organisation, actor=system(None, name), language=language_now())
    founder = system(made.id, name)
    for role in (ADMINISTRATOR, DPO):
        services.give_role(person, role, actor=founder)
    _kept().unlink(missing_ok=True)
    return person, made

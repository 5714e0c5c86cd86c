"""Telling what falls due from the command line: now, or as it would be at another moment."""

import contextlib
import datetime
import json
from typing import Any
from zoneinfo import ZoneInfo

import click

from compliance.accounts import services as accounts
from compliance.accounts.models import Organisation
from compliance.cli.common import in_one_transaction, sentence
from compliance.reminders import services
from compliance.reminders.services import Found
from compliance.support import clock
from compliance.support.db import enter
from compliance.support.i18n import speak

#: When only a day is given: the hour from which letters leave is over.
NOON = datetime.time(12)


@click.group()
def reminders() -> None:
    """What falls due, and the letters about it."""


@reminders.command("sweep")
@click.option("--organisation", "slug", metavar="SLUG", help="Only this one; otherwise all.")
@click.option("--now", "moment", metavar="ISO", help="As it would be on that day, or at that moment.")
@click.option("--dry-run", is_flag=True, help="Say what would be told, and tell nobody.")
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@in_one_transaction
def sweep(slug: str | None, moment: str | None, *, dry_run: bool, as_json: bool) -> None:
    """Tell what has come due, as the scheduler does each morning; what was told before is not told again."""
    chosen = [accounts.organisation_by_slug(slug)] if slug else list(accounts.organisations())
    whole = Found()
    for organisation in chosen:
        with clock.frozen(_moment(moment, organisation)) if moment else contextlib.nullcontext():
            found = _sweep(organisation, dry_run=dry_run)
        whole.due += found.due
        whole.letters += found.letters
        whole.escalated += found.escalated
        whole.suppressed += found.suppressed
    if as_json:
        click.echo(json.dumps(whole.as_json(), ensure_ascii=False, indent=2))
    else:
        _tell(whole.as_json(), dry_run=dry_run)


def _sweep(organisation: Organisation, *, dry_run: bool) -> Found:
    enter(organisation.id)
    speak(organisation.language)
    return services.sweep(dry_run=dry_run)


def _moment(text: str, organisation: Organisation) -> datetime.datetime:
    """The moment that was given, where the organisation is; of a day alone, its noon."""
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise sentence("--now must look like 2026-11-23 or 2026-11-23T09:00.") from None
    if len(text) <= len("2026-11-23"):
        found = datetime.datetime.combine(found, NOON)
    return found if found.tzinfo else found.replace(tzinfo=ZoneInfo(organisation.zone))


def _tell(found: dict[str, Any], *, dry_run: bool) -> None:
    letters = found["letters"]
    for letter in letters:
        click.echo(f"{letter['to']}: {letter['subject']}")
    for reason in found["suppressed"]:
        click.echo(f"Not told, {reason['reason']}: {reason['number']}")
    verb = "would be told in" if dry_run else "told in"
    click.echo(f"{found['due']} due, {verb} {len(letters)} letter(s); {found['escalated']} escalated.")

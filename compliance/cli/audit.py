"""Checking the history from the command line."""

import sys

import click

from compliance.accounts import services as accounts
from compliance.cli.common import in_one_transaction
from compliance.records import chain, verifying
from compliance.support.db import reading


@click.group()
def audit() -> None:
    """The history and its chain."""


@audit.command("verify")
@click.option("--organisation", "slug", metavar="SLUG", help="Only this one; otherwise all, and the installation.")
@in_one_transaction
def verify(slug: str | None) -> None:
    """Walk the chains from their first link; name the first that does not hold, and exit with 1."""
    reading.set(True)  # a long walk keeps nobody from writing
    chosen = [accounts.organisation_by_slug(slug)] if slug else list(accounts.organisations())
    names = {organisation.id: organisation.slug for organisation in chosen}
    if not slug:
        names[chain.INSTALLATION] = "(installation)"
    broken = False
    for number, name in sorted(names.items()):
        verdict = verifying.verify(number)
        if verdict.broken_at is None:
            click.echo(f"{name}: {verdict.links} links hold; head {verdict.head[:16] or 'empty'}")
        else:
            broken = True
            click.echo(f"{name}: broken at link {verdict.broken_at}: {verdict.why}", err=True)
    if broken:
        sys.exit(1)

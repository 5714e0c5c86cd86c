"""Filling an installation with an organisation to try things on."""

import time

import click
from flask.cli import with_appcontext

from compliance.sample import explore, large
from compliance.support import transactions


@click.group()
def sample() -> None:
    """Organisations to try things on."""


@sample.command("load")
@click.option("--records", type=click.IntRange(1, 1_000_000), default=10_000, show_default=True, help="How many.")
@click.option("--organisation-name", "name", default="", help="Its name; an invented one without it.")
@with_appcontext
def load(records: int, name: str) -> None:
    """Add an organisation with that many records, their history, and the parties and people they name."""
    started = time.monotonic()
    with click.progressbar(length=records, label="Records") as bar:
        made = large.load(records, name=name, told=lambda done: bar.update(done - bar.pos))
    click.echo(f"{made.slug}: {records} records in {time.monotonic() - started:.0f} s")


@sample.command("explore")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@with_appcontext
def explore_sample(language: str) -> None:
    """Add the small sample organisation that the sample entrance opens, unless there is one."""
    made = explore.ensure_sample(language)
    transactions.commit()
    click.echo(made.slug if made else "There is a sample organisation already.")

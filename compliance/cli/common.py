"""What commands share: which organisation is meant, and refusals as plain sentences with exit code 2."""

import functools
from collections.abc import Callable
from typing import Any

import click
from flask.cli import with_appcontext

from compliance.accounts import services as accounts
from compliance.accounts.models import Organisation
from compliance.records.actor import Actor, system
from compliance.support import transactions
from compliance.support.db import enter
from compliance.support.errors import Refusal


class Sentence(click.ClickException):
    """A refusal: the sentence on the error stream, no usage text around it."""

    exit_code = 2


def sentence(message: str) -> Sentence:
    """A refusal in words; the command ends with 2."""
    return Sentence(message)


def in_one_transaction(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command as a request is run: kept whole, or not at all."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            answer = command(*args, **kwargs)
            transactions.commit()
        except Refusal as refusal:
            transactions.rollback()
            raise sentence(str(refusal.message)) from refusal
        return answer

    return with_appcontext(run)


def choose(slug: str | None) -> Organisation:
    """The organisation meant: the one named or, when there is but one, that one. The session enters it."""
    if slug:
        organisation = accounts.organisation_by_slug(slug)
    else:
        everything = accounts.organisations()
        if len(everything) != 1:
            names = ", ".join(o.slug for o in everything) or "none yet"
            raise sentence(f"Say which organisation with --organisation SLUG ({names}).")
        organisation = everything[0]
    enter(organisation.id)
    return organisation


def operator_in(organisation: Organisation) -> Actor:
    """Who the journal says acted when a command did."""
    return system(organisation.id, "command line")


organisation_option = click.option("--organisation", "slug", metavar="SLUG", help="Needed when there are several.")

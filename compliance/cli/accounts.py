"""Organisations and people from the command line."""

import click
from flask import current_app

from compliance.accounts import services as accounts
from compliance.accounts.roles import roles
from compliance.cli.common import choose, in_one_transaction, operator_in, organisation_option, sentence
from compliance.records.actor import Actor, system
from compliance.support import web


@click.group()
def organisation() -> None:
    """Organisations of this installation."""


@organisation.command("create")
@click.argument("name")
@click.option("--slug", default="", help="The short name used in addresses.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@in_one_transaction
def create_organisation(name: str, slug: str, language: str) -> None:
    """Add an organisation with an empty register."""
    made = accounts.create_organisation(name, actor=system(None, "command line"), short=slug, language=language)
    click.echo(made.slug)


@organisation.command("list")
@in_one_transaction
def list_organisations() -> None:
    """Print the organisations, one a line."""
    for one in accounts.organisations():
        click.echo(f"{one.slug}\t{one.name}")


@click.group()
def user() -> None:
    """People who sign in."""


@user.command("create")
@click.argument("email")
@click.option("--role", "role_names", multiple=True, required=True, type=click.Choice(list(roles())))
@click.option("--name", default="", help="Their name; the address without it.")
@click.option("--department", default="", help="For a department head or a contributor: the department's reference.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, envvar="NEW_USER_PASSWORD")
@organisation_option
@in_one_transaction
def create_user(
    email: str, role_names: tuple[str, ...], name: str, department: str, password: str, slug: str | None
) -> None:
    """Add a person with one or several roles in an organisation."""
    if len(password) < 12:
        raise sentence("The password must have at least 12 characters.")
    place = choose(slug)
    person = accounts.person_by_email(email) or accounts.create_person(email, name or email, password=password)
    for role in role_names:
        accounts.give_role(person, role, actor=operator_in(place), department=department)
    click.echo(person.email)


@user.command("link")
@click.argument("email")
@in_one_transaction
def link(email: str) -> None:
    """Print a link by which a person sets a new password: for somebody locked out. It works once, for seven days.

    It ends every earlier link and every session of theirs.
    """
    person = accounts.person_by_email(email)
    if person is None or not person.active:
        raise sentence("Nobody signs in with this address.")
    token = accounts.make_link(
        person, key=current_app.config["SECRET_KEY"], actor=Actor(None, "command line", is_operator=True)
    )
    click.echo(web.address_of("accounts.join", token=token))

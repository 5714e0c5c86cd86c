"""Starting everything: the embedded database brought up to date, then web, worker and scheduler."""

import sys

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from compliance.accounts import first_start
from compliance.sample.explore import ensure_sample
from compliance.support import supervisor
from compliance.support.db import db
from compliance.support.errors import MisconfiguredError
from compliance.support.transactions import commit


@click.command("serve")
@with_appcontext
def serve() -> None:
    """Bring the database up to date, then run web, worker and scheduler until Ctrl+C."""
    settings = current_app.config["SETTINGS"]
    try:
        supervisor.refuse_taken_port(settings.port)
    except MisconfiguredError as error:
        raise click.ClickException(str(error)) from error
    upgrade()
    if settings.sample_entrance and ensure_sample() is not None:
        commit()
    if code := first_start.code_to_print():
        click.echo(f"To create the first administrator, this code will be asked for: {code}")
    db.session.remove()
    db.engine.dispose()
    children = supervisor.programs(current_app._get_current_object(), settings.port, settings.var_dir)  # type: ignore[attr-defined]
    supervisor.settle()
    sys.exit(supervisor.supervise(children, port=settings.port))

"""The flask commands, one module a family."""

from flask import Flask

from compliance.cli import accounts, audit, exchange, register, reminders, sample, serve


def init_app(app: Flask) -> None:
    """Give the commands to `flask`."""
    register.register.add_command(exchange.import_register)
    register.register.add_command(exchange.export_register)
    for command in (
        serve.serve,
        accounts.organisation,
        accounts.user,
        audit.audit,
        register.register,
        reminders.reminders,
        sample.sample,
    ):
        app.cli.add_command(command)

"""What reminders do while nobody watches."""

from celery import Celery
from flask import Flask

from compliance.accounts import services as accounts
from compliance.reminders import services


def sweep() -> None:
    """Tell what has come due in every organisation whose morning has come."""
    for _organisation in accounts.visit_each():
        services.sweep()


def init_app(app: Flask) -> None:
    """Give the tasks their names."""
    celery: Celery = app.extensions["celery"]
    celery.task(name="reminders.sweep")(sweep)

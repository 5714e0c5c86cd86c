"""What the register does while nobody watches."""

from typing import Any

from celery import Celery
from flask import Flask

from compliance.accounts import services as accounts
from compliance.register.services import importing, xray
from compliance.support import jobs


@jobs.work("import")
def apply_import(
    *, token: str, person: int, language: str, organisation_id: int, progress: jobs.Progress
) -> dict[str, Any]:
    """Apply an import in batches, each kept with its progress: an interrupted one goes on where it stopped."""
    actor = accounts.actor_of(person, organisation_id, language)
    importing.apply_for(token, actor=actor, progress=progress)
    return {"token": token}


def examine() -> None:
    """Examine every record of every organisation again: some findings come with time alone."""
    for _organisation in accounts.visit_each():
        xray.examine_again()


def init_app(app: Flask) -> None:
    """Give the tasks their names."""
    celery: Celery = app.extensions["celery"]
    celery.task(name="register.examine")(examine)

"""Exports that take longer than a person waits, and the end of files that nobody keeps."""

from typing import Any

from celery import Celery
from flask import Flask

from compliance.accounts import services as accounts
from compliance.exports import services
from compliance.support import jobs


@jobs.work("export", reads=True)
def export(
    *, wish: dict[str, Any], person: int, language: str, organisation_id: int, progress: jobs.Progress
) -> dict[str, Any]:
    """Build the export that was asked for."""
    actor = accounts.actor_of(person, organisation_id, language)
    return services.build_for(services.Wish(**wish), actor=actor, progress=progress)


def purge() -> None:
    """Drop the files whose time is over, in every organisation, and those that no organisation names."""
    for _organisation in accounts.visit_each():
        services.purge()
    services.drop_orphans()


def init_app(app: Flask) -> None:
    """Give the tasks their names."""
    celery: Celery = app.extensions["celery"]
    celery.task(name="exports.purge")(purge)

"""What is done for organisations while nobody watches: sealing what was read, walking long chains."""

from dataclasses import asdict
from typing import Any

from celery import Celery
from flask import Flask

from compliance.accounts import services
from compliance.records import access, verifying
from compliance.records.chain import INSTALLATION
from compliance.support import jobs


@jobs.work("verify", reads=True)
def verify(*, organisation_id: int | None, progress: jobs.Progress) -> dict[str, Any]:
    """Walk the chain of an organisation, or the installation's, to its end; the result is the verdict."""
    return asdict(verifying.verify(organisation_id or INSTALLATION, progress))


def seal() -> None:
    """Seal the days of the access log that are over into each organisation's chain."""
    for organisation in services.visit_each():
        access.seal(organisation.id)


def init_app(app: Flask) -> None:
    """Give the tasks their names."""
    celery: Celery = app.extensions["celery"]
    celery.task(name="accounts.seal")(seal)

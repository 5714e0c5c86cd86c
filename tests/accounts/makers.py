"""What the tests of accounts share: a password, a sign-in as people do it, a sample organisation."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from compliance.accounts import services
from compliance.accounts.models import Organisation
from compliance.accounts.roles import AUDITOR, DEPARTMENT_HEAD, DPO
from compliance.records.actor import system
from compliance.support import transactions
from tests.helpers.client import PageClient

PASSWORD = "a sentence to remember"


def sign_in(client: PageClient, email: str, password: str = PASSWORD) -> TestResponse:
    """Sign in on the page of sign-in, as people do."""
    form = client.page("/sign-in").form()
    return client.post("/sign-in", data={**form, "email": email, "password": password})


def sample_organisation(roles: tuple[str, ...] = (DPO, DEPARTMENT_HEAD, AUDITOR)) -> Organisation:
    """A sample organisation with one person in each of these roles."""
    made = services.create_organisation("Sample", actor=system(None, "tests"), language="en", sample=True)
    place = services.save_department("Human resources", actor=system(made.id)).reference
    for role in roles:
        person = services.create_person(f"{role}@sample.example", f"Sample {role}")
        services.give_role(person, role, actor=system(made.id), department=place if role == DEPARTMENT_HEAD else "")
    transactions.commit()
    return made


@contextmanager
def with_settings(app: Flask, **changes: Any) -> Iterator[None]:
    """The application with other settings for a while."""
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = dataclasses.replace(before, **changes)
    try:
        yield
    finally:
        app.config["SETTINGS"] = before

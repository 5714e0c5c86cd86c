"""`flask user link`: the operator's way to let somebody in again."""

from urllib.parse import urlsplit

import pytest
from click.testing import Result
from flask import Flask

from compliance.accounts import services
from compliance.records.actor import system
from compliance.support import transactions
from tests.accounts.makers import PASSWORD, sample_organisation, sign_in, with_settings
from tests.helpers.client import PageClient
from tests.helpers.makers import make_organisation, make_person


def command(context: Flask, email: str) -> Result:
    with with_settings(context, public_url="https://register.example.eu/"):
        return context.test_cli_runner().invoke(args=["user", "link", email])


@pytest.mark.database
def test_who_works_in_several_organisations_and_is_locked_out_gets_in_again(context: Flask, client: PageClient) -> None:
    person = make_person("dpo", organisation=make_organisation("First"), password=PASSWORD)
    services.give_role(person, "dpo", actor=system(make_organisation("Second").id))
    transactions.commit()
    email = person.email

    done = command(context, email.upper())
    assert (done.exit_code, done.output[:33]) == (0, "https://register.example.eu/join/")
    page = client.page(urlsplit(done.output.strip()).path)
    form = page.form()
    new = dict.fromkeys(("password", "repeated"), "another sentence to remember")
    client.send(urlsplit(done.output.strip()).path, {**form, **new})

    assert sign_in(context.test_client(), email, "another sentence to remember").status_code == 302
    entry = next(entry for entry in services.installation_journal() if entry.tag == "person:link")
    assert email not in f"{entry.subject}{entry.details}", "the installation's chain holds no address"


def test_nobody_is_told_so(context: Flask) -> None:
    done = command(context, "nobody@chene.example")
    assert done.exit_code == 2
    assert "Nobody signs in with this address." in done.output


def test_the_people_of_the_sample_get_none(context: Flask) -> None:
    sample_organisation()
    done = command(context, "dpo@sample.example")
    assert done.exit_code == 2
    assert "/join/" not in done.output

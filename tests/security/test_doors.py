"""Ways in that nobody meant: tokens in addresses, cookies that outlive the sign-in, proxies, files that others read."""

import os
import stat
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from compliance.accounts.models import Person
from compliance.app import create_app
from compliance.support.db import db
from tests.accounts.makers import PASSWORD, sample_organisation, with_settings
from tests.helpers.application import SECRET
from tests.helpers.client import PageClient
from tests.helpers.makers import make_organisation, make_person


def test_a_token_in_an_address_or_a_header_is_nobody(context: Flask, client: PageClient) -> None:
    person = make_person("dpo", organisation=make_organisation("House"), password=PASSWORD)
    token = str(person.get_auth_token())

    assert client.get(f"/o/house/register/?auth_token={token}").status_code == 302
    assert client.get("/o/house/register/", headers={"Authentication-Token": token}).status_code in (302, 401)


def test_no_cookie_outlives_the_sign_in(context: Flask, client: PageClient) -> None:
    person = make_person("dpo", organisation=make_organisation("House"), password=PASSWORD)
    form = client.page("/sign-in").form()
    answer = client.post("/sign-in", data={**form, "email": person.email, "password": PASSWORD, "remember": "y"})

    assert answer.status_code == 302
    assert [cookie.split("=")[0] for cookie in answer.headers.getlist("Set-Cookie")] == ["session"]


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via", "X-Forwarded-Proto"])
def test_the_sample_is_closed_to_whoever_comes_by_a_proxy(name: str, context: Flask, client: PageClient) -> None:
    sample_organisation()
    with with_settings(client.application, sample_entrance=True):
        form = client.page("/").form("/sample/dpo")
        assert client.post("/sample/dpo", data=form, headers={name: "198.51.100.7"}).status_code == 403


def test_the_sample_is_closed_under_a_name_that_is_not_this_machine(context: Flask, client: PageClient) -> None:
    sample_organisation()
    with with_settings(client.application, sample_entrance=True):
        assert b"/sample/dpo" in client.get("/").data
        assert b"/sample/dpo" not in client.get("/", base_url="http://elsewhere.example").data


@pytest.mark.skipif(os.name != "posix", reason="rights of files are told otherwise there")
def test_nobody_else_on_the_machine_reads_what_the_installation_keeps(tmp_path: Path) -> None:
    create_app({"ENVIRONMENT": "test", "VAR_DIR": str(tmp_path / "var"), "SECRET_KEY": SECRET})
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_what_people_typed_is_not_written_in_the_log_of_a_failure(context: Flask) -> None:
    with pytest.raises(StatementError) as failure:
        db.session.scalar(select(Person).where(Person.email == {"a secret": 1}))
    assert "a secret" not in str(failure.value)
    db.session.rollback()


def test_guesses_from_all_addresses_of_one_line_are_counted_together(client: PageClient) -> None:
    with with_settings(client.application, environment="local", sign_in_limit="3 per hour"):
        form = client.page("/sign-in").form()
        typed = {**form, "email": "nobody@chene.example", "password": PASSWORD}
        answers = [
            client.post("/sign-in", data=typed, environ_base={"REMOTE_ADDR": f"2001:db8:1:2::{n}"}).status_code
            for n in range(1, 6)
        ]
    assert answers == [200, 200, 200, 429, 429]


def test_short_addresses_are_counted_apart_however_they_are_written(client: PageClient) -> None:
    with with_settings(client.application, environment="local", sign_in_limit="1 per hour"):
        form = client.page("/sign-in").form()
        typed = {**form, "email": "nobody@chene.example", "password": PASSWORD}
        for address in ("::ffff:192.0.2.1", "::ffff:192.0.2.2", "198.51.100.1", "198.51.100.2"):
            assert client.post("/sign-in", data=typed, environ_base={"REMOTE_ADDR": address}).status_code == 200

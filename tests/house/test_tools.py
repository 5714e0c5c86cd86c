"""The tools of the tests are tried too: a fresh database, queries counted, the clock held, the network shut."""

import datetime
import socket

import pytest
from flask import Flask
from pytest_socket import SocketConnectBlockedError
from sqlalchemy import func, select

from compliance.accounts.models import Organisation
from compliance.support import clock
from compliance.support.db import across_organisations, db
from tests.helpers.client import PageClient
from tests.helpers.database import count_queries
from tests.helpers.makers import actor_of, make_organisation, make_person, make_record
from tests.helpers.services import chromium as chromium_path


@pytest.mark.database
@pytest.mark.parametrize("time", ["first", "second"])
def test_nothing_is_left_of_the_test_before(time: str, context: Flask) -> None:
    with across_organisations():
        assert db.session.scalar(select(func.count()).select_from(Organisation)) == 0
    make_organisation()


@pytest.mark.database
def test_queries_are_counted_without_those_of_the_transaction(context: Flask) -> None:
    with count_queries() as statements:
        db.session.scalar(select(func.count()).select_from(Organisation))
        db.session.commit()
    assert len(statements) == 1


@pytest.mark.database
def test_what_a_test_has_written_is_seen_by_requests(context: Flask, client: PageClient) -> None:
    organisation = make_organisation()
    client.sign_in(make_person("dpo", organisation=organisation))
    client.checks = False
    assert client.get(f"/o/{organisation.slug}/register/nothing/").status_code == 404
    assert client.get("/o/somewhere/register/").status_code == 404


@pytest.mark.database
def test_makers_make_records_that_their_actor_sees(context: Flask) -> None:
    organisation = make_organisation()
    record = make_record(name="Payroll")
    actor = actor_of(make_person("dpo", organisation=organisation), organisation)
    assert (record.name, record.state, actor.can("register:write")) == ("Payroll", "draft", True)


def test_the_clock_stands_still(morning: datetime.datetime) -> None:
    assert clock.now() == morning
    assert clock.today() == datetime.date(2026, 11, 23)


def test_the_network_is_out_of_reach() -> None:
    with socket.socket() as outside, pytest.raises((SocketConnectBlockedError, UserWarning), match="allowed"):
        outside.connect(("192.0.2.1", 80))


@pytest.mark.redis
def test_redis_starts_empty(redis_url: str) -> None:
    assert redis_url.startswith("redis://")


@pytest.mark.browser
def test_the_browser_opens_a_page_of_the_served_application(site: object, chromium: object) -> None:
    page = chromium.new_page()  # type: ignore[attr-defined]
    try:
        answer = page.goto(site.address + "/health")  # type: ignore[attr-defined]
        assert answer.status == 200
    finally:
        page.close()
    assert chromium_path()

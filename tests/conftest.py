"""What every test can ask for: an application on a fresh database, a critical client, a still clock, a browser.

The application is imported only by the tests that ask for it: pure rules start without.
"""

import datetime
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
import redis

from compliance.support import clock
from tests.helpers import services

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser

    from tests.helpers.application import Applications
    from tests.helpers.browser import Site
    from tests.helpers.client import PageClient

#: The morning on which the journeys of the product begin.
MORNING = datetime.datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Europe/Paris"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test marked `database` runs on both databases, any other that needs the application on the embedded one."""
    if "engine" in metafunc.fixturenames:
        both = metafunc.definition.get_closest_marker("database") is not None
        cases = [pytest.param("sqlite", id="sqlite" if both else pytest.HIDDEN_PARAM)]
        if both:
            cases.append(pytest.param("postgresql", marks=pytest.mark.postgres, id="postgresql"))
        metafunc.parametrize("engine", cases, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that share one server run one after another, in the same worker."""
    for item in items:
        for name in ("browser", "redis"):
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.xdist_group(name))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The last words of a run: what was not run, and why."""
    reasons: dict[str, int] = {}
    for report in terminalreporter.stats.get("skipped", []):
        words = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
        reason = words.removeprefix("Skipped: ")
        reasons[reason] = reasons.get(reason, 0) + 1
    if reasons:
        terminalreporter.write_sep("=", "not run")
    for reason, number in sorted(reasons.items()):
        terminalreporter.write_line(f"{number} test{'s' if number > 1 else ''} not run: {reason}")


@pytest.fixture(scope="session")
def applications(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Applications"]:
    """Applications by database."""
    from tests.helpers.application import Applications

    applications = Applications(tmp_path_factory.mktemp("var"))
    yield applications
    applications.at_the_end.close()


@pytest.fixture
def engine(request: pytest.FixtureRequest) -> str:
    """The database of this test."""
    if request.param == "postgresql":
        services.need(services.missing_postgresql())
    return str(request.param)


@pytest.fixture
def app(engine: str, applications: "Applications") -> "Flask":
    """The application, its database as the migrations left it."""
    return applications.fresh(engine)


@pytest.fixture
def context(app: "Flask") -> Iterator["Flask"]:
    """The application with a context of its own, for tests that call services; requests do not share it."""
    with app.app_context():
        yield app


@pytest.fixture
def client(app: "Flask") -> "PageClient":
    """A client that checks each page it fetches."""
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture
def morning() -> Iterator[datetime.datetime]:
    """The clock stands still on Monday 23 November 2026, nine o'clock in Paris."""
    with clock.frozen(MORNING):
        yield MORNING


@pytest.fixture
def redis_url() -> Iterator[str]:
    """A Redis server whose test database is empty."""
    services.need(services.missing_redis())
    server = redis.Redis.from_url(services.REDIS)
    server.flushdb()
    yield services.REDIS
    server.flushdb()
    server.close()


@pytest.fixture
def site(app: "Flask") -> Iterator["Site"]:
    """The application served on a port of this machine."""
    from tests.helpers.browser import served

    with served(app) as site:
        yield site


@pytest.fixture(scope="session")
def chromium() -> Iterator["Browser"]:
    """One browser for the whole run; `chromium.new_page()` gives a test its own."""
    services.need(services.missing_browser())
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=services.chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()

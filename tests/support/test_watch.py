"""A worker whose line to the broker is dead ends, so that whoever started it starts it again; one at work does not."""

import time
from types import SimpleNamespace

import pytest
from celery.worker import state

from compliance.support import celery
from compliance.support.celery import DEAF_AFTER, Watch


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """A watch whose seconds pass as the test says."""
    monkeypatch.setattr(state, "should_stop", None)
    monkeypatch.setattr(state, "total_count", {"jobs.sweep": 1})
    monkeypatch.setattr(state, "active_requests", set())
    timer = SimpleNamespace(call_repeatedly=lambda _seconds, _look: None)
    made = Watch(SimpleNamespace(timer=timer))
    made.start(SimpleNamespace(timer=timer))
    made.look()
    return made


def pass_by(seconds: float, monkeypatch: pytest.MonkeyPatch) -> None:
    real = time.monotonic()
    monkeypatch.setattr(celery, "time", SimpleNamespace(monotonic=lambda: real + seconds))


def test_a_worker_that_hears_nothing_ends(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    pass_by(DEAF_AFTER - 1, monkeypatch)
    watch.look()
    assert state.should_stop is None
    pass_by(DEAF_AFTER + 2, monkeypatch)
    watch.look()
    assert state.should_stop == 1


def test_a_worker_that_is_rung_or_at_work_goes_on(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    state.total_count["jobs.sweep"] = 2
    pass_by(DEAF_AFTER + 2, monkeypatch)
    watch.look()
    assert state.should_stop is None
    state.active_requests.add("a long export")
    pass_by(3 * DEAF_AFTER, monkeypatch)
    watch.look()
    assert state.should_stop is None

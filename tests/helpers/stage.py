"""Trente as one command starts it, but with two workers and two schedulers, all in a hurry: for tests that kill them.

Run as a program with the settings in the environment; leaves the process ids of what it starts in `VAR_DIR/pids`.
"""

import datetime
import os
import sys
from collections.abc import Callable
from pathlib import Path

from compliance.support import clock

OFFSET, QUEUE = "STAGE_OFFSET", "STAGE_QUEUE"
#: How soon a dead worker's work is anybody's, and how often schedulers ring.
LEASE, TICK = datetime.timedelta(seconds=4), 0.5
#: After how many seconds without a ring a worker is started again.
DEAF = 4.0


def main() -> int:
    """Start everything; ends when it is told to."""
    real, offset = clock.now, datetime.timedelta(seconds=float(os.environ[OFFSET]))
    clock.now = lambda: real() + offset  # before anybody takes it by name: on the stage it is a working morning
    from compliance.app import create_app
    from compliance.support import celery as bell
    from compliance.support import jobs, post, supervisor

    jobs.LEASE = LEASE
    bell.DEAF_AFTER = DEAF
    post._longest = lambda _server: LEASE
    app = create_app(os.environ)
    celery = app.extensions["celery"]
    celery.conf.task_default_queue = os.environ.get(QUEUE, "celery")
    celery.conf.beat_schedule = {
        name: {"task": name, "schedule": TICK} for name in ("jobs.sweep", "reminders.sweep")
    }  # fmt: skip
    settings = app.config["SETTINGS"]
    web, worker, scheduler = supervisor.programs(app, settings.port, settings.var_dir)
    pids = settings.var_dir / "pids"
    pids.mkdir()
    children = [
        supervisor.Program("web", _noting(pids / "web", web.run)),
        *(supervisor.Program(f"worker{n}", _noting(pids / f"worker{n}", worker.run)) for n in (1, 2)),
        supervisor.Program("scheduler1", _noting(pids / "scheduler1", scheduler.run)),
        supervisor.Program("scheduler2", _noting(pids / "scheduler2", _other(celery, settings.var_dir))),
    ]
    return supervisor.supervise(children, port=settings.port, first_wait=0.1, grace=3)


def _noting(place: Path, run: Callable[[], None]) -> Callable[[], None]:
    def noted() -> None:
        place.write_text(str(os.getpid()))
        run()

    return noted


def _other(celery: object, var: Path) -> Callable[[], None]:
    arguments = ["--quiet", "beat", "--schedule", str(var / "beat-schedule-2"), "--pidfile", ""]
    return lambda: celery.start(argv=arguments)  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())

"""Celery as a doorbell: a message only says which row of the job table to look at."""

import time
from pathlib import Path
from typing import Any

import structlog
from celery import Celery, Task, bootsteps
from celery.worker import state
from flask import Flask
from kombu.exceptions import KombuError
from sqlalchemy.exc import SQLAlchemyError

from compliance.support import jobs, post

log = structlog.get_logger()

#: After so many seconds without a ring a worker that does nothing is deaf.
DEAF_AFTER = 120.0
#: For so many seconds a broker that is away is not asked again by the same process; the sweep makes up for it.
QUIET = 10.0
#: Who rings asks once, and does not wait for a broker to come back.
ONCE = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


class Watch(bootsteps.StartStopStep):
    """Ends a worker that hears nothing: a line to Redis that broke may stay silent for ever, and nobody is told.

    The scheduler rings every few seconds. A worker that took nothing for `DEAF_AFTER` and does nothing is deaf, and
    whoever started it starts it again.
    """

    requires = ("celery.worker.components:Timer",)

    def start(self, worker: Any) -> None:
        self.taken, self.since = -1, time.monotonic()
        worker.timer.call_repeatedly(DEAF_AFTER / 10, self.look)

    def look(self) -> None:
        """Whether anything was taken since the last look, or is being done."""
        taken = sum(state.total_count.values())
        if taken != self.taken or state.active_requests:
            self.taken, self.since = taken, time.monotonic()
        elif time.monotonic() - self.since > DEAF_AFTER:
            log.error("worker_deaf", seconds=DEAF_AFTER)
            state.should_stop = 1


def _transport(broker: str, var_dir: Path) -> dict[str, Any]:
    if broker.startswith(("redis:", "rediss:")):
        # Without these two, Redis gives work back after ~100 s whatever the visibility time-out says. And who rings
        # does so while a person waits: a server that is away is given up soon.
        return {
            "visibility_timeout": 3600, "unacked_restore_interval": 2, "unacked_restore_throttle": 1,
            "socket_connect_timeout": 3, **ONCE,
        }  # fmt: skip
    if not broker.startswith("filesystem:"):
        return dict(ONCE)
    bell = (var_dir / "bell").resolve()
    for folder in ("messages", "control"):
        (bell / folder).mkdir(parents=True, exist_ok=True)
    return {
        "data_folder_in": str(bell / "messages"),
        "data_folder_out": str(bell / "messages"),
        "control_folder": str(bell / "control"),
        "polling_interval": 0.2,
    }


def init_app(app: Flask, *, broker: str, var_dir: Path, beat: dict[str, Any]) -> Celery:
    """Make the Celery application of this Flask application and hang up its bell."""

    class AppTask(Task):
        """A task that runs inside the application."""

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with app.app_context():
                return self.run(*args, **kwargs)

    celery = Celery(app.name, task_cls=AppTask, broker=broker)
    celery.conf.update(
        broker_transport_options=_transport(broker, var_dir),
        broker_connection_retry_on_startup=True,
        task_ignore_result=True,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_enable_remote_control=False,
        worker_hijack_root_logger=False,
        worker_max_memory_per_child=400_000,
        task_time_limit=3600,
        timezone="UTC",
        beat_schedule=beat,
        beat_scheduler="compliance.support.scheduler:PulsingScheduler",
        beat_schedule_filename=str(var_dir / "beat"),
        broker_transport="filesystem" if broker.startswith("filesystem:") else None,
    )
    celery.set_default()
    celery.flask = app
    celery.steps["worker"].add(Watch)
    run_job = celery.task(name="jobs.run")(_run)
    celery.task(name="jobs.sweep")(_sweep)
    app.extensions["celery"] = celery
    app.extensions["doorbell"] = Doorbell(celery, run_job)
    return celery


class Doorbell:
    """Tells workers of jobs. While the broker is away it is asked seldom: people wait for the answer of a page."""

    def __init__(self, celery: Celery, run_job: Any) -> None:
        self.celery, self.run_job, self.quiet_until = celery, run_job, 0.0

    def __call__(self, job_id: int) -> None:
        """Ring; raises OSError, whatever the broker is, when it does not answer."""
        if time.monotonic() < self.quiet_until:
            raise OSError("the broker did not answer")
        try:
            self.run_job.apply_async((job_id,), retry=False)
        except (KombuError, *self.celery.pool.connection.connection_errors) as error:
            self.quiet_until = time.monotonic() + QUIET
            raise OSError("the broker does not answer") from error


def _run(job_id: int) -> str:
    return jobs.run(job_id)


def _sweep() -> int:
    try:
        post.pulse(post.WORKER)
    except SQLAlchemyError as error:  # the work is tried all the same, and says by itself what is wrong
        log.warning("pulse_lost", name=post.WORKER, error=type(error).__name__)
    return jobs.run_due()

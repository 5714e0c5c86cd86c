"""Celery as a doorbell: a message only says which row of the job table to look at."""

from pathlib import Path
from typing import Any

from celery import Celery, Task
from flask import Flask

from compliance.support import jobs

SWEEP_SECONDS = 10.0


def _transport(broker: str, var_dir: Path) -> dict[str, Any]:
    if not broker.startswith("filesystem:"):
        # Without these two, Redis gives work back after ~100 s whatever the visibility time-out says.
        return {"visibility_timeout": 3600, "unacked_restore_interval": 2, "unacked_restore_throttle": 1}
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
        beat_schedule_filename=str(var_dir / "beat"),
        broker_transport="filesystem" if broker.startswith("filesystem:") else None,
    )
    celery.set_default()
    run_job = celery.task(name="jobs.run")(_run)
    celery.task(name="jobs.sweep")(jobs.run_due)
    app.extensions["celery"] = celery
    app.extensions["doorbell"] = lambda job_id: run_job.apply_async((job_id,), retry=False)
    return celery


def _run(job_id: int) -> str:
    return jobs.run(job_id)

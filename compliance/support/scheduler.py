"""The scheduler, which leaves word in the database that it rings: it is imported by that program alone."""

from typing import Any

import structlog
from celery.beat import PersistentScheduler
from sqlalchemy.exc import SQLAlchemyError

from compliance.support import post

log = structlog.get_logger()


class PulsingScheduler(PersistentScheduler):
    """Leaves word by itself, once it has rung: a word left by the task that it rang for would die with the worker."""

    def apply_async(self, *args: Any, **kwargs: Any) -> Any:
        """Ring, then leave word. A database that is away for a while stops no bell."""
        rung = super().apply_async(*args, **kwargs)
        try:
            with self.app.flask.app_context():
                post.pulse(post.SCHEDULER)
        except SQLAlchemyError as error:
            log.warning("pulse_lost", name=post.SCHEDULER, error=type(error).__name__)
        return rung

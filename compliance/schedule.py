"""Every periodic task, on one page."""

from typing import Any

HABITS: dict[str, dict[str, Any]] = {
    "look for work that no doorbell announced": {"task": "jobs.sweep", "schedule": 10.0},
    "tell people what falls due, once a morning": {"task": "reminders.sweep", "schedule": 300.0},
    "examine every record again, because findings age": {"task": "register.examine", "schedule": 6 * 3600.0},
    "seal what was read and downloaded into the chain": {"task": "accounts.seal", "schedule": 3600.0},
    "drop files that nothing keeps": {"task": "exports.purge", "schedule": 3600.0},
}

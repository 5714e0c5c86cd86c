"""The pages of what falls due, one module a family."""

from compliance.reminders.views import agenda, calendar, rhythms  # noqa: F401  (each adds its routes)
from compliance.reminders.views.blueprint import bp

__all__ = ["bp"]

"""The pages of what falls due, one module a family."""

from compliance.reminders.views import agenda, calendar, choices, post, rhythms  # noqa: F401  (each adds its routes)
from compliance.reminders.views.blueprint import bp
from compliance.reminders.views.post import bp as letters_bp

__all__ = ["bp", "letters_bp"]

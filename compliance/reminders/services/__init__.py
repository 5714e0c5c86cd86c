"""What can be done with due dates: tell them, put them off, hand them over, change their rhythm, tell people."""

from compliance.reminders.services.acting import find, hand_over, snooze, wake
from compliance.reminders.services.deciding import Move, decide, enter_mover, follow, preview
from compliance.reminders.services.expecting import expect, rows_for
from compliance.reminders.services.pacing import Paces, days_of, kinds, shipped_pace, shipped_paces
from compliance.reminders.services.sweeping import DAILY, NONE, SINGLE, WEEKLY, Found, follow_begun, sweep

__all__ = [
    "DAILY",
    "NONE",
    "SINGLE",
    "WEEKLY",
    "Found",
    "Move",
    "Paces",
    "days_of",
    "decide",
    "enter_mover",
    "expect",
    "find",
    "follow",
    "follow_begun",
    "hand_over",
    "kinds",
    "preview",
    "rows_for",
    "shipped_pace",
    "shipped_paces",
    "snooze",
    "sweep",
    "wake",
]

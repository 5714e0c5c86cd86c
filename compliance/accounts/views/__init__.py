"""The pages of the house: ways in, settings, people, departments, lists, journal, one's own account."""

from compliance.accounts.views import (  # noqa: F401  (each adds its routes)
    accesses,
    departments,
    doors,
    journal,
    lists,
    people,
    profile,
    search,
    settings,
)
from compliance.accounts.views.blueprint import bp

__all__ = ["bp"]

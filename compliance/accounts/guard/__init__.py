"""Who may come in: every view declares what it needs, and one that declares nothing is closed to everybody."""

from compliance.accounts.guard.doors import LIBRARY_ENDPOINTS, admit, init_app, permission_of
from compliance.accounts.guard.kept import remembered_page
from compliance.accounts.guard.store import PeopleStore

__all__ = ["LIBRARY_ENDPOINTS", "PeopleStore", "admit", "init_app", "permission_of", "remembered_page"]

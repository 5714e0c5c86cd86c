"""Who may come in: every view declares what it needs, and one that declares nothing is closed to everybody."""

from compliance.accounts.guard.doors import LIBRARY_ENDPOINTS, admit, init_app, permission_of

__all__ = ["LIBRARY_ENDPOINTS", "admit", "init_app", "permission_of"]

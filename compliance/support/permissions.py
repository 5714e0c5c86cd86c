"""What may be done, as words, and the mark by which a view says which of them it needs."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


class Permission(StrEnum):
    """`<subject>:<act>`, in alphabetical order; roles are granted them in `accounts/roles.toml`."""

    ACCOUNTS_MANAGE = "accounts:manage"
    AGENDA_PLAN = "agenda:plan"
    AGENDA_READ = "agenda:read"
    AGENDA_WRITE = "agenda:write"
    AUDIT_READ = "audit:read"
    EXPORTS_BUILD = "exports:build"
    ORGANISATION_READ = "organisation:read"
    ORGANISATION_WRITE = "organisation:write"
    PARTIES_READ = "parties:read"
    PARTIES_WRITE = "parties:write"
    REGISTER_ADVISE = "register:advise"
    REGISTER_APPROVE = "register:approve"
    REGISTER_IMPORT = "register:import"
    REGISTER_READ = "register:read"
    REGISTER_WAIVE = "register:waive"
    REGISTER_WORKING = "register:working"
    REGISTER_WRITE = "register:write"
    VOCABULARIES_WRITE = "vocabularies:write"


#: Marks for the views that no role grants: anybody; anybody signed in; the operator of the installation.
PUBLIC, SIGNED_IN, OPERATOR = "public", "signed-in", "operator"


def requires(permission: Permission | str) -> Callable[[View], View]:
    """Declare what a view needs. A view that declares nothing answers 403 to everybody."""

    def mark(view: View) -> View:
        view.needs_permission = permission  # type: ignore[attr-defined]
        return view

    return mark


def from_anywhere(view: View) -> View:
    """Declare that a view may be sent to from outside our pages: its address alone says, signed, what it does."""
    view.is_from_anywhere = True  # type: ignore[attr-defined]
    return view


def is_from_anywhere(view: Any) -> bool:
    """Whether a view takes what no page of ours sent."""
    return getattr(view, "is_from_anywhere", False)


def needed_by(view: Any) -> Permission | str | None:
    """What a view declared that it needs, or None."""
    return getattr(view, "needs_permission", None)

"""Who acts, in which organisation, on which part of it, and what they may do."""

from dataclasses import dataclass, field

from compliance.support.errors import Forbidden
from compliance.support.i18n import _
from compliance.support.permissions import Permission

WORKING, APPROVED = "working", "approved"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at work in one organisation, or the product itself (`user_id` None)."""

    user_id: int | None
    name: str
    email: str = ""
    organisation_id: int | None = None
    roles: frozenset[str] = frozenset()
    permissions: frozenset[str] = frozenset()
    department_ids: frozenset[int] | None = field(default=None)
    is_operator: bool = False
    language: str = "en"

    def can(self, permission: Permission | str) -> bool:
        """Whether a role of theirs here grants it."""
        return permission in self.permissions

    def must(self, permission: Permission) -> None:
        """Refuse in words what no role of theirs grants."""
        if not self.can(permission):
            raise Forbidden(_("Your role here does not allow this."))

    @property
    def initials(self) -> str:
        """Two letters for the person's mark."""
        return "".join(part[0] for part in self.name.split()[:2]).upper() or "?"

    @property
    def faces(self) -> tuple[str, ...]:
        """Which faces of a record they may see: those who only read get what was approved."""
        return (WORKING, APPROVED) if self.can(Permission.REGISTER_WORKING) else (APPROVED,)


def system(organisation_id: int | None, name: str = "Trente") -> Actor:
    """The product acting by itself or at the command line: everything is allowed, and the journal says who."""
    return Actor(None, name, organisation_id=organisation_id, permissions=frozenset(Permission))

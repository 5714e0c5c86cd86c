"""The kinds of record of the product, entered at start-up so that history, search and comparison know them."""

from compliance.accounts import services as accounts
from compliance.accounts.documents import Organisation
from compliance.parties.documents import Party, System
from compliance.records.kinds import Kind, enter_kind
from compliance.register.documents import SECTIONS, Activity
from compliance.register.services import review, xray
from compliance.reminders import services as reminders
from compliance.reminders.services import ending
from compliance.support.i18n import _l
from compliance.support.permissions import Permission


def enter_all() -> None:
    """Make every kind known."""
    enter_kind(
        Kind(
            "organisation", Organisation, "organisation", "ORG", "accounts.profile", Permission.ORGANISATION_READ,
            Permission.ORGANISATION_WRITE, _l("Organisation"),
        )
    )  # fmt: skip
    enter_kind(
        Kind(
            "party", Party, "party", "P", "parties.show_party", Permission.PARTIES_READ, Permission.PARTIES_WRITE,
            _l("Party"),
        )
    )  # fmt: skip
    enter_kind(
        Kind(
            "system", System, "system", "S", "parties.show_system", Permission.PARTIES_READ, Permission.PARTIES_WRITE,
            _l("System"),
        )
    )  # fmt: skip
    enter_kind(
        Kind(
            xray.KIND, Activity, "activity", "PA", "register.show", Permission.REGISTER_READ, Permission.REGISTER_WRITE,
            _l("Processing activity"), departmental=True, needs_approval=True, sections=SECTIONS, project=xray.project,
            department_of=lambda document: (document.get("department") or {}).get("reference", ""),
            owner_of=lambda document: (document.get("owner") or {}).get("reference", ""),
        )
    )  # fmt: skip
    reminders.enter_mover("activity_review", review.follow_rhythm)
    accounts.enter_ending("calendars", ending.withdraw_feeds)

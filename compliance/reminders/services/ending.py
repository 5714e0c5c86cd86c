"""What ends with somebody's sessions: their calendar addresses, which open without a sign-in."""

from sqlalchemy import select

from compliance.reminders.models import CalendarFeed
from compliance.support.clock import now
from compliance.support.db import across_organisations, db


def withdraw_feeds(person_id: int) -> None:
    """Have every calendar address of a person open nothing any more, in whichever organisation it was made."""
    with across_organisations():
        mine = (CalendarFeed.person_id == person_id, CalendarFeed.revoked_at.is_(None))
        standing = db.session.scalars(select(CalendarFeed).where(*mine)).all()
    for feed in standing:
        feed.revoked_at = now()

"""Failures to sign in to one account, from wherever: counted in the journal, which all processes share."""

import datetime

from sqlalchemy import func, select

from compliance.records.chain import INSTALLATION
from compliance.records.models import JournalEntry
from compliance.support.db import db

FAILED, DONE = "sign-in:failed", "sign-in:done"


def failures(mark: str, since: datetime.datetime) -> int:
    """How often a sign-in under this mark failed since that instant and since the person last came in."""
    of = (JournalEntry.chain == INSTALLATION, JournalEntry.subject == mark)
    came_in = select(func.max(JournalEntry.sequence)).where(*of, JournalEntry.tag == DONE).scalar_subquery()
    chosen = select(func.count(JournalEntry.id)).where(
        *of, JournalEntry.tag == FAILED, JournalEntry.at > since, JournalEntry.sequence > func.coalesce(came_in, 0)
    )
    return db.session.scalar(chosen) or 0

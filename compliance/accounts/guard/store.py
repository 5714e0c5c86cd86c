"""Where the sign-in library finds people."""

from typing import Any

from flask_security import SQLAlchemyUserDatastore, UserMixin
from sqlalchemy import bindparam, select

from compliance.accounts.models import Person
from compliance.support.db import UNOWNED

#: Asked at every request: made once.
_OF_SESSION = select(Person).where(Person.fs_uniquifier == bindparam("fs_uniquifier")).execution_options(**UNOWNED)


class PeopleStore(SQLAlchemyUserDatastore):
    """The library's own store, which need not think anew at each request how to find the person of a session."""

    def find_user(self, case_insensitive: bool = False, **named: Any) -> UserMixin | None:
        """The person of that one property."""
        if named.keys() != {"fs_uniquifier"}:
            return super().find_user(case_insensitive, **named)
        found: UserMixin | None = self.db.session.scalar(_OF_SESSION, named)
        return found

"""The brakes on guessing: one count per address for all that can be guessed, and one per account for sign-in.

The first is kept by each process where there is no cache server, or while it does not answer. The second is in the
journal: it holds for all processes, and for guesses that come from many addresses. It never lasts: what is refused
while it holds is not counted, and a link to set a password opens the account at once.
"""

import datetime
from ipaddress import IPv6Address, IPv6Network
from typing import Any

from flask import Flask, abort, current_app, request
from limits import RateLimitItem, parse_many
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from compliance.accounts import services
from compliance.support.cache import Spared
from compliance.support.clock import now
from compliance.support.errors import TooOften
from compliance.support.i18n import _, _n

#: What can be guessed at.
COUNTED = ("security.login", "accounts.start", "accounts.join")


def slow_down_guesses() -> None:
    """Count what is sent to a page where something can be guessed."""
    if request.method == "POST" and request.endpoint in COUNTED:
        count()


def count(what: str = "sign-in", most: str = "") -> None:
    """Count one attempt from this address; too many within the setting's time answer 429. Tests may hurry."""
    settings = current_app.config["SETTINGS"]
    if settings.environment == "test":
        return
    counter: FixedWindowRateLimiter = current_app.extensions["guesses"]
    limits = parse_many(most or settings.sign_in_limit)
    within = [counter.hit(limit, what, _neighbourhood(request.remote_addr or "")) for limit in limits]
    if not all(within):
        abort(429)


def spare_account(mark: str) -> None:
    """Refuse, before the password is looked at, a sign-in to an account at which too many have just failed."""
    settings = current_app.config["SETTINGS"]
    if settings.environment == "test":
        return
    for limit in parse_many(settings.account_limit):
        seconds = limit.get_expiry()
        if services.failures(mark, now() - datetime.timedelta(seconds=seconds)) >= limit.amount:
            wait = _n("Wait %(num)d minute.", "Wait %(num)d minutes.", -(-seconds // 60))
            way_out = _("Or ask your administrator for a link to set a new password: it opens at once.")
            raise TooOften(" ".join((_("Too many attempts to sign in with this address."), wait, way_out)))


def _neighbourhood(address: str) -> str:
    """The address or, of the long ones, the half that one line is given whole: it holds more than anybody counts."""
    try:
        long = IPv6Address(address)
    except ValueError:
        return address
    return str(long.ipv4_mapped or IPv6Network((int(long), 64), strict=False))


class Counter(FixedWindowRateLimiter):
    """Counts in the cache server or, while that does not answer, in the memory of this process."""

    def __init__(self, storage: Storage) -> None:
        super().__init__(storage)
        self.server, self.own = Spared(), FixedWindowRateLimiter(MemoryStorage())

    def hit(self, item: RateLimitItem, *identifiers: str, cost: int = 1) -> bool:
        """Count one attempt, and say whether it was within the limit."""
        return self.server.ask(
            lambda: super(Counter, self).hit(item, *identifiers, cost=cost),
            lambda: self.own.hit(item, *identifiers, cost=cost),
        )


def limiter(app: Flask) -> Counter:
    """Counts where the installation counts: in its cache server, or in the memory of this process."""
    place: Any = storage_from_string(app.config["RATELIMIT_STORAGE_URI"], **app.config["CACHE_OPTIONS"])
    return Counter(place)


def init_app(app: Flask) -> None:
    """Have this application count."""
    app.extensions["guesses"] = limiter(app)

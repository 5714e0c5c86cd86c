"""The brake on guessing: sign-in, first start and links to set a password share one count per address."""

from ipaddress import IPv6Address, IPv6Network

from flask import Flask, abort, current_app, request
from limits import parse_many
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter

#: What can be guessed at.
COUNTED = ("security.login", "accounts.start", "accounts.join")


def slow_down_guesses() -> None:
    """Count what is sent to a page where something can be guessed."""
    if request.method == "POST" and request.endpoint in COUNTED:
        count()


def count() -> None:
    """Count one attempt from this address; too many within the setting's time answer 429. Tests may hurry."""
    settings = current_app.config["SETTINGS"]
    if settings.environment == "test":
        return
    counter: FixedWindowRateLimiter = current_app.extensions["guesses"]
    limits = parse_many(settings.sign_in_limit)
    within = [counter.hit(limit, "sign-in", _neighbourhood(request.remote_addr or "")) for limit in limits]
    if not all(within):
        abort(429)


def _neighbourhood(address: str) -> str:
    """The address or, of the long ones, the half that one line is given whole: it holds more than anybody counts."""
    try:
        long = IPv6Address(address)
    except ValueError:
        return address
    return str(long.ipv4_mapped or IPv6Network((int(long), 64), strict=False))


def init_app(app: Flask) -> None:
    """Count where the installation counts: in its cache server, or in the memory of this process."""
    app.extensions["guesses"] = FixedWindowRateLimiter(storage_from_string(app.config["RATELIMIT_STORAGE_URI"]))

"""Sign-ins, failures and sign-outs, written in the installation's chain.

A chain is never rewritten, so it holds no name and no address: the number of the person, or the keyed hash of the
address that was typed, which tells attempts on one address from attempts on many.
"""

import hashlib
import hmac
from typing import Any

from flask import Flask, current_app, session
from flask_login import user_logged_out  # type: ignore[import-untyped]
from flask_security import FormInfo, LoginForm, password_changed, user_authenticated

from compliance.accounts import services
from compliance.accounts.guard import brakes
from compliance.records import services as records
from compliance.records.actor import Actor

#: Where the session says that the person came by the sample entrance.
SAMPLE = "sample"


class SignInForm(LoginForm):
    """The library's sign-in, which also writes down what it refuses."""

    def validate(self, **kwargs: Any) -> bool:
        """As the library does, for the time of the session only. A page that was not ours is no attempt to sign in."""
        self.remember.data = False
        mark = _mark_of(_known(self.email.data)) if self.email.data else ""
        if mark:
            brakes.spare_account(mark)
        if super().validate(**kwargs):
            return True
        if mark and self.password.data and not ("csrf_token" in self and self.csrf_token.errors):
            _write("sign-in:failed", self.user, subject=mark)
        return False


def _known(typed: str) -> str:
    """The address of the account that the library finds for what was typed; where it finds none, what was typed.

    One address is written in many ways, and which letters are alike is for the library and the database to say.
    """
    security = current_app.extensions["security"]
    try:
        normal: str = security.mail_util.normalize(typed)
    except ValueError:
        return typed
    person = security.datastore.find_user(case_insensitive=True, email=normal)
    return normal if person is None else str(person.email)


def _mark_of(email: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, email.strip().lower().encode(), hashlib.sha256).hexdigest()[:16]


def _write(tag: str, person: Any, **details: Any) -> None:
    records.note(tag, actor=Actor(getattr(person, "id", None), ""), **details)


def _signed_in(_app: Flask, user: Any, authn_via: list[str] | None, **_rest: Any) -> None:
    via = (authn_via or ["password"])[0]
    session.pop(SAMPLE, None)
    if via == SAMPLE:
        session[SAMPLE] = True
    if via != "change":  # the library signs in anew who has just changed their password
        _write("sign-in:done", user, subject=_mark_of(user.email), via=via)


def _signed_out(_app: Flask, user: Any, **_rest: Any) -> None:
    session.pop(SAMPLE, None)
    if user is not None and user.is_authenticated:
        _write("sign-out:done", user)


def _password_changed(_app: Flask, user: Any, **_rest: Any) -> None:
    services.end_with_sessions(user)
    _write("password:changed", user)


def init_app(app: Flask) -> None:
    """Listen to the sign-in library."""
    app.extensions["security"].set_form_info("login_form", FormInfo(cls=SignInForm))
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]  # no token stands for a sign-in
    user_authenticated.connect(_signed_in, app)
    user_logged_out.connect(_signed_out, app)
    password_changed.connect(_password_changed, app)

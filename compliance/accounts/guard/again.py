"""When a sign-in expired while somebody was typing: the form comes back with every word, and one signs in above it.

What is given back is acted upon once signed in, so it is given back only to a page of ours: another site could
otherwise have its own words sent by whoever signs in here.
"""

from urllib.parse import urlsplit

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_security import login_user
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.datastructures import ImmutableMultiDict, MultiDict

from compliance.accounts.guard import brakes
from compliance.accounts.guard.watch import SignInForm
from compliance.support import transactions
from compliance.support.errors import Forbidden, TooOften
from compliance.support.i18n import _

EMAIL, PASSWORD = "again_email", "again_password"
OURS = (EMAIL, PASSWORD, "csrf_token")


def give_back_or_go_on(csrf: CSRFProtect) -> ResponseReturnValue | None:
    """The page with what was typed; or None, the person signed in and the request as it was meant."""
    if not _is_from_here():
        raise Forbidden(_("This was sent from another site: nothing was done."))
    if EMAIL not in request.form:
        return _page("")
    brakes.count()
    try:
        csrf.protect()
    except CSRFError:
        return _page(_("This page was open for too long. What you typed is still here: sign in once more."))
    typed = {"email": request.form[EMAIL], "password": request.form.get(PASSWORD, "")}
    form = SignInForm(formdata=MultiDict(typed), meta={"csrf": False})
    try:
        person = form.user if form.validate() else None
    except TooOften as refusal:
        return _page(str(refusal.message))
    if person is not None:
        login_user(person, authn_via=["password"])
    transactions.commit()  # that somebody tried, or came in, is kept whatever becomes of the request
    if person is None:
        return _page(_("The address or the password is not right. What you typed is still here."))
    kept = [(name, value) for name, value in _typed() if name not in (EMAIL, PASSWORD)]
    request.form = ImmutableMultiDict(kept)
    return None


def _is_from_here() -> bool:
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _typed() -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.form.lists() for value in values]


def _page(message: str) -> ResponseReturnValue:
    typed = [(name, value) for name, value in _typed() if name not in OURS]
    address = request.full_path.rstrip("?")
    email = request.form.get(EMAIL, "")
    had_files = any(file.filename for file in request.files.values())
    page = render_template(
        "accounts/again.html", typed=typed, address=address, email=email, message=message, had_files=had_files
    )
    return page, 401

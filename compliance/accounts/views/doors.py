"""The ways in: first page, first start, sample entrance, link to set a password; and one's own account."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user, login_user

from compliance.accounts import first_start, services
from compliance.accounts.roles import AUDITOR, DEPARTMENT_HEAD, DPO, roles
from compliance.accounts.views.blueprint import bp
from compliance.support.errors import Forbidden, NotFound
from compliance.support.i18n import LANGUAGES, _, language_now
from compliance.support.permissions import PUBLIC, SIGNED_IN, requires
from forms.accounts import FirstAdministratorForm, NewPasswordForm

THEMES = ("auto", "light", "dark")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
#: What a proxy adds to what it passes on.
PASSED_ON = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via")
#: As whom one may look around in the sample organisation.
SAMPLE_ROLES = (DPO, DEPARTMENT_HEAD, AUDITOR)


@bp.route("/")
@requires(PUBLIC)
def home() -> ResponseReturnValue:
    """To where the person works; or, for nobody yet, the ways in."""
    if current_user.is_authenticated:
        return _to_work()
    if not (first_start.is_needed() or _sample_is_open()):
        return redirect(url_for("security.login"))
    return render_template(
        "accounts/welcome.html",
        first=first_start.is_needed(),
        sample=[roles()[code] for code in SAMPLE_ROLES] if _sample_is_open() else [],
        language=language_now(),
    )


def _to_work() -> ResponseReturnValue:
    ids = [m.organisation_id for m in services.memberships_of(current_user.id)]
    chosen = session.get("organisation") if session.get("organisation") in ids else next(iter(ids), None)
    slug = next((o.slug for o in services.organisations() if o.id == chosen), None)
    if slug:
        return redirect(url_for("dashboard.today", organisation=slug))
    return render_template("accounts/nowhere.html")


def _sample_is_open() -> bool:
    """Only from this machine itself, under its own name: a proxy in front speaks for others, and a name for a site."""
    if not current_app.config["SETTINGS"].sample_entrance or any(name in request.headers for name in PASSED_ON):
        return False
    return request.remote_addr in LOOPBACK and urlsplit(request.host_url).hostname in LOOPBACK


@bp.route("/sample/<role>", methods=["POST"])
@requires(PUBLIC)
def enter_sample(role: str) -> ResponseReturnValue:
    """Enter the sample organisation as somebody of that role, without a password."""
    if not _sample_is_open():
        raise Forbidden(_("The sample organisation is closed on this installation."))
    if role not in SAMPLE_ROLES:
        raise NotFound(_("The sample organisation has nobody in this role."))
    person, organisation = services.sample_person(role)
    login_user(person, authn_via=["sample"])
    flash(
        _("You are %(name)s, in a sample organisation. Try anything: nothing here is real.", name=person.name), "accent"
    )
    return redirect(url_for("dashboard.today", organisation=organisation.slug), 303)


@bp.route("/start", methods=["GET", "POST"])
@requires(PUBLIC)
def start() -> ResponseReturnValue:
    """Create the first administrator and their organisation."""
    if not first_start.is_needed():
        return redirect(url_for("security.login"))
    form = FirstAdministratorForm.from_request()
    if form.is_accepted():
        with form.taking_blame():
            person, organisation = first_start.begin(**form.answers())
            login_user(person, authn_via=["start"])
            flash(_("Welcome. Your register is empty: import the one you have, or start from the library."), "good")
            return redirect(url_for("dashboard.today", organisation=organisation.slug), 303)
    return render_template("accounts/start.html", form=form), form.http_status


@bp.route("/join/<token>", methods=["GET", "POST"])
@requires(PUBLIC)
def join(token: str) -> ResponseReturnValue:
    """Set a password by the link that an administrator handed over, and come in."""
    person = services.person_of_link(token, key=current_app.config["SECRET_KEY"])
    form = NewPasswordForm.from_request()
    if form.is_accepted():
        with form.taking_blame():
            services.set_password(person, form.chosen())
            login_user(person, authn_via=["link"])
            flash(_("Your password is set. Next time, sign in with %(email)s.", email=person.email), "good")
            return redirect(url_for("accounts.home"), 303)
    return render_template("accounts/join.html", form=form, person=person), form.http_status


@bp.route("/preferences", methods=["POST"])
@requires(PUBLIC)
def preferences() -> ResponseReturnValue:
    """Change language or theme, and come back to the page."""
    language, theme = request.form.get("language"), request.form.get("theme")
    person: Any = current_user if current_user.is_authenticated else None
    if language in LANGUAGES:
        session["language"] = language
        if person:
            person.language = language
    if theme in THEMES:
        session["theme"] = theme
        if person:
            person.theme = theme
    return redirect(_local(request.form.get("next", "")), 303)


def _local(address: str) -> str:
    """The address to come back to, if it is one of ours: another site's is never followed."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_ours else url_for("accounts.home")


@bp.route("/health")
@requires(PUBLIC)
def health() -> ResponseReturnValue:
    """Whether the web server answers."""
    return {"status": "ok"}


@bp.route("/me")
@bp.route("/o/<organisation>/me")
@requires(SIGNED_IN)
def me() -> ResponseReturnValue:
    """One's own account: language, theme, password, the organisations one works in."""
    memberships = services.memberships_of(current_user.id)
    places = [
        (organisation, [m for m in memberships if m.organisation_id == organisation.id])
        for organisation in services.organisations()
        if any(m.organisation_id == organisation.id for m in memberships)
    ]
    layout = "layout/base.html" if g.organisation else "layout/bare.html"
    return render_template(
        "accounts/me.html",
        person=current_user,
        places=places,
        roles=roles(),
        layout=layout,
        has_password=not services.is_of_sample(current_user.id),
    )

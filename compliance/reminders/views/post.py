"""The letters of an organisation or of all, and whether what works unseen is well: for those who look after it."""

from typing import Any

from flask import Blueprint, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.accounts import services as accounts
from compliance.reminders.notifications import TEST
from compliance.reminders.services import posting
from compliance.support import mail, post
from compliance.support.i18n import _, _l
from compliance.support.paging import Window
from compliance.support.permissions import OPERATOR, Permission, requires

bp = Blueprint("letters", __name__)

#: Where the letters of an organisation are, and those of all.
LETTERS, INSTALLATION = "/o/<organisation>/settings/letters", "/installation/letters"
#: What a state is called, its tone and its shape.
STATES = {
    post.WAITING: (_l("On its way"), "attention", "half"),
    post.SENT: (_l("Sent"), "good", "check"),
    post.FILED: (_l("To a file"), "neutral", "square"),
    post.DEAD: (_l("Not delivered"), "blocking", "diamond"),
}
#: What each sort of letter is called in the list of them.
SORTS = {
    "soon": _l("Announcement"),
    "due": _l("Due now"),
    "overdue": _l("Overdue"),
    "escalation": _l("Not done"),
    "handed": _l("Handed over"),
    "digest": _l("Several in one"),
    "test": _l("Test letter"),
}


@bp.route(LETTERS)
@requires(Permission.ACCOUNTS_MANAGE)
def index() -> ResponseReturnValue:
    """The letters of the organisation, the latest first."""
    return _list(g.organisation.id, ".index", "layout/base.html")


@bp.route(INSTALLATION)
@requires(OPERATOR)
def installation() -> ResponseReturnValue:
    """The letters of all organisations, without their words: the operator reads no records."""
    return _list(posting.ALL, ".installation", "layout/bare.html")


def _list(organisation_id: int | None, endpoint: str, layout: str) -> ResponseReturnValue:
    state = request.args.get("state", "")
    state = state if state in STATES else ""
    counts = posting.counts(organisation_id)
    sent = request.args.get("page", "")
    asked = int(sent) if sent.isdecimal() and len(sent) < 10 else 1
    window = Window(asked, counts.get(state, 0) if state else sum(counts.values()))
    found = posting.letters(organisation_id, state, window)
    tabs = [
        ("", _("All"), sum(counts.values())),
        *((name, str(words[0]), counts.get(name, 0)) for name, words in STATES.items()),
    ]
    return render_template(
        "reminders/letters.html",
        rows=[_told(letter) for letter in found],
        window=window,
        state=state,
        tabs=[
            {"label": label, "url": url_for(endpoint, state=name or None), "active": name == state, "count": number}
            for name, label, number in tabs
            if number or name in ("", state)
        ],
        pages={
            "previous": url_for(endpoint, state=state or None, page=window.previous) if window.previous else "",
            "next": url_for(endpoint, state=state or None, page=window.following) if window.following else "",
        },
        layout=layout,
        names=_names() if organisation_id is posting.ALL else {},
        writes_files=current_app.config["MAIL_SERVER"] is None,
    )


def _names() -> dict[int, str]:
    return {organisation.id: organisation.name for organisation in accounts.organisations()}


def _told(letter: Any) -> dict[str, Any]:
    words, tone, shape = STATES[letter.state]
    error, detail = mail.in_words(letter.error)
    return {
        "letter": letter,
        "subject": letter.subject if _may_read(letter) else SORTS.get(letter.name, letter.name),
        "sort": SORTS.get(letter.name, letter.name),
        "words": words,
        "tone": tone,
        "shape": shape,
        "error": error,
        "detail": detail,
    }


@bp.route(f"{LETTERS}/<int:number>")
@requires(Permission.ACCOUNTS_MANAGE)
def show(number: int) -> ResponseReturnValue:
    """One letter as it was written, and how its delivery goes."""
    found = posting.letter(number, g.organisation.id)
    is_awaited = found.state == post.WAITING and not found.attempts
    return render_template("reminders/letter.html", row=_told(found), is_awaited=is_awaited, words=_words(found))


def _may_read(letter: Any) -> bool:
    """Whether a letter says nothing that they may not see: their own, a test, or any where a DPO sees all."""
    is_theirs = letter.person_id == g.actor.user_id or letter.name == TEST
    return is_theirs or (g.get("organisation") is not None and g.actor.can(Permission.AGENDA_PLAN))


def _words(letter: Any) -> str:
    """What a letter says; the address that stops letters is its reader's alone."""
    if not _may_read(letter):
        return ""
    is_own = letter.person_id == g.actor.user_id
    return str(letter.text if is_own or not letter.unsubscribe else letter.text.replace(letter.unsubscribe, "…"))


@bp.route(f"{LETTERS}/<int:number>/again", methods=["POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def again(number: int) -> ResponseReturnValue:
    """Send a dead letter once more."""
    posting.try_again(number, g.organisation.id)
    return redirect(url_for(".show", number=number), 303)


@bp.route(f"{INSTALLATION}/<int:number>/again", methods=["POST"])
@requires(OPERATOR)
def again_anywhere(number: int) -> ResponseReturnValue:
    """Send a dead letter of any organisation once more."""
    posting.try_again(number, posting.ALL)
    flash(_("The letter is in the post once more."), "good")
    return redirect(url_for(".installation"), 303)


@bp.route(f"{LETTERS}/test", methods=["POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def test() -> ResponseReturnValue:
    """Write a test letter to whoever asks; its page says what came of it."""
    letter = posting.write_test(g.organisation, actor=g.actor)
    return redirect(url_for(".show", number=letter.id), 303)


@bp.route("/o/<organisation>/settings/health")
@requires(Permission.ACCOUNTS_MANAGE)
def health() -> ResponseReturnValue:
    """Whether worker, scheduler and mail server are well, as far as they concern the organisation."""
    return _health(g.organisation.id, "layout/base.html")


@bp.route("/installation/health")
@requires(OPERATOR)
def installation_health() -> ResponseReturnValue:
    """Whether worker, scheduler and mail server are well, for all organisations."""
    return _health(posting.ALL, "layout/bare.html")


def _health(organisation_id: int | None, layout: str) -> ResponseReturnValue:
    found = post.health(organisation_id)
    return render_template(
        "reminders/health.html",
        health=found,
        line=mail.in_words(found.line_error),
        sweeps=posting.last_sweeps(organisation_id),
        writes_files=current_app.config["MAIL_SERVER"] is None,
        layout=layout,
    )

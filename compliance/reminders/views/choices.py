"""What somebody wants to hear of: in their account, or by the address that stands in every letter."""

from flask import current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.reminders import services
from compliance.reminders.services import posting
from compliance.reminders.views.blueprint import kind_words
from compliance.reminders.views.post import bp
from compliance.support.i18n import LANGUAGES, _, _l
from compliance.support.permissions import PUBLIC, SIGNED_IN, from_anywhere, requires

#: How one may hear of something.
WAYS = {
    services.SINGLE: _l("A letter each"),
    services.DAILY: _l("Once a day, in one letter"),
    services.WEEKLY: _l("Once a week, in one letter"),
    services.NONE: _l("Not at all"),
}


@bp.route("/o/<organisation>/me/letters", methods=["GET", "POST"])
@requires(SIGNED_IN)
def choices() -> ResponseReturnValue:
    """How one wants to hear of what falls due here, kind by kind."""
    if request.method == "POST":
        known = services.kinds()
        posting.choose(g.actor.user_id, {k: how for k, how in request.form.items() if k in known and how in WAYS})
        flash(_("Saved."), "good")
        return redirect(url_for(".choices"), 303)
    rows = [
        {
            "choice": choice,
            "label": kind_words(choice.kind),
            "ways": [(how, words) for how, words in WAYS.items() if not (choice.is_required and how == services.NONE)],
        }
        for choice in posting.choices(g.actor.user_id)
    ]
    return render_template("reminders/choices.html", rows=rows)


@bp.route("/letters/stop/<token>", methods=["GET", "POST"])
@requires(PUBLIC)
@from_anywhere
def stop(token: str) -> ResponseReturnValue:
    """Stop the letters that the address is about: by a button, or by the mail program itself in one click (RFC 8058).

    Open to all, because the address is signed and says whose letters it stops; it stops letters and shows nothing else.
    """
    asked = posting.read_stop(token, key=current_app.config["SECRET_KEY"])
    language = asked.person.language or asked.organisation.language
    g.language = language if language in LANGUAGES else g.language
    if request.method == "POST":
        posting.stop(asked)
    return render_template(
        "reminders/stop.html",
        stopped=[kind_words(kind) for kind in asked.stopped],
        required=[kind_words(kind) for kind in asked.required],
        name=asked.organisation.name,
        is_done=request.method == "POST",
        choices_url=url_for(".choices", organisation=asked.organisation.slug),
    )

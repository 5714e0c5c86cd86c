"""For those who build pages: every piece of the look in all its states. Not there in production."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from compliance.support.clock import now, today
from compliance.support.permissions import PUBLIC, requires

bp = Blueprint("development", __name__, url_prefix="/development")


@bp.route("/pieces")
@requires(PUBLIC)
def pieces() -> ResponseReturnValue:
    """The catalogue of pieces."""
    return render_template("pieces/catalogue.html", today=today(), now=now())

"""The access log: who read or took away what, by person and by day. It lies beside the journal."""

import datetime
from typing import Any

from flask import g, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.accounts.views.blueprint import SETTINGS, bp
from compliance.records import access
from compliance.support.clock import end_of
from compliance.support.i18n import _, _l
from compliance.support.paging import PAGE
from compliance.support.permissions import Permission, requires

#: What the tags of the access log say to people; a test marries them with the code that writes them.
LOOKS = {
    "accesses:read": _l("Access log read"),
    "export:downloaded": _l("Export downloaded"),
    "history:read": _l("History of a record read"),
    "import:downloaded": _l("Imported file downloaded"),
    "journal:read": _l("Journal read"),
    "record:read": _l("Record read"),
    "search:read": _l("Results of a search read"),
}


@bp.route(f"{SETTINGS}/accesses")
@requires(Permission.AUDIT_READ)
def accesses() -> ResponseReturnValue:
    """Who read or took away what, the latest first."""
    people = access.people(g.organisation.id)
    sent = request.args.get("person", "")
    person = next((number for number, _name in people if str(number) == sent), None)
    day, before = _day(), request.args.get("before", "")
    chosen: dict[str, Any] = {"person": person, "day": day.isoformat() if day else None}
    found = access.lines(
        g.organisation.id,
        person=person,
        since=end_of(day - datetime.timedelta(days=1), g.organisation.zone) if day else None,
        until=end_of(day, g.organisation.zone) if day else None,
        before=int(before) if before.isdecimal() and len(before) < 10 else 0,
        most=PAGE + 1,
    )
    shown = [{"line": line, "what": LOOKS.get(line.tag, _("Another look"))} for line in found[:PAGE]]
    return render_template(
        "accounts/accesses.html",
        shown=shown,
        people=people,
        chosen=chosen,
        older_url=url_for(".accesses", before=found[PAGE - 1].id, **chosen) if len(found) > PAGE else "",
        newest_url=url_for(".accesses", **chosen) if before else "",
    )


def _day() -> datetime.date | None:
    """The day that was asked for; one that is none, or at an end of time, is nothing."""
    try:
        day = datetime.date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
    return day if 1900 < day.year < 9000 else None

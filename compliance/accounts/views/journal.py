"""The journal: everything that was done, sealed entry by entry, and the question whether the seal holds."""

from collections.abc import Sequence
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.accounts import services
from compliance.accounts.roles import roles
from compliance.accounts.views.blueprint import SETTINGS, all_departments, bp, vocabulary
from compliance.accounts.vocabulary import lists_by_name
from compliance.records import chain, verifying
from compliance.support import jobs
from compliance.support.i18n import _, _l, language_now
from compliance.support.paging import PAGE
from compliance.support.permissions import OPERATOR, Permission, requires
from compliance.support.web import wants_fragment

#: Up to this many links a chain is walked while the person waits; above, by the worker.
AT_ONCE = 1000
#: The name of that work.
VERIFY = "verify"
#: Where the button of each journal sends.
VERIFYING = {".journal": ".verify_journal", ".installation_journal": ".verify_installation_journal"}

#: What the journal's tags say to people; a test marries them with the code that writes them.
ACTS = {
    "access:sealed": _l("Access log sealed"),
    "department:archived": _l("Department archived"),
    "department:saved": _l("Department added or changed"),
    "export:requested": _l("Export asked for"),
    "organisation:created": _l("Organisation created"),
    "organisation:profile": _l("Organisation described"),
    "organisation:renamed": _l("Organisation renamed"),
    "organisation:settings": _l("Settings changed"),
    "password:changed": _l("Password changed"),
    "person:link": _l("Link to set a password made"),
    "register:action:finish": _l("Action done"),
    "register:action:plan": _l("Action planned"),
    "register:findings:age": _l("Findings changed as time went by"),
    "register:finding:unwaive": _l("Gap no longer accepted"),
    "register:finding:waive": _l("Gap accepted"),
    "register:import:apply": _l("Import carried out"),
    "register:import:decide": _l("Import decided line by line"),
    "register:import:read": _l("File read for an import"),
    "register:import:undo": _l("Import undone"),
    "register:record:add": _l("Record added"),
    "register:record:approve": _l("Record approved"),
    "register:record:archive": _l("Record archived"),
    "register:record:assign": _l("Record given to somebody"),
    "register:record:change": _l("Record changed"),
    "register:record:import": _l("Record imported"),
    "register:record:opinion": _l("Opinion of the data protection officer"),
    "register:record:refuse": _l("Record refused"),
    "register:record:restore": _l("Record restored"),
    "register:record:review": _l("Record reviewed and signed"),
    "register:record:review-date": _l("Next review set"),
    "register:record:submit": _l("Record sent for approval"),
    "reminders:feed-made": _l("Calendar address made"),
    "reminders:feed-withdrawn": _l("Calendar address withdrawn"),
    "reminders:follow": _l("Dates moved to a rhythm that began"),
    "reminders:hand-over": _l("Due date handed over"),
    "reminders:rhythm": _l("Review rhythm changed"),
    "reminders:snooze": _l("Due date put off"),
    "reminders:wake": _l("Due date no longer put off"),
    "role:given": _l("Role given"),
    "role:taken": _l("Role taken back"),
    "sign-in:done": _l("Signed in"),
    "sign-in:failed": _l("Sign-in refused"),
    "sign-out:done": _l("Signed out"),
    "vocabulary:hidden": _l("Entry of a list hidden"),
    "vocabulary:saved": _l("Entry of a list added or changed"),
    "vocabulary:shown": _l("Entry of a list shown again"),
}

#: What `verifying.verify` says of what does not hold, in the words of the page.
FAULTS = (
    ("the working document", _l("The record {subject} does not say what was kept of it last.")),
    ("the state of", _l("The record {subject} is not in the state in which it was kept last.")),
    ("the approved version", _l("The version of {subject} that stands in the register is not the one approved last.")),
    ("the access log", _l("The access log that was sealed on {subject} was rewritten.")),
    ("is in no link", _l("A version that was kept stands in no entry.")),
    ("after this one", _l("Entries that came after the last one are gone.")),
    ("is missing", _l("An entry is gone.")),
    ("does not continue", _l("It does not continue the entry before it.")),
    ("is gone", _l("The version it speaks of is gone.")),
    ("of record", _l("The version it speaks of was rewritten.")),
    ("was rewritten", _l("What it says was rewritten.")),
    ("digest", _l("Its seal does not match what it says.")),
)


@bp.route(f"{SETTINGS}/journal")
@requires(Permission.AUDIT_READ)
def journal() -> ResponseReturnValue:
    """The organisation's journal, the latest first."""
    return _own_page(*_asked(g.organisation.id))


@bp.route(f"{SETTINGS}/journal/verify", methods=["POST"])
@requires(Permission.AUDIT_READ)
def verify_journal() -> ResponseReturnValue:
    """Walk the organisation's chain: at once when it is short, else by the worker."""
    token = _walk(g.organisation.id, g.organisation.id)
    if token:
        return redirect(url_for(".journal", walk=token), 303)
    return _own_page(verifying.verify(g.organisation.id))


@bp.route("/installation/journal")
@requires(OPERATOR)
def installation_journal() -> ResponseReturnValue:
    """The installation's journal: who signed in, who was refused. For the operator, who reads no records."""
    return _installation_page(*_asked(None))


@bp.route("/installation/journal/verify", methods=["POST"])
@requires(OPERATOR)
def verify_installation_journal() -> ResponseReturnValue:
    """Walk the installation's chain: at once when it is short, else by the worker."""
    token = _walk(chain.INSTALLATION, None)
    if token:
        return redirect(url_for(".installation_journal", walk=token), 303)
    return _installation_page(verifying.verify(chain.INSTALLATION))


def _walk(number: int, organisation_id: int | None) -> str:
    """The job that walks a long chain, the one under way if there is one; nothing for a chain that is short."""
    if chain.head_of(number) <= AT_ONCE:
        return ""
    job = jobs.under_way(VERIFY, organisation_id) or jobs.enqueue(VERIFY, organisation_id=organisation_id)
    return job.token


def _asked(organisation_id: int | None) -> tuple[verifying.Verdict | None, jobs.Job | None]:
    """What came of the walk that the address names, and the walk itself while it goes on."""
    job = jobs.find(request.args.get("walk", ""), organisation_id)
    if job is None or job.name != VERIFY:
        return None, None
    is_told = job.state == jobs.DONE and not wants_fragment()
    return (verifying.Verdict(**job.result), None) if is_told else (None, job)


def _own_page(verdict: verifying.Verdict | None, job: jobs.Job | None = None) -> ResponseReturnValue:
    entries = services.journal(g.organisation, before=_before(), most=PAGE + 1)
    return _page(entries, (verdict, job), ".journal", {}, "layout/base.html")


def _installation_page(verdict: verifying.Verdict | None, job: jobs.Job | None = None) -> ResponseReturnValue:
    entries = services.installation_journal(before=_before(), most=PAGE + 1)
    names = services.names_of({entry.actor_id for entry in entries if entry.actor_id})
    return _page(entries, (verdict, job), ".installation_journal", names, "layout/bare.html")


def _before() -> int:
    sent = request.args.get("before", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else 0


def _page(
    entries: Sequence[Any],
    walk: tuple[verifying.Verdict | None, jobs.Job | None],
    endpoint: str,
    names: dict[int, str],
    layout: str,
) -> ResponseReturnValue:
    shown = [_told(entry, names) for entry in entries[:PAGE]]
    verdict, job = walk
    return render_template(
        "accounts/journal.html",
        entries=shown,
        layout=layout,
        verdict=_verdict(verdict) if verdict else None,
        walk=job,
        walk_url=url_for(endpoint, walk=job.token) if job else "",
        verify_url=url_for(VERIFYING[endpoint]),
        older_url=url_for(endpoint, before=shown[-1]["number"]) if len(entries) > PAGE else "",
        newest_url=url_for(endpoint) if _before() else "",
    )


def _told(entry: Any, names: dict[int, str]) -> dict[str, Any]:
    way = {"sample": _("by the sample entrance"), "link": _("by a link"), "start": _("at the first start")}
    return {
        "number": entry.sequence,
        "when": entry.at,
        "who": entry.actor_name or names.get(entry.actor_id or 0, ""),
        "what": ACTS.get(entry.tag, _("Another change")),
        "of": _subject(entry),
        "way": way.get(entry.details.get("via", ""), ""),
        "seal": entry.digest[:12],
    }


def _subject(entry: Any) -> str:
    """Of what an entry speaks, by its name rather than by its code."""
    domain = entry.tag.partition(":")[0]
    if domain == "organisation":
        return ""
    if domain == "department":
        return next((str(d.name) for d in all_departments() if d.reference == entry.subject), str(entry.subject))
    if domain == "vocabulary":
        name, _colon, code = entry.subject.partition(":")
        known = lists_by_name().get(name)
        return f"{known.label[language_now()] if known else name} – {vocabulary().label(name, code)}"
    if domain == "role":
        role = roles().get(entry.details.get("role", ""))
        return f"{entry.subject} – {role.label[language_now()]}" if role else str(entry.subject)
    return str(entry.subject)


def _verdict(found: verifying.Verdict) -> dict[str, Any]:
    why = str(next((words for part, words in FAULTS if part in found.why), ""))
    return {
        "links": found.links,
        "head": found.head[:12],
        "broken_at": found.broken_at,
        "why": why.replace("{subject}", found.subject),
    }

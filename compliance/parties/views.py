"""The pages of parties and systems: two lists, a page each, their history, and adding one from where it is needed.

Both kinds have the same pages; `_both` gives each view its two addresses.
"""

from collections.abc import Callable, Sequence
from functools import partial, update_wrapper
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from compliance.accounts.vocabulary import Vocabulary
from compliance.parties import services
from compliance.parties.services import DOCUMENTS, PARTY, SYSTEM
from compliance.records import drafts as kept_drafts
from compliance.records import services as records
from compliance.records.actor import APPROVED, WORKING
from compliance.records.differences import differences
from compliance.records.kinds import kind_of
from compliance.records.reading import Reader
from compliance.regulation.reference import reference as law
from compliance.support.clock import today
from compliance.support.documents import specs_of
from compliance.support.errors import NotFound, Stale
from compliance.support.i18n import _, _l, language_now
from compliance.support.permissions import Permission, requires
from compliance.support.web import local_address
from forms import drafts
from forms.choices import Choices
from forms.parties import new_party_form, new_system_form, party_form, system_form

bp = Blueprint("parties", __name__, url_prefix="/o/<organisation>/parties")

#: A draft is kept by section; a party is edited whole.
WHOLE = "whole"
FORMS = {PARTY: party_form, SYSTEM: system_form}
NEW_FORMS = {PARTY: new_party_form, SYSTEM: new_system_form}
ACTS = {
    "added": (_l("Description added"), "good"),
    "changed": (_l("Description changed"), "neutral"),
    "archived": (_l("Taken out of the choices"), "neutral"),
    "restored": (_l("Brought back among the choices"), "neutral"),
}

View = Callable[..., ResponseReturnValue]


def _both(rule: str, name: str, methods: tuple[str, ...] = ("GET",)) -> Callable[[View], View]:
    """Give a view its address for parties and its address for systems."""

    def enter(view: View) -> View:
        for kind, above in ((PARTY, ""), (SYSTEM, "/systems")):
            of_kind = update_wrapper(partial(view, kind), view)
            bp.add_url_rule(above + rule, f"{name}_{kind}", of_kind, methods=list(methods))
        return view

    return enter


def _vocabulary() -> Vocabulary:
    if "vocabulary" not in g:
        g.vocabulary = Vocabulary(language_now())
    made: Vocabulary = g.vocabulary
    return made


def _reader(kind: str) -> Reader:
    return Reader(law().fields[kind], language_now(), _vocabulary().label)


def _choices(kind: str) -> Choices:
    specs = [
        s for one in specs_of(DOCUMENTS[kind]).values() for s in (one, *(specs_of(one.row).values() if one.row else ()))
    ]
    vocabularies = {name: _vocabulary().entries(name) for spec in specs if (name := spec.vocabulary)}
    targets = {spec.target for spec in specs if spec.target}
    links = {target: [(record.reference, record.name) for record in services.all_of(target)] for target in targets}
    return Choices(vocabularies, links)


@bp.route("/")
@requires(Permission.PARTIES_READ)
def index() -> ResponseReturnValue:
    """The organisations that the register speaks of."""
    return _list(PARTY)


@bp.route("/systems/")
@requires(Permission.PARTIES_READ)
def systems() -> ResponseReturnValue:
    """The systems in which personal data live."""
    return _list(SYSTEM)


def _list(kind: str) -> str:
    words, archived = request.args.get("q", "").strip()[:200], request.args.get("archived") == "yes"
    page = services.page(kind, words, request.args.get("page", 1, type=int), archived=archived)
    day = today(g.organisation.zone)
    return render_template(
        "parties/index.html",
        kind=kind,
        words=words,
        archived=archived,
        lines=[_line(kind, line, day) for line in page.lines],
        window=page.window,
        counts={PARTY: services.count(PARTY), SYSTEM: services.count(SYSTEM)},
        archived_count=services.count(kind, archived=True),
        address=lambda **changes: url_for(
            "parties.index" if kind == PARTY else "parties.systems",
            **{"q": words or None, "archived": "yes" if archived else None, **changes},
        ),
    )


def _line(kind: str, line: services.Line, day: Any) -> dict[str, Any]:
    document, label = line.record.document, _vocabulary().label
    places = document.get("hosting_countries") or []
    shown: dict[str, Any] = {
        "reference": line.record.reference,
        "name": line.record.name,
        "url": url_for(kind_of(kind).endpoint, reference=line.record.reference),
        "uses": line.uses,
        "places": ", ".join(label("countries", code) for code in places),
    }
    if kind == SYSTEM:
        provider = document.get("provider")
        return shown | {
            "what": label("system_kinds", document["kind"]) if document.get("kind") else "",
            "provider": provider["name"] if provider else "",
        }
    return shown | {
        "country": label("countries", document["country"]) if document.get("country") else "",
        "certifications": _certifications(document, day),
    }


def _certifications(document: Any, day: Any) -> list[dict[str, str]]:
    """What is attested, what ends first at the top."""
    held = sorted(document.get("certifications") or [], key=lambda row: row["valid_until"] or "9999")
    label = _vocabulary().label
    return [
        {
            "label": label("certifications", row["kind"]) if row["kind"] else row["label"] or _("Certification"),
            "scope": row["label"] if row["kind"] else "",
            "until": row["valid_until"],
            "state": services.expiry(row["valid_until"], day),
        }
        for row in held
    ]


@_both("/<reference>/", "show")
@requires(Permission.PARTIES_READ)
def show(kind: str, reference: str) -> ResponseReturnValue:
    """One party or system: what is known of it, what names it, what became of it."""
    record = records.find(kind, reference)
    reads, document = _reader(kind), DOCUMENTS[kind]
    return render_template(
        "parties/show.html",
        kind=kind,
        record=record,
        is_archived=record.state == "archived",
        answers=[a for a in reads.answers(document, record.document, tuple(specs_of(document))) if a.name != "name"],
        certifications=_certifications(record.document, today(g.organisation.zone)),
        uses=_uses(services.uses_of(record, g.actor)),
        events=_events(kind, record),
        may_write=g.actor.can(Permission.PARTIES_WRITE),
    )


def _uses(found: Sequence[tuple[str, str, Any]]) -> list[dict[str, Any]]:
    seen = services.documents_for(g.actor, [other for _direction, _role, other in found])
    return [_use(*use, name=str(seen[use[2].id].get("name", ""))) for use in found]


def _use(direction: str, role: str, other: Any, *, name: str) -> dict[str, Any]:
    """A link from the side of the record that is not on the page: as what the one names the other."""
    texts = law().fields[kind_of(other.kind).catalogue if direction == "in" else SYSTEM]
    text = texts.get(f"{role}.row") or texts.get(role)
    return {
        "direction": direction,
        "role": text.label[language_now()] if text else "",
        "kind": other.kind,
        "kind_words": kind_of(other.kind).label,
        "reference": other.reference,
        "name": name,
        "state": _state(other) if kind_of(other.kind).needs_approval else "",
        "url": url_for(kind_of(other.kind).endpoint, reference=other.reference),
    }


def _state(other: Any) -> str:
    """Who sees only what was approved is not told that somebody works on it."""
    return str(other.state) if WORKING in g.actor.faces else APPROVED


def _events(kind: str, record: Any) -> list[dict[str, Any]]:
    numbers = {revision.id: revision for revision in records.revisions_of(record)}
    events = []
    for entry in records.journal_of(record):
        what, tone = ACTS.get(entry.tag.rpartition(":")[2], (entry.tag, "neutral"))
        revision = numbers.get(entry.revision_id or 0)
        url = url_for(f".compare_{kind}", reference=record.reference, after=revision.number) if revision else ""
        why = revision.reason if revision else ""
        events.append({"what": what, "who": entry.actor_name, "when": entry.at, "why": why, "tone": tone, "url": url})
    return events


@_both("/<reference>/compare", "compare")
@requires(Permission.PARTIES_READ)
def compare(kind: str, reference: str) -> ResponseReturnValue:
    """What changed between two versions, by field, down to the word."""
    record = records.find(kind, reference)
    after = request.args.get("after", record.version, type=int)
    before = request.args.get("before", after - 1, type=int)
    if not 0 <= before < after <= record.version:
        raise NotFound(_("This version does not exist."))
    new, old = records.revision(record, after), records.revision(record, before) if before else None
    changes = differences(DOCUMENTS[kind], old.document if old else {}, new.document)
    return render_template(
        "parties/compare.html",
        kind=kind,
        record=record,
        old=old,
        new=new,
        fields=[_reader(kind).change(c) for c in changes],
    )


@_both("/new", "new", ("GET", "POST"))
@requires(Permission.PARTIES_WRITE)
def new(kind: str) -> ResponseReturnValue:
    """A new party or system; `back` in the address leads back to the record where it was missed."""
    form, back = (
        NEW_FORMS[kind](language_now()).from_request(_choices(kind)),
        local_address(request.args.get("back", "")),
    )
    if form.is_accepted():
        with form.taking_blame():
            record = services.add(kind, form.answers(), actor=g.actor)
            flash(
                _("“%(name)s” has been added as %(reference)s.", name=record.name, reference=record.reference), "good"
            )
            return redirect(back or url_for(f".show_{kind}", reference=record.reference), 303)
    return render_template("parties/new.html", kind=kind, form=form, back=back), form.http_status


@_both("/<reference>/edit", "edit", ("GET", "POST"))
@requires(Permission.PARTIES_WRITE)
def edit(kind: str, reference: str) -> ResponseReturnValue:
    """Change a party or a system. What was typed and not saved is there again."""
    record = records.find(kind, reference)
    draft = kept_drafts.find_draft(g.actor, kind, reference, WHOLE)
    if request.method == "POST" and (action := drafts.row_action(request.form)):
        fields = drafts.apply(drafts.raw_of(request.form), action)
        kept_drafts.save_draft(g.actor, kind, reference, WHOLE, _base(record), fields)
        return redirect(url_for(f".edit_{kind}", reference=reference, _anchor=action.anchor), 303)
    form = FORMS[kind](language_now()).from_request(_choices(kind), record.document, draft.fields if draft else None)
    version = _base(record) if request.method == "POST" else draft.base_version if draft else record.version
    if form.is_accepted():
        with form.taking_blame():
            try:
                services.save(record, form.answers(), actor=g.actor, base_version=version)
                kept_drafts.drop_draft(g.actor, kind, reference, WHOLE)
                return redirect(url_for(f".show_{kind}", reference=reference), 303)
            except Stale as stale:
                settled = services.settled(record, form.answers(), version, stale)
                form = FORMS[kind](language_now())(_choices(kind), settled)
                version = record.version
                _blame(form, kind, stale)
    page = render_template("parties/edit.html", kind=kind, record=record, form=form, version=version, draft=draft)
    return page, form.http_status


def _base(record: Any) -> int:
    sent = request.form.get("version", "")
    known = sent.isdecimal() and len(sent) < 10 and 0 < int(sent) <= record.version
    return int(sent) if known else int(record.version)


def _blame(form: Any, kind: str, stale: Stale) -> None:
    """Say beside each answer what somebody else wrote there meanwhile: saving once more keeps one's own."""
    for conflict in stale.conflicts:
        field = form.field_at(conflict["path"]) or form.field_at("name")
        spec = specs_of(DOCUMENTS[kind]).get(conflict["path"])
        theirs = _reader(kind).value(spec, conflict["theirs"]) or _("nothing")
        said = _("Somebody else saved “%(theirs)s” here meanwhile. Save again to keep what you typed.", theirs=theirs)
        field.errors = [*field.errors, said]


@_both("/<reference>/draft", "draft", ("POST",))
@requires(Permission.PARTIES_WRITE)
def draft(kind: str, reference: str) -> ResponseReturnValue:
    """Keep what is typed, as it is typed: no check, no version, always 204."""
    record = records.find(kind, reference)
    kept_drafts.save_draft(g.actor, kind, reference, WHOLE, _base(record), drafts.raw_of(request.form))
    return "", 204


@_both("/<reference>/draft/drop", "drop_draft", ("POST",))
@requires(Permission.PARTIES_WRITE)
def drop_draft(kind: str, reference: str) -> ResponseReturnValue:
    """Give up what was typed and not saved."""
    kept_drafts.drop_draft(g.actor, kind, reference, WHOLE)
    return redirect(url_for(f".show_{kind}", reference=reference), 303)


@_both("/<reference>/archive", "archive", ("POST",))
@requires(Permission.PARTIES_WRITE)
def archive(kind: str, reference: str) -> ResponseReturnValue:
    """Take it out of the choices, or bring it back; the records that name it keep it."""
    record = records.find(kind, reference)
    if request.form.get("restore"):
        services.restore(record, actor=g.actor)
        flash(_("%(name)s can be chosen again.", name=record.name), "good")
    else:
        services.archive(record, actor=g.actor)
        flash(
            _("%(name)s is archived: records that name it keep it, and it can be brought back.", name=record.name),
            "good",
        )
    return redirect(url_for(f".show_{kind}", reference=reference), 303)

"""The organisation's own entries of reference lists, and the lists of records that a person keeps under a name."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from compliance.accounts.models import SavedView, VocabularyEntry
from compliance.records import services as record_services
from compliance.records.actor import Actor
from compliance.support.db import db
from compliance.support.errors import RuleBroken
from compliance.support.i18n import _
from compliance.support.text import fold, slug


def own_terms(vocabulary: str | None = None) -> Sequence[VocabularyEntry]:
    """The organisation's own entries and hidden ones."""
    chosen = select(VocabularyEntry).order_by(VocabularyEntry.vocabulary, VocabularyEntry.code)
    return db.session.scalars(chosen.where(VocabularyEntry.vocabulary == vocabulary) if vocabulary else chosen).all()


def save_term(vocabulary: str, *, actor: Actor, en: str, fr: str, code: str = "", **extra: Any) -> VocabularyEntry:
    """Add an entry to a reference list, or change one that was added; either language stands in for the other."""
    if not (en or fr):
        raise RuleBroken(_("Give the entry a name in one language at least."), field="fr")
    entry = _term(vocabulary, code or f"own-{slug(en or fr)[:56]}")
    if entry.id and not code:
        raise RuleBroken(_("This entry is already in the list."), field="fr")
    entry.en, entry.fr, entry.extra = en or fr, fr or en, extra
    record_services.note("vocabulary:saved", actor=actor, changed=[entry], subject=f"{vocabulary}:{entry.code}")
    return entry


def hide_term(vocabulary: str, code: str, *, actor: Actor, hidden: bool = True) -> None:
    """Leave an entry out of the choices, or offer it again; records that use it keep it."""
    entry = _term(vocabulary, code)
    entry.hidden = hidden
    tag = "vocabulary:hidden" if hidden else "vocabulary:shown"
    record_services.note(tag, actor=actor, changed=[entry], subject=f"{vocabulary}:{code}")


def _term(vocabulary: str, code: str) -> VocabularyEntry:
    entry = db.session.scalar(
        select(VocabularyEntry).where(VocabularyEntry.vocabulary == vocabulary, VocabularyEntry.code == code)
    )
    if entry is None:
        entry = VocabularyEntry(vocabulary=vocabulary, code=code)
        db.session.add(entry)
    return entry


def saved_views(actor: Actor, list_name: str) -> Sequence[SavedView]:
    """The views that this person keeps of a list, by name."""
    chosen = select(SavedView).where(SavedView.person_id == actor.user_id, SavedView.list_name == list_name)
    return sorted(db.session.scalars(chosen), key=lambda view: fold(view.name))


def save_view(actor: Actor, list_name: str, name: str, query: str) -> None:
    """Keep a list as it stands under a name; the same name again replaces it."""
    if not name:
        raise RuleBroken(_("Give the view a name."), field="name")
    view = next((v for v in saved_views(actor, list_name) if v.name == name), None)
    if view is None:
        view = SavedView(person_id=actor.user_id, list_name=list_name, name=name[:64])
        db.session.add(view)
    view.query = query


def drop_view(actor: Actor, list_name: str, name: str) -> None:
    """Forget a kept view."""
    for view in saved_views(actor, list_name):
        if view.name == name:
            db.session.delete(view)

"""WTForms and the documents describe the same answers: what goes in comes out, by each of the ways in."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from compliance.accounts.documents import Organisation
from compliance.parties.documents import Party, System
from compliance.register.documents import SECTIONS, Activity
from compliance.support import documents as d
from forms.accounts import FACES as ACCOUNT_FACES
from forms.documents import DocumentForm, section_form
from forms.drafts import raw_of
from forms.parties import FACES as PARTY_FACES
from forms.register import FACES as REGISTER_FACES
from tests.forms.makers import AnyChoices, documents

KINDS = {
    d.TEXT: "text", d.LONG_TEXT: "text", d.CODE: "code", d.CODES: "codes", d.DAY: "day", d.COUNT: "count",
    d.FLAG: "flag", d.LINK: "link", d.ROWS: "rows",
}  # fmt: skip
EVERYTHING = [(Activity, names, REGISTER_FACES) for names in SECTIONS.values()] + [
    (Party, tuple(d.specs_of(Party)), PARTY_FACES),
    (System, tuple(d.specs_of(System)), PARTY_FACES),
    (Organisation, tuple(d.specs_of(Organisation)), ACCOUNT_FACES),
]
WORDS: dict = {}
few = settings(
    max_examples=4,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def form_of(document: type, names: tuple[str, ...], faces: dict) -> type[DocumentForm]:
    return section_form(document, names, WORDS, "en", faces)


@pytest.mark.parametrize(("document", "names", "faces"), EVERYTHING)
def test_every_field_of_a_document_has_a_form_field_of_its_kind(document, names, faces):
    form = form_of(document, names, faces)(AnyChoices())
    for name in names:
        spec = d.specs_of(document)[name]
        assert form[name].kind == KINDS[spec.kind]
        assert form[name].required == spec.required
        if spec.row:
            inner = [s for s in d.specs_of(spec.row).values() if s.kind != d.KEY]
            assert [(f.short_name, f.kind) for f in form[name].blank_row()] == [(s.name, KINDS[s.kind]) for s in inner]


@pytest.mark.parametrize(("document", "names", "faces"), EVERYTHING)
def test_every_field_is_shown_once_and_only_once(document, names, faces):
    form = form_of(document, names, faces)(AnyChoices())
    assert sorted(f.short_name for part in form.parts() for f in part.fields) == sorted(names)
    for owner in form:
        if owner.kind == "rows":
            row = owner.blank_row()
            shown = [f.short_name for part in row.parts() for f in part.fields]
            assert sorted(shown) == sorted(f.short_name for f in row)


@pytest.mark.parametrize(("document", "faces"), [(Activity, REGISTER_FACES), (Party, PARTY_FACES)])
def test_groups_name_only_fields_that_exist(document, faces):
    for owner, face in faces.items():
        named = {name for group in face.groups for name in (*group.fields, *(group.when or ("", ()))[:1])}
        assert named - {""} <= set(d.specs_of(owner)), owner


@pytest.mark.parametrize(("document", "names", "faces"), EVERYTHING)
@few
@given(data=st.data())
def test_a_document_comes_out_of_the_form_as_it_went_in(document, names, faces, data):
    stored = data.draw(documents(document, names))
    form = form_of(document, names, faces)(AnyChoices())
    form.fill(stored)
    assert form.answers() == stored
    assert form.validate(), form.errors


@pytest.mark.parametrize(("document", "names", "faces"), EVERYTHING)
@few
@given(data=st.data())
def test_a_document_sent_by_a_browser_unchanged_is_unchanged(document, names, faces, data):
    stored = data.draw(documents(document, names))
    made = form_of(document, names, faces)
    sent = MultiDict(made(AnyChoices(), stored).raw())
    form = made(AnyChoices(), stored, sent)
    assert form.validate(), form.errors
    assert form.answers() == stored


@pytest.mark.parametrize(("document", "names", "faces"), EVERYTHING)
@few
@given(data=st.data())
def test_a_draft_is_shown_again_exactly_as_it_was_typed(document, names, faces, data):
    stored = data.draw(documents(document, names))
    made = form_of(document, names, faces)
    anything = st.text(st.characters(exclude_categories=("Cs",)), max_size=20).map(lambda t: t.replace("\0", ""))
    raw = {
        name: values if name.endswith((":shown", ":position")) else [data.draw(anything) for _ in values]
        for name, values in made(AnyChoices(), stored).raw().items()
    }
    form = made(AnyChoices(), stored)
    form.fill_raw(raw_of(MultiDict(raw)))
    assert form.raw() == raw

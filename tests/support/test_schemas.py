"""From the grammar of documents to what may be kept: clean JSON, or each fault named by its path."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from compliance.register.documents import Activity
from compliance.support import documents as d
from compliance.support import plain
from compliance.support.documents import from_json, specs_of, to_json
from compliance.support.schemas import load, schema_of

quick = settings(max_examples=60, deadline=None)

texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=30).map(str.strip)
codes = st.from_regex(r"[a-z][a-z_]{0,20}", fullmatch=True)
links = st.fixed_dictionaries({"kind": st.sampled_from(["party", "person"]), "reference": codes, "name": texts})


def values(spec: d.Spec) -> st.SearchStrategy[Any]:
    match spec.kind:
        case d.TEXT | d.LONG_TEXT:
            return texts
        case d.CODE:
            return st.one_of(st.just(""), codes)
        case d.CODES:
            return st.lists(codes, max_size=3)
        case d.DAY:
            return st.one_of(st.just(""), st.dates().map(lambda day: day.isoformat()))
        case d.COUNT:
            return st.one_of(st.none(), st.integers(0, 2_000_000_000))
        case d.FLAG:
            return st.sampled_from([None, True, False])
        case d.LINK:
            return st.one_of(st.none(), links)
        case d.KEY:
            return st.from_regex(r"[a-z0-9]{1,16}", fullmatch=True)
    assert spec.row is not None
    return st.lists(rows_of(spec.row), max_size=2)


def rows_of(document: type) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({name: values(spec) for name, spec in specs_of(document).items()})


@quick
@given(rows_of(Activity))
def test_what_is_clean_is_kept_as_it_is_and_read_back_the_same(document: dict[str, Any]) -> None:
    kept = load(Activity, document)

    assert kept == document
    assert to_json(from_json(Activity, kept)) == document


def faults(document: dict[str, Any]) -> Any:
    with pytest.raises(ValidationError) as refused:
        load(Activity, document)
    return refused.value.normalized_messages()


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("outside_eea", "yes"), ("outside_eea", 2), ("role", "a b"), ("role", "x" * 65), ("role", 4),
        ("rights", "access"), ("rights", ["a b"]), ("started_on", "2026-02-30"), ("started_on", "2026"),
        ("name", "x" * 256), ("name", []),
        ("ai_logs_months", "12"), ("ai_logs_months", -1), ("ai_logs_months", 1.5), ("ai_logs_months", 2**31),
        ("owner", "x"), ("owner", {"kind": "person"}), ("owner", {"kind": "person", "reference": "x", "more": 1}),
        ("purposes", {}), ("purposes", [4]), ("purposes", [{"key": ""}]), ("purposes", [{"key": "x" * 17}]),
        ("purposes", [{}] * 501),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named_by_its_field(path: str, value: Any) -> None:
    assert list(faults({path: value})) == [path]


def test_an_empty_answer_is_never_read_as_a_no() -> None:
    assert load(Activity, {"outside_eea": None})["outside_eea"] is None
    assert load(Activity, {})["outside_eea"] is None
    faults({"outside_eea": ""})


def test_texts_are_trimmed_and_lose_what_nobody_typed() -> None:
    kept = load(Activity, {"name": " a\0b\r\n ", "description": "one\r\ntwo\rthree\x07"})

    assert (kept["name"], kept["description"]) == ("ab", "one\ntwo\nthree")


def test_a_row_without_a_key_gets_one_of_its_own() -> None:
    keys = [row["key"] for row in load(Activity, {"purposes": [{"label": "x"}] * 5})["purposes"]]

    assert len(set(keys)) == 5


def test_only_the_fields_named_are_read() -> None:
    assert load(Activity, {"name": "x"}, only=("name",)) == {"name": "x"}
    with pytest.raises(ValidationError):
        load(Activity, {"name": "x", "role": "controller"}, only=("name",))


def test_an_old_document_is_read_with_what_it_has() -> None:
    assert from_json(Activity, {"name": "x", "gone": 1}).name == "x"


anything = st.one_of(
    st.none(), st.booleans(), st.integers(-2, 2**32), st.floats(allow_nan=False), st.text(max_size=300),
    st.sampled_from(["\x00a ", " é\r\nb ", "\xa0x\xa0", "\ud800", "2026-1-1", "20260101", "a b", "x" * 501]),
    st.dictionaries(st.sampled_from(["kind", "reference", "name", "key", "label"]), st.text(max_size=600), max_size=4),
    st.lists(st.one_of(st.text(max_size=70), st.none(), st.integers(), st.just({})), max_size=3),
)  # fmt: skip


@quick
@given(rows_of(Activity), st.data())
def test_the_short_way_answers_what_the_schema_answers_or_leaves_it_to_the_schema(
    document: dict[str, Any], data: st.DataObject
) -> None:
    for name in data.draw(st.lists(st.sampled_from(list(document)), max_size=3)):
        document[name] = data.draw(anything)
    rows = [row for value in document.values() if isinstance(value, list) for row in value if isinstance(row, dict)]
    for row in rows[:2]:
        row[data.draw(st.sampled_from([*row, "more"]))] = data.draw(anything)
    try:
        wanted: Any = schema_of(Activity)().load(document)
    except ValidationError:
        wanted = plain.Doubtful
    with contextlib.suppress(plain.Doubtful):  # then the schema answers
        assert plain.cleaned(Activity, document) == wanted


def test_a_complete_document_or_section_takes_the_short_way() -> None:
    document = to_json(Activity(name=" Paie\x07 ", notes="a\r\nb"))

    assert plain.cleaned(Activity, document)["name"] == "Paie"
    assert plain.cleaned(Activity, {"notes": document["notes"]}, frozenset({"notes"})) == {"notes": "a\nb"}
    with pytest.raises(plain.Doubtful):
        plain.cleaned(Activity, {"notes": ""}, frozenset({"notes", "name"}))

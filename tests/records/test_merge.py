"""Merging three ways: nobody's words are lost, and where both changed the same answer a person decides."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.records.merge import MINE, THEIRS, Conflict, merge

Json = dict[str, Any]

words = st.sampled_from(["", "a", "b", "c"])
rows = st.lists(
    st.fixed_dictionaries({"key": st.sampled_from(["k1", "k2", "k3", "k4"]), "label": words, "law": words}),
    unique_by=lambda row: row["key"],
    max_size=4,
)
documents = st.fixed_dictionaries({"name": words, "flag": st.sampled_from([None, True, False]), "rows": rows})
quick = settings(max_examples=200, deadline=None)


def merged(base: Json, mine: Json, theirs: Json, **decided: str) -> tuple[Json, list[Conflict]]:
    return merge(base, mine, theirs, {path.replace("__", "/"): side for path, side in decided.items()})


@quick
@given(documents, documents)
def test_when_i_changed_nothing_theirs_stands(base: Json, theirs: Json) -> None:
    assert merge(base, copy.deepcopy(base), theirs, {}) == (theirs, [])


@quick
@given(documents, documents)
def test_when_they_changed_nothing_mine_stands(base: Json, mine: Json) -> None:
    assert merge(base, mine, copy.deepcopy(base), {}) == (mine, [])


@quick
@given(documents, documents)
def test_when_both_changed_alike_there_is_nothing_to_decide(base: Json, mine: Json) -> None:
    assert merge(base, mine, copy.deepcopy(mine), {}) == (mine, [])


@quick
@given(documents, documents, documents)
def test_without_decisions_no_word_of_theirs_is_lost(base: Json, mine: Json, theirs: Json) -> None:
    result, conflicts = merge(base, mine, theirs, {})
    disputed = {conflict.path for conflict in conflicts}

    for name in ("name", "flag"):
        assert result[name] in (mine[name], theirs[name])
        if name in disputed or mine[name] == base[name]:
            assert result[name] == theirs[name]


@quick
@given(documents, documents, documents, st.sampled_from([MINE, THEIRS]))
def test_once_all_is_decided_nothing_is_in_dispute(base: Json, mine: Json, theirs: Json, side: str) -> None:
    _result, conflicts = merge(base, mine, theirs, {})
    decided = {conflict.path: side for conflict in conflicts}

    result, left = merge(base, mine, theirs, decided)

    assert left == []
    for name in ("name", "flag"):
        if name in decided:
            assert result[name] == (mine if side == MINE else theirs)[name]


@quick
@given(documents, documents, documents)
def test_a_merge_names_each_row_once(base: Json, mine: Json, theirs: Json) -> None:
    keys = [row["key"] for row in merge(base, mine, theirs, {})[0]["rows"]]

    assert len(keys) == len(set(keys))
    both_kept = {row["key"] for row in mine["rows"]} & {row["key"] for row in theirs["rows"]}
    assert both_kept <= set(keys)


def row(key: str, label: str = "", law: str = "") -> Json:
    return {"key": key, "label": label, "law": law}


def test_rows_are_paired_by_key_and_not_by_place() -> None:
    base = {"rows": [row("a", "pay"), row("b", "hire")]}
    mine = {"rows": [row("b", "hire", "L1"), row("a", "pay")]}
    theirs = {"rows": [row("n", "new"), row("a", "pay staff"), row("b", "hire")]}

    result, conflicts = merged(base, mine, theirs)

    assert conflicts == []
    assert {r["key"]: r for r in result["rows"]} == {
        "a": row("a", "pay staff"), "b": row("b", "hire", "L1"), "n": row("n", "new"),
    }  # fmt: skip


def test_one_field_of_a_row_that_both_changed_is_named_by_its_path() -> None:
    base, mine, theirs = ({"rows": [row("a", label, "L1")]} for label in ("pay", "pay staff", "pay people"))

    assert merged(base, mine, theirs)[1] == [Conflict("rows/a/label", "pay", "pay staff", "pay people")]
    assert merged(base, mine, theirs, rows__a__label=MINE) == (mine, [])
    assert merged(base, mine, theirs, rows__a__label=THEIRS) == (theirs, [])


def test_a_row_that_i_removed_and_they_changed_is_for_me_to_decide() -> None:
    base, mine, theirs = {"rows": [row("a", "pay")]}, {"rows": []}, {"rows": [row("a", "pay staff")]}

    assert merged(base, mine, theirs)[1] == [Conflict("rows/a", row("a", "pay"), None, row("a", "pay staff"))]
    assert merged(base, mine, theirs, rows__a=MINE) == (mine, [])
    assert merged(base, mine, theirs, rows__a=THEIRS) == (theirs, [])


def test_a_row_that_they_removed_and_i_changed_is_for_me_to_decide() -> None:
    base, mine, theirs = {"rows": [row("a", "pay")]}, {"rows": [row("a", "pay staff")]}, {"rows": []}

    assert [c.path for c in merged(base, mine, theirs)[1]] == ["rows/a"]
    assert merged(base, mine, theirs, rows__a=MINE) == (mine, [])
    assert merged(base, mine, theirs, rows__a=THEIRS) == (theirs, [])


def test_a_row_that_one_removed_and_the_other_left_alone_is_gone() -> None:
    base = {"rows": [row("a", "pay"), row("b")]}

    assert merged(base, {"rows": [row("b")]}, {"rows": [row("a", "pay"), row("b", "hire")]}) == (
        {"rows": [row("b", "hire")]},
        [],
    )


def test_fields_that_i_did_not_send_are_not_in_the_answer() -> None:
    assert merged({"name": "a", "flag": None}, {"name": "b"}, {"name": "a", "flag": True}) == ({"name": "b"}, [])

"""What changed between two documents, told by field, by row and by word."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.records.differences import ADDED, CHANGED, REMOVED, differences, row_name, word_difference
from compliance.register.documents import Activity, DataCategory, ProcessorUse, Purpose
from compliance.support.documents import Link, to_json

texts = st.text(alphabet="ab é’œ\n\t1,.“\u200b\u0301🙂", max_size=40)


@settings(max_examples=300, deadline=None)
@given(texts, texts)
def test_the_words_that_stayed_and_went_are_the_text_before_and_those_that_stayed_and_came_the_text_after(
    before: str, after: str
) -> None:
    runs = word_difference(before, after)

    assert "".join(words for act, words in runs if act in ("same", REMOVED)) == before
    assert "".join(words for act, words in runs if act in ("same", ADDED)) == after
    assert all(words for _act, words in runs)


def test_one_word_that_changed_is_the_only_one_shown_so() -> None:
    assert word_difference("kept 5 years after payment", "kept 6 years after payment") == [
        ("same", "kept "), ("removed", "5"), ("added", "6"), ("same", " years after payment"),
    ]  # fmt: skip


def told(before: Activity | None, after: Activity) -> list[tuple[str, str, Any, Any]]:
    old = to_json(before) if before else {}
    return [(c.act, c.path, c.before, c.after) for c in differences(Activity, old, to_json(after))]


def test_equal_documents_do_not_differ() -> None:
    activity = Activity("Paie", purposes=(Purpose("p", "Payer"),), outside_eea=False)

    assert told(activity, activity) == []


def test_a_no_where_nothing_was_said_is_a_change_and_an_empty_text_is_none() -> None:
    assert told(Activity("x"), Activity("x", outside_eea=False)) == [(CHANGED, "outside_eea", None, False)]
    assert told(Activity("x", outside_eea=False), Activity("x")) == [(CHANGED, "outside_eea", False, None)]
    assert differences(Activity, {"name": "x"}, to_json(Activity("x", role="", phase=""))) == []


def test_a_number_that_becomes_nought_is_a_change() -> None:
    before, after = (Activity("x", ai_logs_months=number) for number in (None, 0))

    assert told(before, after) == [(CHANGED, "ai_logs_months", None, 0)]


def test_rows_are_followed_by_key_whatever_their_place() -> None:
    before = Activity("x", purposes=(Purpose("a", "Pay"), Purpose("b", "Hire"), Purpose("c", "Fire")))
    after = Activity("x", purposes=(Purpose("d", "Train"), Purpose("b", "Recruit"), Purpose("a", "Pay")))

    assert told(before, after) == [
        (CHANGED, "purposes/b/label", "Hire", "Recruit"),
        (REMOVED, "purposes/c/label", "Fire", None),
        (ADDED, "purposes/d/label", None, "Train"),
    ]


def test_a_flag_in_a_row_that_becomes_no_is_a_change() -> None:
    before, after = (Activity("x", data=(DataCategory("d", free_text=said),)) for said in (None, False))

    assert told(before, after) == [(CHANGED, "data/d/free_text", None, False)]


def test_a_row_is_called_by_its_words_or_by_what_it_links_to() -> None:
    assert row_name(to_json(Purpose("p", "Payer"))) == "Payer"
    assert row_name(to_json(ProcessorUse("u", Link("party", "P-1", "PaySoft")))) == "PaySoft"
    assert row_name(to_json(ProcessorUse("u"))) == ""

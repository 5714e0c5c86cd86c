"""Lists of rows: known by key, so that two people never write into each other's row."""

import pytest
from werkzeug.datastructures import MultiDict

from compliance.register.documents import Activity
from compliance.support.documents import from_json, to_json
from forms.choices import Choices
from forms.documents import section_form
from forms.drafts import RowAction, apply, raw_of, row_action

PURPOSES = section_form(Activity, ("purposes",), {}, "en")


def stored_of(*rows):
    return {"purposes": to_json(from_json(Activity, {"purposes": rows}))["purposes"]}


A = {"key": "aaaa", "label": "Pay salaries", "justification": "the law"}
B = {"key": "bbbb", "label": "Answer questions"}
C = {"key": "cccc", "label": "Keep accounts"}


def page(*rows):
    """What a browser holds after the page was shown with these rows."""
    return PURPOSES(Choices(), stored_of(*rows)).raw()


def sent(raw, stored):
    return PURPOSES(Choices(), stored, MultiDict(raw))


def labels(form):
    return [(row["key"], row["label"]) for row in form.answers()["purposes"]]


def test_words_reach_their_own_row_though_another_person_put_a_row_before_it():
    mine = page(A, B)
    mine["purposes:bbbb:label"] = ["Answer letters"]
    form = sent(mine, stored_of(C, A, B))
    assert dict(labels(form)) == {"aaaa": "Pay salaries", "bbbb": "Answer letters", "cccc": "Keep accounts"}
    assert form.answers()["purposes"][0]["justification"] == "the law"


def test_two_people_adding_rows_at_once_both_keep_theirs():
    first, second = page(A), page(A)
    first.update({"purposes:1111:label": ["Mine"], "purposes:1111:position": ["2"]})
    second.update({"purposes:2222:label": ["Yours"], "purposes:2222:position": ["2"]})
    after_first = sent(first, stored_of(A)).answers()
    assert labels(sent(second, after_first)) == [("aaaa", "Pay salaries"), ("2222", "Yours"), ("1111", "Mine")]


def test_a_row_that_was_shown_and_not_sent_back_is_removed():
    mine = {name: values for name, values in page(A, B).items() if not name.startswith("purposes:aaaa:")}
    assert labels(sent(mine, stored_of(A, B))) == [("bbbb", "Answer questions")]


def test_removing_every_row_is_known_from_not_having_had_the_list():
    assert sent({"purposes:shown": ["aaaa bbbb"]}, stored_of(A, B)).answers() == {"purposes": []}
    assert sent({"name": ["x"]}, stored_of(A, B)).answers() == stored_of(A, B)


def test_rows_stand_in_the_order_of_their_positions():
    mine = page(A, B, C)
    mine["purposes:cccc:position"] = ["0"]
    mine["purposes:aaaa:position"] = ["nonsense"]
    assert [key for key, _label in labels(sent(mine, stored_of(A, B, C)))] == ["cccc", "bbbb", "aaaa"]


def test_a_new_row_left_blank_is_no_row_and_no_error():
    raw = apply(page(A), RowAction("purposes", "add", "1111"))
    form = sent(raw, stored_of(A))
    assert len(form["purposes"].rows) == 2
    assert form.validate()
    assert labels(form) == [("aaaa", "Pay salaries")]


def test_a_row_emptied_of_what_it_held_is_asked_for():
    mine = page(A)
    mine["purposes:aaaa:label"] = [""]
    form = sent(mine, stored_of(A))
    assert not form.validate()
    assert list(form.errors) == ["purposes/aaaa/label"]


def test_every_faulty_row_is_named_in_the_summary():
    mine = page(A, B)
    mine.update({"purposes:aaaa:label": [""], "purposes:bbbb:label": [""]})
    form = sent(mine, stored_of(A, B))
    assert not form.validate()
    assert [str(blame.label) for blame in form.error_summary] == ["Row 1: Label", "Row 2: Label"]
    assert [blame.id for blame in form.error_summary] == ["f-purposes-aaaa-label", "f-purposes-bbbb-label"]


@pytest.mark.parametrize("key", ["no:colon", "spa ce", "x" * 17, ""])
def test_a_key_that_cannot_be_one_is_left_out(key):
    raw = {"purposes:shown": [""], f"purposes:{key}:label": ["Smuggled"]}
    assert labels(sent(raw, stored_of())) == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("purposes:aaaa:up", RowAction("purposes", "up", "aaaa")),
        ("joint_controllers:dd-1:remove", RowAction("joint_controllers", "remove", "dd-1")),
        ("purposes:aaaa:label", None),
        ("purposes:aaaa:position", None),
        ("name", None),
    ],
)
def test_a_row_button_is_told_from_a_field(name, expected):
    assert row_action({"name": "x", name: "1"}) == expected


def test_adding_gives_a_fresh_key_and_the_place_to_come_back_to():
    action = row_action({"purposes:add": "1"})
    assert action is not None
    assert action.key
    assert action.anchor == f"row-purposes-{action.key}"
    assert action.key != row_action({"purposes:add": "1"}).key


@pytest.mark.parametrize(
    ("verb", "key", "order"),
    [
        ("up", "cccc", "acb"),
        ("up", "aaaa", "abc"),
        ("down", "aaaa", "bac"),
        ("down", "cccc", "abc"),
        ("remove", "bbbb", "ac"),
    ],
)
def test_a_row_button_moves_or_removes_its_row(verb, key, order):
    raw = apply(page(A, B, C), RowAction("purposes", verb, key))
    assert "".join(key[0] for key, _ in labels(sent(raw, stored_of(A, B, C)))) == order


def test_a_row_button_keeps_every_word_however_wrong():
    mine = page(A, B)
    mine["purposes:bbbb:lia_on"] = ["next  week\x07"]
    raw = apply(mine, RowAction("purposes", "up", "bbbb"))
    assert raw["purposes:bbbb:lia_on"] == ["next  week\x07"]


def test_a_button_of_a_row_that_is_gone_does_nothing():
    assert apply(page(A), RowAction("purposes", "down", "gone")) == page(A)


def test_a_draft_holds_neither_token_nor_buttons_nor_null_characters():
    form = MultiDict(
        [("csrf_token", "t"), ("purposes:add", "1"), ("name", "a\0b"), ("rights", ""), ("rights", "access")]
    )
    assert raw_of(form) == {"name": ["ab"], "rights": ["", "access"]}


def test_resuming_a_draft_shows_rows_that_others_have_added_since():
    draft = page(A)
    draft["purposes:aaaa:label"] = ["Pay wages"]
    form = PURPOSES(Choices(), stored_of(A, B), draft)
    assert labels(form) == [("aaaa", "Pay wages"), ("bbbb", "Answer questions")]
    assert form["purposes"].shown == ["aaaa", "bbbb"]

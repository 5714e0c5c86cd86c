"""Each kind of answer: what it takes, what it refuses and in which words, what it never loses."""

import pytest
from werkzeug.datastructures import MultiDict

from compliance.register.documents import Activity
from forms.choices import Choices
from forms.documents import section_form

CHOICES = Choices(
    {
        "phases": [("planned", "Planned", "", False), ("ongoing", "Ongoing", "", False)],
        "rights": [("access", "Access", "", False), ("erasure", "Erasure", "", False), ("old", "Old", "", True)],
        "roles": [(f"role{n}", f"Role {n}", "", False) for n in range(9)],
    },
    {"department": [("D-1", "Finance"), ("D-2", "Human resources"), ("D-3", "Finance")]},
)
NAUGHTY = {
    "right to left": "مرحبا بالعالم שלום",
    "direction marks": "a\u202eb\u202c",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈",
    "stacked accents": "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
    "markup": "<script>alert('x')</script> & \"quotes\"",
    "formula": '=HYPERLINK("http://example.org","x")',
    "template": "{{ 7 * 7 }} {% raw %} ${7*7} %s %(name)s",
    "sql": "'; DROP TABLE records; --",
    "no-break spaces": "10 000 € « ok »",
    "ideographs": "個人情報の保護に関する法律",
    "zero-width": "a\u200bb\ufeffc",
    "private use": "\ue000\U0010fffd",
}


def form_of(*names, stored=None, **typed):
    sent = MultiDict([(name, v) for name, vs in typed.items() for v in (vs if isinstance(vs, list) else [vs])])
    return section_form(Activity, names, {}, "en")(CHOICES, stored, sent if typed else None)


def outcome(name, typed, stored=None):
    form = form_of(name, stored={name: stored} if stored is not None else None, **{name: typed})
    form.validate()
    return form.answers()[name], form.errors.get(name, [])


@pytest.mark.parametrize("typed", NAUGHTY.values(), ids=NAUGHTY.keys())
def test_whatever_a_person_can_type_is_kept(typed):
    assert outcome("name", typed) == (typed.strip(), [])
    assert outcome("description", f"{typed}\r\n{typed}") == (f"{typed}\n{typed}".strip(), [])


@pytest.mark.parametrize("hidden", ["\0", "\x07", "\x1b[31m", "\x7f", "\x85"])
def test_characters_nobody_can_see_are_taken_out_with_a_sentence(hidden):
    form = form_of("name", name=f"Pay{hidden}roll")
    assert not form.validate()
    assert hidden[0] not in form.answers()["name"]
    assert "Invisible characters" in form.errors["name"][0]
    assert form["name"].typed == form.answers()["name"]


def test_a_text_that_is_too_long_is_refused_and_stays_in_the_field():
    form = form_of("name", name="é" * 300)
    assert not form.validate()
    assert "300" in form.errors["name"][0]
    assert form["name"].typed == "é" * 300


def test_a_required_answer_that_is_only_spaces_is_missing():
    assert outcome("name", "  \t ")[1] == ["“Name” is required."]


@pytest.mark.parametrize(("typed", "meant"), [("yes", True), ("no", False), ("", None)])
def test_a_flag_has_three_states(typed, meant):
    assert outcome("profiling", typed) == (meant, [])


def test_an_unheard_of_flag_is_refused():
    assert outcome("profiling", "maybe")[1] == ["Choose yes, no or not said."]


def test_nobody_having_said_is_never_a_no():
    assert form_of("profiling").answers() == {"profiling": None}


@pytest.mark.parametrize(
    ("typed", "meant"), [("0", 0), ("12", 12), ("1 200", 1200), ("1\u202f200", 1200), ("", None), ("٣", 3)]
)
def test_a_count_takes_digits_with_or_without_spaces(typed, meant):
    assert outcome("ai_logs_months", typed) == (meant, [])


@pytest.mark.parametrize("typed", ["-1", "1.5", "six", "9" * 30, "²", "2000000001"])
def test_a_count_that_is_not_one_is_refused_and_shown_again(typed):
    form = form_of("ai_logs_months", ai_logs_months=typed)
    assert not form.validate()
    assert form["ai_logs_months"].typed == typed


@pytest.mark.parametrize("typed", ["23/11/2026", "2026-02-30", "tomorrow"])
def test_a_date_that_is_not_one_is_refused_and_can_still_be_seen(typed):
    form = form_of("started_on", started_on=typed)
    assert not form.validate()
    assert form["started_on"].typed == typed
    assert not form["started_on"].is_readable


def test_a_code_the_list_does_not_know_is_refused():
    assert outcome("phase", "sideways")[1] == ["Choose an entry of the list."]


def test_a_code_that_was_stored_stays_selectable_though_the_list_forgot_it():
    form = form_of("role", stored={"role": "forgotten"}, role="forgotten")
    assert form.validate()
    assert ("forgotten", True) in [(option.code, chosen) for option, chosen in form["role"].options()]


def test_a_short_list_is_seen_whole():
    assert form_of("phase")["phase"].as_radios
    assert not form_of("role")["role"].as_radios


def test_a_field_that_always_has_an_answer_offers_no_empty_one():
    assert "" not in [option.code for option, _chosen in form_of("phase")["phase"].options()]
    assert "" in [option.code for option, _chosen in form_of("automated_ground")["automated_ground"].options()]


def test_ticking_another_box_keeps_the_order_of_the_stored_ones():
    answer, _errors = outcome("rights", ["", "access", "erasure"], stored=["erasure"])
    assert answer == ["erasure", "access"]


def test_an_entry_that_is_hidden_is_offered_only_where_it_stands():
    assert "old" not in [option.code for option, _ in form_of("rights")["rights"].options()]
    assert "old" in [option.code for option, _ in form_of("rights", stored={"rights": ["old"]})["rights"].options()]


def test_unticking_every_box_empties_the_list():
    assert outcome("rights", [""], stored=["access"]) == ([], [])


def test_a_field_that_was_not_on_the_page_keeps_what_is_stored():
    form = form_of("name", "rights", stored={"name": "Payroll", "rights": ["access"]}, name="Pay")
    assert form.answers() == {"name": "Pay", "rights": ["access"]}


@pytest.mark.parametrize("typed", ["D-2", "Human resources (D-2)", "human RESOURCES"])
def test_a_record_is_found_by_reference_or_by_a_name_only_one_bears(typed):
    assert outcome("department", typed) == ({"kind": "department", "reference": "D-2", "name": "Human resources"}, [])


def test_a_name_that_two_records_bear_is_not_guessed():
    _answer, errors = outcome("department", "finance")
    assert errors == ["Not found in the list. Near to it: Finance, Finance."]


def test_the_name_kept_with_a_link_is_not_changed_by_saving_again():
    kept = {"kind": "department", "reference": "D-2", "name": "Personnel"}
    assert outcome("department", "D-2", stored=kept) == (kept, [])


def test_a_linked_record_that_is_gone_stays_chosen_under_its_kept_name():
    kept = {"kind": "department", "reference": "D-9", "name": "Archives"}
    form = form_of("department", stored={"department": kept}, department="D-9")
    assert form.validate()
    assert ("D-9", "Archives", True) in [(o.code, o.label, chosen) for o, chosen in form["department"].options()]


def test_more_than_two_hundred_records_are_typed_not_picked():
    many = Choices(links={"department": [(f"D-{n}", f"Unit {n}") for n in range(300)]})
    form = section_form(Activity, ("department",), {}, "en")(many, None, {"department": ["Unit 7 (D-7)"]})
    assert form.validate()
    assert not form["department"].as_list
    assert form.answers()["department"]["reference"] == "D-7"
    assert len(form.long_lists()[0][1]) == 300

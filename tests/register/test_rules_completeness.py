"""How much of Art. 30 a record answers, and what follows from a record without being typed."""

from typing import Any

import pytest

from compliance.register.rules import (
    completeness,
    has_criminal_data,
    has_minors,
    has_special_data,
    has_staff,
    has_transfers,
    has_vulnerable_people,
    points,
)
from tests.register.xray import LAW, PARTIES, make_activity, make_context


def answered(**changes: Any) -> dict[str, bool]:
    organisation = changes.pop("organisation", {})
    document = make_activity(**changes)
    return {p.name: p.answered for p in points(document, make_context(document, organisation=organisation))}


def test_a_complete_record_answers_every_point() -> None:
    document = make_activity()

    assert completeness(document, make_context(document)) == (9, 9)


def test_the_points_carry_their_letters_in_order() -> None:
    document = make_activity()

    assert "".join(p.letter for p in points(document, make_context(document))) == "aabccdefg"
    assert points(document, make_context(document))[-1].article == "30(1)(g)"


def test_a_processor_answers_the_second_paragraph() -> None:
    document = make_activity(role="processor", client={}, purpose=[])

    assert [p.article for p in points(document, make_context(document))] == [
        "30(2)(a)", "30(2)(a)", "30(2)(a)", "30(2)(b)", "30(2)(c)", "30(2)(d)",
    ]  # fmt: skip
    assert completeness(document, make_context(document)) == (6, 6)


def test_an_empty_answer_on_transfers_is_not_a_no() -> None:
    assert answered(outside_eea=None)["transfers"] is False
    assert answered(outside_eea=False)["transfers"] is True
    assert answered(outside_eea=True)["transfers"] is False
    assert answered(transfer={})["transfers"] is True
    assert answered(transfer={"country": ""})["transfers"] is False


def test_where_possible_accepts_a_reason() -> None:
    assert answered(datum={"active_value": None})["retention"] is False
    assert answered(datum={"active_value": None}, retention_absence="Depends on a trial")["retention"] is True
    assert answered(measure=[])["measures"] is False
    assert answered(measure=[], measures_absence="Secret annex")["measures"] is True


def test_every_category_needs_its_retention() -> None:
    assert answered(datum=[{}, {"active_value": None}])["retention"] is False
    assert answered(datum=[])["retention"] is False


def test_a_point_is_counted_only_where_it_applies() -> None:
    without = {"dpo_required": False, "dpo_designated": False, "dpo_name": ""}

    assert "joint_controllers" not in answered()
    assert answered(role="joint")["joint_controllers"] is False
    assert "representative" not in answered()
    assert answered(organisation={"eea_established": False, "targets_eea": True})["representative"] is False
    assert "dpo" not in answered(organisation=without)
    assert answered(organisation={"dpo_contact": ""})["dpo"] is False


def test_nobody_receives_is_an_answer() -> None:
    assert answered(recipient=[])["recipients"] is False
    assert answered(recipient=[], recipients_none=True)["recipients"] is True


@pytest.mark.parametrize(
    ("datum", "special", "criminal"),
    [
        ({"category": "contact"}, False, False),
        ({"category": "health"}, True, False),
        ({"category": "biometric", "identifies_uniquely": True}, True, False),
        ({"category": "biometric", "identifies_uniquely": None}, True, False),
        ({"category": "biometric", "identifies_uniquely": False}, False, False),
        ({"category": "criminal"}, False, True),
        ({"category": "our own list"}, False, False),
    ],
)
def test_sensitive_data_are_recognised(datum: dict[str, Any], special: bool, criminal: bool) -> None:
    document = make_activity(datum=datum)

    assert (has_special_data(document, LAW), has_criminal_data(document, LAW)) == (special, criminal)


def test_people_are_recognised() -> None:
    staff, children = make_activity(subject={"category": "employee"}), make_activity(subject={"category": "minor"})

    assert (has_staff(staff, LAW), has_minors(staff, LAW)) == (True, False)
    assert (has_staff(children, LAW), has_minors(children, LAW)) == (False, True)


def test_a_row_may_say_that_its_people_are_not_vulnerable() -> None:
    assert has_vulnerable_people(make_activity(subject={"category": "patient"}), LAW)
    assert not has_vulnerable_people(make_activity(subject={"category": "patient", "vulnerable": False}), LAW)
    assert has_vulnerable_people(make_activity(subject={"category": "customer", "vulnerable": True}), LAW)


def test_transfers_are_declared_or_plain() -> None:
    assert not has_transfers(make_activity(), PARTIES, LAW)
    assert has_transfers(make_activity(outside_eea=True), PARTIES, LAW)
    assert has_transfers(make_activity(transfer={}), PARTIES, LAW)
    assert has_transfers(make_activity(recipient={"kind": "group_entity", "country": "US"}), PARTIES, LAW)
    assert not has_transfers(make_activity(recipient={"kind": "data_subject", "country": "US"}), PARTIES, LAW)

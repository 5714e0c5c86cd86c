"""Every rule has its words, every word its rule, and the page about the X-ray says the same."""

import inspect
import re
import string
from pathlib import Path

import pytest

from compliance.register.documents import Activity
from compliance.register.rules import book
from compliance.regulation.reference import RuleText
from compliance.regulation.rulebook import SEVERITIES
from compliance.support.documents import specs_of
from tests.register.xray import LAW, findings, found

DOC = Path(__file__).parents[2] / "docs" / "xray.md"
TEXTS = list(LAW.rules.values())
names = [text.id for text in TEXTS]


def part_of(rule: str) -> type:
    part = next(iter(inspect.signature(book.rules[rule]).parameters.values())).annotation
    assert isinstance(part, type)
    return part


@pytest.mark.parametrize("text", TEXTS, ids=names)
def test_every_entry_has_a_rule_or_waits(text: RuleText) -> None:
    assert (text.id in set(book)) != bool(text.extra.get("waits_for"))


def test_every_rule_has_an_entry() -> None:
    assert set(book) <= set(LAW.rules)


def test_the_numbers_leave_no_gap() -> None:
    assert sorted(LAW.rules) == [f"R{number:03}" for number in range(1, len(TEXTS) + 1)]


@pytest.mark.parametrize("text", TEXTS, ids=names)
def test_words_are_complete_in_both_languages(text: RuleText) -> None:
    assert text.severity in SEVERITIES
    assert text.article
    assert set(text.applies_to) <= {"controller", "joint", "processor"}
    for message, remedy in ((text.en, text.remedy_en), (text.fr, text.remedy_fr)):
        assert message
        assert remedy.endswith(".")
        assert remedy[0].isupper()
        assert not message.endswith(".")
    assert fields_in(text.en) == fields_in(text.fr)


def fields_in(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


@pytest.mark.parametrize("text", TEXTS, ids=names)
def test_french_signs_stand_behind_a_space_that_does_not_break(text: RuleText) -> None:
    assert not re.search(
        r"[  ]\s|(?<![\u00a0\u202f])[;?!»]|(?<![\u00a0\u202f\d]):| [:;?!»]|« ", f"{text.fr} {text.remedy_fr}"
    )


@pytest.mark.parametrize("text", TEXTS, ids=names)
def test_what_mends_is_a_field_of_the_part(text: RuleText) -> None:
    part = Activity if text.extra.get("waits_for") else part_of(text.id)
    elsewhere = {"R001", "R002", "R003", "R082", "R054"}

    assert text.mends in specs_of(part) or text.id in elsewhere


def test_the_page_lists_the_rules_that_wait() -> None:
    listed = dict(re.findall(r"^\| (R\d{3}) \|.*\| ([a-z ]+) \|$", DOC.read_text("utf-8"), re.MULTILINE))

    assert listed == {text.id: text.extra["waits_for"] for text in TEXTS if "waits_for" in text.extra}


@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_message_can_be_filled_in(language: str) -> None:
    broken = findings(
        processor={"contract": "", "contract_until": "2026-12-01"},
        subject={"category": "minor"},
        purpose={"legal_basis": "consent"},
        online_service=True,
        transfer={"tool": "", "recipient": "Acme"},
        notice="",
    )

    assert len(broken) > 5
    for finding in broken:
        assert "{" not in LAW.rules[finding.rule].message(language).format(**finding.params)


def test_a_finding_names_its_row_in_the_words_typed() -> None:
    finding = found("R052", processor={"contract": ""})

    assert finding
    assert finding.params["label"] == "Soft"
    assert finding.path == "processors/u1/contract"


def test_a_row_without_words_is_named_by_its_code() -> None:
    finding = found("R009", datum={"active_value": None})

    assert finding
    assert finding.params == {"label": "contact", "label_vocabulary": "data_categories"}


def test_a_row_of_a_party_renamed_bears_the_new_name() -> None:
    finding = found("R052", processor={"contract": ""}, party={"name": "Soft Europe"})

    assert finding
    assert finding.params["label"] == "Soft Europe"


def test_a_finding_about_the_organisation_points_there() -> None:
    finding = found("R002", organisation={"dpo_contact": ""})

    assert finding
    assert finding.path == "organisation/dpo_contact"


def test_the_gravest_come_first() -> None:
    order = [
        SEVERITIES.index(finding.severity) for finding in findings(measure=[], subject=[], processor={"contract": ""})
    ]

    assert order == sorted(order)
    assert order[0] == 0


def test_the_points_of_article_30_exist_for_both_registers() -> None:
    terms = LAW.vocabularies["art30_points"].values()

    assert [t.extra["controller"] for t in terms if "controller" in t.extra] == list("aaaabccdefg")
    assert [t.extra["processor"] for t in terms if "processor" in t.extra] == list("aaaabcd")

"""`flask reminders sweep`: what it prints for people and for programs, and what a dry run leaves alone."""

import datetime
import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from compliance.support import transactions
from compliance.support.db import db
from compliance.support.post import Letter
from tests.helpers.makers import make_organisation, make_person, make_record

pytestmark = pytest.mark.database


@pytest.fixture
def house(context: Flask, morning: datetime.datetime) -> str:
    """An organisation whose one measure is due on 15 January 2027."""
    own = make_organisation("Manufacture du Chêne", language="fr")
    make_person("dpo", organisation=own, email="dpo@chene.example")
    make_record(name="Payroll", measures=[{"key": "m1", "label": "Encryption", "due_on": "2027-01-15"}])
    transactions.commit()
    slug = own.slug
    db.session.rollback()
    return slug


def run(app: Flask, *arguments: str, ends_with: int = 0) -> str:
    done = app.test_cli_runner().invoke(args=["reminders", "sweep", *arguments])
    assert done.exit_code == ends_with, done.output
    return done.output


def letters() -> int:
    number: Any = db.session.scalar(select(func.count()).select_from(Letter))
    db.session.rollback()
    return int(number)


def test_a_dry_run_prints_what_would_be_told_and_tells_nobody(house: str, context: Flask) -> None:
    asked = ("--organisation", house, "--now", "2027-01-15", "--json")
    first = json.loads(run(context, *asked, "--dry-run"))
    assert first["due"] == 2, "the measure, and the draft that was left alone"
    assert {letter["kind"] for letter in first["letters"]} == {"measure", "draft_alone"}
    assert all(set(letter) == {"to", "kind", "subject", "step"} for letter in first["letters"])
    assert "À échéance\u00a0: Payroll · Encryption" in json.dumps(first, ensure_ascii=False)
    assert letters() == 0
    assert json.loads(run(context, *asked, "--dry-run")) == first

    told = json.loads(run(context, *asked))
    assert told["letters"] == first["letters"]
    assert letters() == 2
    again = json.loads(run(context, *asked))
    assert (again["due"], again["letters"]) == (0, [])


def test_people_read_sentences(house: str, context: Flask) -> None:
    said = run(context, "--now", "2027-01-15T09:00", "--dry-run")
    assert "dpo@chene.example: " in said
    assert said.splitlines()[-1] == "2 due, would be told in 2 letter(s); 0 escalated."
    assert "Not told, before the morning: 1" in run(context, "--now", "2027-01-15T06:00")


def test_every_organisation_is_swept_unless_one_is_named(house: str, context: Flask) -> None:
    other = make_organisation("Elsewhere")
    make_person("dpo", organisation=other, email="dpo@elsewhere.example")
    make_record(name="Other", measures=[{"key": "m1", "label": "Locks", "due_on": "2027-01-15"}])
    slug = other.slug
    transactions.commit()
    told = json.loads(run(context, "--now", "2027-01-15", "--dry-run", "--json"))
    assert {letter["to"] for letter in told["letters"]} == {"dpo@chene.example", "dpo@elsewhere.example"}
    one = json.loads(run(context, "--organisation", slug, "--now", "2027-01-15", "--dry-run", "--json"))
    assert {letter["to"] for letter in one["letters"]} == {"dpo@elsewhere.example"}


@pytest.mark.parametrize("arguments", [("--now", "tomorrow"), ("--organisation", "nowhere")])
def test_what_makes_no_sense_is_refused_in_a_sentence(arguments: tuple[str, ...], house: str, context: Flask) -> None:
    assert "Error: " in run(context, *arguments, ends_with=2)

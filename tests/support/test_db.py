"""The database: what holds whoever forgets to ask, on both databases."""

import pytest
from flask import Flask
from sqlalchemy import insert, select, text
from sqlalchemy.exc import IntegrityError

from compliance.records.models import Fact, Record, RecordLink
from compliance.support import transactions
from compliance.support.clock import now
from compliance.support.db import across_organisations, claim, db, enter, random_token
from tests.helpers.makers import make_organisation, make_record

pytestmark = pytest.mark.database


def test_a_row_cannot_name_the_record_of_another_organisation(context: Flask) -> None:
    foreign = make_organisation("Theirs")
    theirs = make_record().id
    own = make_organisation("Ours")
    ours = make_record().id
    number = own.id
    assert foreign.id != number
    db.session.commit()
    rows = [
        (RecordLink, {"from_id": ours, "role": "x", "to_id": theirs}),
        (Fact, {"record_id": theirs, "subject": "", "name": "x", "value": {}, "since": now()}),
        (RecordLink, {"from_id": theirs, "role": "x", "to_id": ours}),
    ]
    for model, values in rows:
        with pytest.raises(IntegrityError), db.engine.begin() as connection:
            connection.execute(insert(model.__table__).values(organisation_id=number, **values))


def test_a_reference_stands_once_in_an_organisation_whatever_the_code_does(context: Flask) -> None:
    make_organisation()
    number = make_record().id
    db.session.commit()
    columns = ", ".join(column.name for column in Record.__table__.columns if column.name != "id")
    again = text(f"INSERT INTO records ({columns}) SELECT {columns} FROM records WHERE id = :id")
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(again, {"id": number})


def test_a_document_comes_back_as_it_went_in(context: Flask) -> None:
    make_organisation()
    record = make_record()
    strange = {"é": "🙂\u202e\\\"'", "n": [0, 1.5, None, True, -1], "deep": {"a": {"b": []}}, "": ""}
    record.document = strange
    claim(record)
    transactions.commit()
    db.session.expire_all()

    assert record.document == strange


def test_lifting_the_wall_ends_with_its_block_even_when_it_breaks(context: Flask) -> None:
    make_organisation()
    make_record()
    enter(None)

    with pytest.raises(RuntimeError), across_organisations():
        raise RuntimeError

    assert db.session.scalars(select(Record)).all() == []


def test_tokens_are_long_and_never_the_same() -> None:
    tokens = {random_token() for _ in range(1000)}

    assert len(tokens) == 1000
    assert {len(token) for token in tokens} == {32}

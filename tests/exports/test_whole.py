"""The whole register as JSON: what comes out is what went in."""

import io
import json

import pytest

from compliance.exports.whole import LISTS, write_whole
from compliance.register.documents import Activity
from compliance.support.documents import from_json, to_json
from tests.exports.makers import ORGANISATION, endless, entry, payroll


def whole(**changes: object) -> bytes:
    out = io.BytesIO()
    stored = to_json(payroll())
    activities = [
        {"reference": "RH-01", "status": "approved", "edition": 3, "document": stored, "approved_document": stored}
    ]
    lists = {"departments": [{"reference": "DEP-1", "name": "Ressources humaines"}], "activities": activities} | changes
    write_whole(out, to_json(ORGANISATION), lists)  # type: ignore[arg-type]
    return out.getvalue()


def test_the_file_says_what_it_is_and_holds_every_list() -> None:
    read = json.loads(whole())
    assert (read["format"], read["version"]) == ("trente-register", 1)
    assert read["organisation"] == to_json(ORGANISATION)
    assert [name for name in read if isinstance(read[name], list)] == list(LISTS)
    assert read["parties"] == []


def test_a_document_comes_back_equal() -> None:
    read = json.loads(whole())["activities"][0]
    assert from_json(Activity, read["document"]) == payroll()
    assert read["approved_document"] == to_json(payroll())


def test_equal_registers_are_equal_bytes_and_others_are_not() -> None:
    assert whole() == whole()
    assert whole() != whole(departments=[])
    assert b"exported_at" not in whole()


def test_the_moment_is_told_when_it_is_given() -> None:
    out = io.BytesIO()
    write_whole(out, {}, {}, exported_at="2026-11-23T08:00:00+00:00")
    assert json.loads(out.getvalue())["exported_at"] == "2026-11-23T08:00:00+00:00"


def test_a_list_that_the_format_does_not_know_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="contracts"):
        whole(contracts=[])


def test_an_entry_gives_its_document_back() -> None:
    assert entry(endless()).document == endless()

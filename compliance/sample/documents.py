"""The documents of the sample company's records: a starter of the library, and what the company made of it."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from compliance.register.documents import SECTIONS, Activity
from compliance.regulation.reference import reference
from compliance.regulation.starters import starter_document
from compliance.sample.words import data, said
from compliance.support.documents import Json, specs_of, to_json

DRAFT = "draft"


@dataclass(frozen=True)
class Place:
    """Where a record is written: the language, the day, and what its words stand for."""

    language: str
    today: datetime.date
    people: Mapping[str, Json]
    departments: Mapping[str, Json]
    parties: Mapping[str, Json]
    countries: Mapping[str, str]
    systems: Mapping[str, Json]

    def day(self, ago: int) -> str:
        """The day that many days ago; a negative number is to come."""
        return (self.today - datetime.timedelta(days=ago)).isoformat()


def full(entry: Mapping[str, Any], place: Place) -> tuple[Json, Json]:
    """A record as its starter gives it, and as the company completed it."""
    base = {**to_json(Activity()), **_start(entry, place), "phase": entry.get("phase", "ongoing")}
    base["department"] = place.departments[entry["department"]]
    base["owner"] = place.people[entry["owner"]]
    base["clients"] = [row | {"party": place.parties[row["party"]]} for row in base["clients"]]
    if "started_days" in entry:
        base["started_on"] = place.day(entry["started_days"])
    done = base | {"systems": _systems(entry, place), "processors": _processors(entry, place), **entry.get("set", {})}
    if entry["story"] != DRAFT:
        done |= _settled(entry, done, place)
    return base, done


def _start(entry: Mapping[str, Any], place: Place) -> Json:
    if "starter" in entry:
        starter = next(s for s in reference().starters if s["code"] == entry["starter"])
        return starter_document(starter, place.language)
    words = entry["document"]
    return starter_document(
        {"name": entry["name"], "description": words["description"], "document": words}, place.language
    )


def _settled(entry: Mapping[str, Any], document: Json, place: Place) -> Json:
    """What a record says once somebody has gone through all of it."""
    words = said(data("records")["words"], place.language)
    told = said(entry.get("notice", ""), place.language)
    transfers = _transfers(entry, place)
    settled = {
        "notes": "",
        "purposes": [_balanced(row, words["lia_balance"]) for row in document["purposes"]],
        "measures": [row | {"in_place": True} for row in document["measures"]],
        "notice": told,
        "staff_information": said(entry.get("staff_information", ""), place.language),
        "processors_none": True if not document["processors"] else None,
        "outside_eea": bool(transfers),
        "transfers": transfers,
    }
    if told and document["collection"] in ("indirect", "both"):
        settled["indirect_information"] = words["indirect_information"]
    if days := entry.get("unfinished_days"):
        settled["measures"][-1] |= {"in_place": False, "due_on": place.day(-days)}
    return settled


def _balanced(purpose: Json, words: str) -> Json:
    needed = purpose.get("legal_basis") == "legitimate_interests"
    return purpose | {"lia_balance": words, "lia_conclusion": "favourable"} if needed else purpose


def _row(row: type, key: str, answers: Mapping[str, Any]) -> Json:
    return {**to_json(row(key=key)), **answers}


def _rows(entry: Mapping[str, Any], name: str, place: Place) -> list[tuple[Json, Mapping[str, Any]]]:
    """The rows of one list, complete, each with the words of the file from which the rest follows."""
    row = specs_of(Activity)[name].row
    assert row is not None
    known = specs_of(row)
    rows = []
    for number, item in enumerate(said(entry.get(name, []), place.language), start=1):
        answers = {field: value for field, value in item.items() if field in known}
        if "party" in item:
            answers["party"] = place.parties[item["party"]]
        rows.append((_row(row, f"{name[:2]}{number:02d}", answers), item))
    return rows


def _processors(entry: Mapping[str, Any], place: Place) -> list[Json]:
    made = []
    for row, item in _rows(entry, "processors", place):
        row["subprocessors_known"] = True if row["contract"] else None
        row["contract_on"] = place.day(item["contract_days"]) if "contract_days" in item else ""
        row["contract_until"] = place.day(-item["contract_left"]) if "contract_left" in item else ""
        made.append(row)
    return made


def _transfers(entry: Mapping[str, Any], place: Place) -> list[Json]:
    made = []
    for row, item in _rows(entry, "transfers", place):
        row["recipient"], row["country"] = row["party"]["name"], place.countries[item["party"]]
        row["tia_on"] = place.day(item["tia_days"]) if "tia_days" in item else ""
        row["dpf_checked_on"] = place.day(item["dpf_checked_days"]) if "dpf_checked_days" in item else ""
        made.append(row)
    return made


def _systems(entry: Mapping[str, Any], place: Place) -> list[Json]:
    row = specs_of(Activity)["systems"].row
    assert row is not None
    named = enumerate(entry.get("systems", ()), start=1)
    return [_row(row, f"sy{number:02d}", {"system": place.systems[name]}) for number, name in named]


def first_version(entry: Mapping[str, Any], base: Json, done: Json) -> Json:
    """The record before the sections named in `later` were completed."""
    waiting = {field for sections in entry.get("later", ()) for section in sections for field in SECTIONS[section]}
    return {name: base[name] if name in waiting else value for name, value in done.items()}

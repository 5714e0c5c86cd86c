"""Documents drawn by lot for a large organisation, from the starters of the library and lists of words."""

import datetime
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from compliance.parties.documents import Party, System
from compliance.records.actor import Actor
from compliance.register.documents import Activity, ProcessorUse, SystemUse, Transfer
from compliance.regulation.reference import reference
from compliance.regulation.starters import starter_document
from compliance.sample.words import data
from compliance.support.documents import Json, specs_of, to_json

#: How many rows of each list a record has, and how often: the middle one is what the product is measured with.
ROWS: Mapping[str, tuple[Sequence[int], Sequence[int]]] = {
    "purposes": ((1, 2, 3, 4, 5), (10, 20, 40, 20, 10)),
    "data": ((4, 5, 6, 7, 8), (10, 20, 40, 20, 10)),
    "recipients": ((2, 3, 4, 5, 6), (10, 20, 40, 20, 10)),
    "measures": ((6, 7, 8, 9, 10), (10, 20, 40, 20, 10)),
    "transfers": ((0, 1, 2, 3, 4), (20, 20, 35, 15, 10)),
}
COUNTRIES = ("FR",) * 12 + ("DE", "BE", "IE", "NL", "IT", "ES", "US", "US", "GB", "CH", "IN", "MA", "CA")
#: What a third country is reached with, where an adequacy decision does not settle it.
SCC = {"tool": "scc_com", "scc_set": "2021_914", "scc_module": "2", "tia_result": "impediment_mitigated"}
ADEQUATE = {"GB", "CH", "CA"}


@dataclass(frozen=True)
class Cast:
    """Who and what records name, and the day on which they are drawn."""

    departments: Sequence[Json]
    owners: Sequence[Json]
    actors: Mapping[str, Actor]
    parties: Sequence[Json]
    countries: Mapping[str, str]
    systems: Sequence[Json]
    today: datetime.date

    def day(self, ago: int) -> str:
        """The day that many days ago."""
        return (self.today - datetime.timedelta(days=ago)).isoformat()

    @functools.cached_property
    def abroad(self) -> Sequence[Json]:
        """The parties outside the EEA."""
        inside = {code for code, term in reference().vocabularies["countries"].items() if term.extra.get("eea")}
        return [party for party in self.parties if self.countries[party["reference"]] not in inside]

    @functools.cached_property
    def near(self) -> Sequence[Json]:
        """The parties of the EEA."""
        far = {party["reference"] for party in self.abroad}
        return [party for party in self.parties if party["reference"] not in far]


def _words(name: str) -> Any:
    return data("large")["words"][name]


def drawn_party(number: int, rng: Random) -> Json:
    """A supplier or partner."""
    country = COUNTRIES[number % len(COUNTRIES)]
    stems, trades = _words("party_stems"), _words("party_trades")
    trade = trades[(number // len(stems) + number) % len(trades)]
    name = f"{stems[number % len(stems)]} {trade} {rng.choice(_words('party_forms'))}"
    party = Party(
        name=name,
        country=country,
        email=f"contact{number + 1}@parties.example.org",
        hosting_countries=(country,),
        guarantees=rng.choice(_words("guarantees")),
        dpf_coverage="both" if country == "US" else "",
        dpf_checked_on="2026-06-01" if country == "US" else "",
    )
    return to_json(party)


def drawn_system(number: int, parties: Sequence[Json], rng: Random) -> Json:
    """An application."""
    names, sites = _words("systems"), _words("sites")
    kind = rng.choice(("application", "saas", "database", "file_share", "messaging"))
    document = to_json(System(name=f"{names[number % len(names)]} – {sites[number % len(sites)]}", kind=kind))
    return document | {"provider": rng.choice(parties), "hosting_countries": ["FR"]}


@functools.cache
def _starters() -> tuple[Json, ...]:
    return tuple(
        {**to_json(Activity()), **starter_document(starter, "fr"), "notes": ""} for starter in reference().starters
    )


@functools.cache
def _complete(name: str) -> tuple[Json, ...]:
    """Every row of one list that any starter has, with all its fields."""
    row = specs_of(Activity)[name].row
    assert row is not None
    blank = to_json(row())
    return tuple({**blank, **item} for starter in _starters() for item in starter[name])


@functools.cache
def _plain(name: str) -> tuple[Json, ...]:
    """The rows that can stand in any record: no special category, no condition of their own."""
    marked = ("special_condition", "law_reference", "criminal_authorisation")
    vocabulary = reference().vocabularies["data_categories"]
    special = {
        code for code, term in vocabulary.items() if term.extra.get("special") or term.extra.get("kind") == "criminal"
    }
    return tuple(
        row
        for row in _complete(name)
        if not any(row.get(field) for field in marked) and row.get("category") not in special | {"nir", "biometric"}
    )


def drawn_record(number: int, rng: Random, cast: Cast, *, complete: bool) -> Json:
    """A processing activity; one that is not complete lacks what a draft lacks."""
    starter = _starters()[number % len(_starters())]
    owner = cast.owners[rng.randrange(4, len(cast.owners))]
    place = f"{rng.choice(_words('scopes'))} {rng.choice(_words('sites'))}"
    name = f"{starter['name']} – {rng.choice(_words('qualities')) if rng.random() < 0.3 else place}"
    extent = _words("extent").format(place=place, number=rng.randrange(10, 4000, 10), owner=owner["name"])
    document = {
        **starter,
        "name": name,
        "description": f"{starter['description']} {extent}",
        "department": rng.choice(cast.departments),
        "owner": owner,
        "started_on": cast.day(rng.randint(1100, 4000)),
        "constant_monitoring": False,
        "purposes": [_balanced(row, rng) for row in _drawn("purposes", starter, rng)],
        "people": [{**row} for row in _rows_of("people", starter)],
        "data": _drawn("data", starter, rng),
        "recipients": _drawn("recipients", starter, rng),
        "measures": [row | {"in_place": rng.random() < 0.95} for row in _drawn("measures", starter, rng)],
        "transfers": _transfers(rng, cast),
        "systems": [
            {**to_json(SystemUse()), "key": f"y{n}", "system": system}
            for n, system in enumerate(rng.sample(cast.systems, rng.randint(1, 3)))
        ],
        "notice": rng.choice(_words("notices")),
        "indirect_information": rng.choice(_words("notices")) if starter["collection"] != "direct" else "",
        "staff_information": "Comité social et économique consulté, note au personnel",
    }
    document["processors"] = _processors(rng, cast, document["transfers"], signed=complete)
    document["outside_eea"] = bool(document["transfers"])
    if not complete:
        document |= _unfinished(document, rng)
    return document


def _rows_of(name: str, starter: Json) -> list[Json]:
    row = specs_of(Activity)[name].row
    assert row is not None
    blank = to_json(row())
    return [{**blank, **item} for item in starter[name]]


def _drawn(name: str, starter: Json, rng: Random) -> list[Json]:
    """The starter's own rows first, then others until there are as many as drawn; keys are the record's own."""
    counts, weights = ROWS[name]
    wanted = rng.choices(counts, weights)[0]
    own = _rows_of(name, starter)
    rows = own[:wanted] + rng.sample(_plain(name), max(0, wanted - len(own)))
    return [row | {"key": f"{name[0]}{n}{rng.randrange(16**5):05x}"} for n, row in enumerate(rows)]


def _balanced(purpose: Json, rng: Random) -> Json:
    if purpose["legal_basis"] != "legitimate_interests" or rng.random() < 0.1:
        return purpose
    return purpose | {"lia_balance": _words("balance"), "lia_conclusion": "favourable"}


def _transfers(rng: Random, cast: Cast) -> list[Json]:
    counts, weights = ROWS["transfers"]
    chosen = rng.sample(cast.abroad, rng.choices(counts, weights)[0])
    return [_transfer(f"t{n}{rng.randrange(16**5):05x}", party, rng, cast) for n, party in enumerate(chosen)]


def _transfer(key: str, party: Json, rng: Random, cast: Cast) -> Json:
    country = cast.countries[party["reference"]]
    row = to_json(Transfer(key=key, recipient=party["name"], importer_role="processor", country=country))
    row |= {"party": party, "frequency": rng.choice(("occasional", "repeated"))}
    if country in ADEQUATE:
        return row | {"tool": "adequacy", "justification": "Organisme soumis à la loi que vise la décision"}
    if country == "US":
        return row | {
            "tool": "dpf",
            "dpf_coverage": "both",
            "dpf_checked_on": cast.day(90),
            "fallback": rng.choice(_words("fallbacks")),
        }
    return row | SCC | {"tia_on": cast.day(rng.randint(20, 300))}


def _processors(rng: Random, cast: Cast, transfers: list[Json], *, signed: bool) -> list[Json]:
    abroad = [row["party"] for row in transfers]
    rows = []
    for n, party in enumerate([*abroad[:2], *rng.sample(cast.near, rng.randint(1, 2))]):
        row = to_json(ProcessorUse(key=f"p{n}{rng.randrange(16**5):05x}", service=rng.choice(_words("services"))))
        row |= {"party": party, "subprocessors_known": rng.random() < 0.85}
        if signed or rng.random() < 0.6:
            row |= {
                "contract": "Contrat de service et annexe de sous-traitance",
                "contract_on": cast.day(rng.randint(50, 1500)),
            }
        rows.append(row)
    return rows


def _unfinished(document: Json, rng: Random) -> Json:
    """What nobody has said yet in a draft."""
    missing: Json = {}
    if rng.random() < 0.5:
        missing["outside_eea"], missing["transfers"] = None, []
    if rng.random() < 0.4:
        missing["purposes"] = [row | {"legal_basis": "", "lia_balance": ""} for row in document["purposes"]]
    if rng.random() < 0.4:
        missing["notice"] = missing["indirect_information"] = missing["staff_information"] = ""
    if rng.random() < 0.2:
        missing["owner"] = None
    if rng.random() < 0.2:
        missing["measures"] = []
    return missing


def varied(document: Json, rng: Random) -> Json:
    """An earlier version of a record: fewer measures, other words, a shorter list of recipients."""
    return {
        **document,
        "description": document["description"].split(" Périmètre")[0],
        "measures": document["measures"][: max(1, len(document["measures"]) - rng.randint(1, 3))],
        "recipients": document["recipients"][:-1] or document["recipients"],
        "notice": "",
    }

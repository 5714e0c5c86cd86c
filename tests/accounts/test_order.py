"""Lists of names stand in the order of a dictionary: an accent does not send a word behind Z."""

import pytest
from flask import Flask

from compliance.accounts import services as accounts
from compliance.accounts.vocabulary import Vocabulary
from compliance.parties import services as parties
from compliance.support.text import fold
from tests.helpers.makers import make_department, make_organisation, make_party, make_person

NAMES = ["Zoé", "Émile", "Alice", "Ève", "Étude"]
ORDERED = ["Alice", "Émile", "Étude", "Ève", "Zoé"]


@pytest.mark.database
def test_departments_people_and_parties_follow_the_dictionary(context: Flask) -> None:
    own = make_organisation()
    for name in NAMES:
        make_department(name)
        make_person("dpo", organisation=own, name=name)
        make_party(name)
    assert [place.name for place in accounts.departments()] == ORDERED
    assert list(accounts.directory().values()) == ORDERED
    assert [person.name for person, _roles in accounts.people()] == ORDERED
    assert [party.name for party in parties.all_of("party")] == ORDERED


def test_countries_follow_the_dictionary_of_the_language(context: Flask) -> None:
    make_organisation()
    names = [name for _code, name, *_rest in Vocabulary("fr").entries("countries")]
    assert names == sorted(names, key=fold)
    assert names.index("Égypte") < names.index("Finlande")

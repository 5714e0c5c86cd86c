"""The file of an import as it was sent: to those who import here today, as an attachment, with a line in the log."""

import pytest
from flask import Flask

from compliance.accounts import services as accounts
from compliance.records import access
from compliance.records.actor import system
from compliance.support import storage, transactions
from compliance.support.db import enter
from tests.helpers.client import PageClient
from tests.helpers.makers import make_person
from tests.register.desk import Desk
from tests.register.imports import W1, begin
from tests.register.records import make_team


@pytest.fixture
def desk(context: Flask, client: PageClient) -> Desk:
    return Desk(client, make_team())


def address(desk: Desk, token: str) -> str:
    return desk.client.address("imports.original", organisation=desk.team.organisation.slug, token=token)


@pytest.mark.database
def test_the_file_comes_back_as_it_was_sent_and_leaves_a_line(desk: Desk) -> None:
    run = begin(desk.team, W1, "Registre été.csv")
    where = address(desk, run.token)
    assert where in desk.page("imports.show", token=run.token).links.values()

    with desk.client.get(where) as response:
        assert response.data == W1
        assert response.headers["Content-Disposition"].startswith("attachment;")
        assert response.mimetype == "application/octet-stream"
    lines = access.lines(desk.team.organisation.id)
    assert [(line.tag, line.subject) for line in lines] == [("import:downloaded", "Registre été.csv")]


def test_who_may_no_longer_import_no_longer_gets_it(desk: Desk) -> None:
    run = begin(desk.team)
    where, own, person = address(desk, run.token), desk.team.organisation, desk.team.people["dpo"]
    accounts.give_role(person, "legal", actor=system(own.id))
    enter(own.id)
    for membership in accounts.find_person(person.id)[1]:
        if membership.role == "dpo":
            accounts.take_role(membership.id, actor=system(own.id))
    transactions.commit()

    assert desk.client.get(where).status_code == 403
    assert access.lines(own.id) == []


def test_nobody_of_another_organisation_gets_it(desk: Desk) -> None:
    run = begin(desk.team)
    where = address(desk, run.token)
    other = make_team("dpo")
    desk.client.sign_in(other.people["dpo"])
    assert desk.client.get(where).status_code == 404
    there = desk.client.address("imports.original", organisation=other.organisation.slug, token=run.token)
    assert desk.client.get(there).status_code == 404
    desk.client.sign_in(make_person("auditor", organisation=desk.team.organisation))
    assert desk.client.get(where).status_code == 403


def test_a_file_that_is_gone_is_not_there(desk: Desk) -> None:
    run = begin(desk.team, b"Nom du traitement;Finalit\xc3\xa9\nSeul;Payer\n", "alone.csv")
    storage.drop(run.file_digest)
    assert desk.client.get(address(desk, run.token)).status_code == 404

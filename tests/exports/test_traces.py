"""Who takes an export away leaves a line in the access log, and who is refused leaves none."""

import pytest
from flask import Flask

from compliance.records import access
from tests.exports.test_pages import build
from tests.helpers.client import PageClient
from tests.helpers.makers import make_person
from tests.register.desk import Desk
from tests.register.records import make_team


@pytest.mark.database
def test_a_download_leaves_a_line_and_a_refusal_none(context: Flask, client: PageClient) -> None:
    desk = Desk(client, make_team())
    own = desk.team.organisation
    address = build(desk, format="csv")

    with client.get(address) as response:
        name = response.headers["Content-Disposition"].partition("filename=")[2]
    client.sign_in(make_person("dpo", organisation=own))
    assert client.get(address).status_code == 404

    assert [(line.tag, line.actor_id, line.subject) for line in access.lines(own.id)] == [
        ("export:downloaded", desk.team.people["dpo"].id, name)
    ]

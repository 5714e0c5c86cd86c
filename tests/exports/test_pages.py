"""The pages of exports: choose, wait, download; each takes away what they may see, as a file and never in the page."""

import io

import pytest
from flask import Flask
from sqlalchemy import select

from compliance.accounts import services as accounts
from compliance.exports import services
from compliance.records import access
from compliance.records import services as records
from compliance.records.actor import system
from compliance.records.models import StoredFile
from compliance.support import jobs, storage, transactions
from compliance.support.db import db, enter
from tests.helpers.client import PageClient
from tests.helpers.makers import give_role, make_department, make_person, make_record
from tests.register.desk import Desk
from tests.register.records import make_approved, make_team

pytestmark = pytest.mark.database


@pytest.fixture
def desk(context: Flask, client: PageClient) -> Desk:
    team = make_team()
    record = make_approved(team, name="Paie")
    records.change(record, {**record.document, "name": "Paye, en cours"}, "x:change", actor=team.actor("dpo"))
    make_record(name="Brouillon")
    transactions.commit()
    return Desk(client, team)


def build(desk: Desk, answered: int = 303, **wish: object) -> str:
    answer = desk.send("exports.build", {"language": "fr", "status": "approved", **wish}, answered)
    return str(answer.location or "")


def fetch(desk: Desk, address: str) -> bytes:
    """The content of a file; a response that streams one is closed by who reads it."""
    with desk.client.get(address) as response:
        assert response.status_code == 200, address
        return bytes(response.data)


@pytest.mark.parametrize("role", ["dpo", "auditor", "controller"])
@pytest.mark.parametrize("format_", services.MEDIA)
def test_each_format_is_downloaded_as_a_file(format_: str, role: str, desk: Desk) -> None:
    desk.sit(role)

    response = desk.client.get(build(desk, format=format_))

    assert response.status_code == 200
    assert response.mimetype == services.MEDIA[format_]
    disposition = response.headers["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert f".{format_}" in disposition
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert b"en cours" not in response.data
    response.close()


def test_what_was_built_is_listed_for_who_asked_and_downloaded_by_nobody_else(desk: Desk) -> None:
    address = build(desk, format="csv", status="all")
    assert address in desk.page("exports.index").links.values()
    colleague = make_person("dpo", organisation=desk.team.organisation)

    desk.client.sign_in(colleague)

    assert desk.client.get(address).status_code == 404
    assert address not in desk.page("exports.index").links.values()
    stranger = make_team("dpo")
    desk.client.sign_in(stranger.people["dpo"])
    assert desk.client.get(address).status_code == 404
    token = address.rpartition("/")[2]
    assert desk.client.get(f"/o/{stranger.organisation.slug}/exports/files/{token}").status_code == 404


def test_an_auditor_is_not_offered_drafts_and_gets_none(desk: Desk) -> None:
    desk.sit("auditor")

    assert not desk.page("exports.index").find(name="status")
    build(desk, 403, format="csv", status="all")
    build(desk, 404, format="csv", reference="PA-0002")
    assert b"Paie" in fetch(desk, build(desk, format="csv", reference="PA-0001"))


def test_a_department_head_takes_nothing_away(desk: Desk) -> None:
    place = make_department()
    desk.client.sign_in(make_person("department_head", organisation=desk.team.organisation, department=place.reference))

    desk.page("exports.index", 403)
    build(desk, 403, format="csv")


def test_the_filters_of_the_list_come_along(desk: Desk) -> None:
    page = desk.page("index", state="draft", q="brouillon")
    address = next(url for words, url in page.links.items() if "exports/?query" in url)
    form = desk.client.page(address).form("/build")
    assert "json" not in [e.get("value") for e in desk.client.page(address).find(name="format")]

    answer = desk.send("exports.build", {**form, "format": "csv", "status": "all"})

    text = fetch(desk, answer.location).decode("utf-8-sig")
    assert "Brouillon" in text
    assert "en cours" not in text


@pytest.mark.parametrize(
    "query", ["%00", "state=%00", "q=%00", "sort=;", "=&=", "after=zzz&state=draft", "a" * 5000, "review=x", "&" * 3000]
)
def test_no_question_breaks_an_export(query: str, desk: Desk) -> None:
    assert fetch(desk, build(desk, format="csv", query=query))
    desk.page("exports.index", query=query)


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"format": "exe"}, 409),
        ({"format": ""}, 409),
        ({"format": "csv", "language": "xx"}, 409),
        ({"format": "csv", "status": "x"}, 409),
        ({"format": "csv", "reference": "\0"}, 303),
        ({"format": "csv", "reference": "../../etc"}, 404),
        ({"format": "json", "query": "state=draft"}, 409),
        ({"format": "csv", "selected": ["\0", "PA-0001", "x" * 3000]}, 303),
    ],
)
def test_a_wish_that_cannot_be_is_refused_in_words(wish: dict[str, object], status: int, desk: Desk) -> None:
    build(desk, status, **wish)


def test_a_long_export_is_waited_for_and_fetched(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(services.AT_ONCE, "csv", 0)
    address = build(desk, format="csv")
    assert "/jobs/" in address
    desk.client.page(address)
    colleague = make_person("dpo", organisation=desk.team.organisation)
    desk.client.sign_in(colleague)
    assert desk.client.get(address).status_code == 404
    desk.sit("dpo")
    transactions.commit()

    assert jobs.run_due() == 1
    db.session.rollback()

    links = desk.client.page(address).links
    assert "Paie" in fetch(desk, next(url for url in links.values() if "/files/" in url)).decode("utf-8-sig")


def test_a_long_export_that_is_given_up_is_not_built(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(services.AT_ONCE, "csv", 0)
    address = build(desk, format="csv")
    desk.send("exports.cancel", {}, token=address.rpartition("/")[2])

    transactions.commit()
    assert jobs.run_due() == 0
    db.session.rollback()
    desk.client.page(address)
    desk.team.actor("dpo")
    assert db.session.scalars(select(StoredFile)).all() == []


def test_each_download_leaves_a_line_in_the_access_log_and_a_refused_one_none(desk: Desk) -> None:
    address = build(desk, format="csv", status="all")
    fetch(desk, address)
    fetch(desk, address)
    colleague = make_person("dpo", organisation=desk.team.organisation)
    desk.client.sign_in(colleague)
    desk.client.page(address, status=404)

    dpo = desk.team.actor("dpo")
    lines = [line for line in access.lines(desk.team.organisation.id) if line.tag == "export:downloaded"]

    assert [(line.actor_id, line.subject.endswith(".csv")) for line in lines] == [(dpo.user_id, True)] * 2


def test_a_role_taken_back_closes_the_door_to_what_was_built(desk: Desk) -> None:
    address = build(desk, format="csv", status="all")
    fetch(desk, address)
    person, team = desk.team.people["dpo"], desk.team
    enter(team.organisation.id)
    for membership in accounts.memberships_of(person.id):
        accounts.take_role(membership.id, actor=system(team.organisation.id, "tests"))
    transactions.commit()
    give_role(person, "administrator", team.organisation)
    assert desk.client.get(address).status_code == 403

    give_role(person, "auditor", team.organisation)

    assert "holds more than you may see" in desk.client.page(address, status=404).text


def test_a_file_that_is_gone_is_not_found(desk: Desk) -> None:
    address = build(desk, format="csv")
    desk.team.actor("dpo")
    (file,) = db.session.scalars(select(StoredFile)).all()
    storage.drop(file.digest)

    assert "Build the export again" in desk.client.page(address, status=404).text
    for token in ("", "x", "%00", "a" * 5000, "..%2f..%2fetc%2fpasswd"):
        assert desk.client.get(f"/o/{desk.team.organisation.slug}/exports/files/{token}").status_code == 404


def test_two_contents_that_are_equal_lie_in_the_store_once(context: Flask) -> None:
    first, second = (storage.put(io.BytesIO(b"the same")) for _ in range(2))

    assert first == second
    assert storage.path_of(first[0]).read_bytes() == b"the same"

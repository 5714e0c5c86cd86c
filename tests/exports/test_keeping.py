"""Exports that were built: fetched by who may still see what they hold, gone when their time is over."""

import datetime
import io
import os
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from compliance.accounts import services as accounts
from compliance.accounts.roles import DEPARTMENT_HEAD, roles
from compliance.exports import services
from compliance.exports.services import Wish
from compliance.records.actor import system
from compliance.records.models import StoredFile
from compliance.support import clock, jobs, storage, transactions
from compliance.support.db import db, enter
from compliance.support.errors import NotFound
from compliance.support.permissions import Permission
from tests.conftest import MORNING
from tests.exports.test_services import mixed
from tests.helpers.makers import actor_of, give_role, make_department, make_person, make_record
from tests.register.records import Team, make_team

pytestmark = pytest.mark.database


@pytest.fixture
def heads_export(monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation whose department heads may build exports."""
    head = roles()[DEPARTMENT_HEAD]
    changed = replace(head, grants=head.grants | {Permission.EXPORTS_BUILD})
    monkeypatch.setitem(roles(), DEPARTMENT_HEAD, changed)  # type: ignore[arg-type]


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every export is built by the worker."""
    for format_ in services.MEDIA:
        monkeypatch.setitem(services.AT_ONCE, format_, -1)


def lose(team: Team, role: str) -> None:
    """Take all roles of that person back."""
    person = team.people[role]
    enter(team.organisation.id)
    for membership in accounts.memberships_of(person.id):
        accounts.take_role(membership.id, actor=system(team.organisation.id, "tests"))
    transactions.commit()


def ended(token: str, team: Team) -> jobs.Job:
    """The job, once the worker has done what was to be done."""
    transactions.commit()
    jobs.run_due()
    db.session.rollback()
    job = jobs.find(token, team.organisation.id)
    assert job is not None
    return job


def two_departments(team: Team) -> tuple[str, str]:
    """A record in each of two departments; their references."""
    places = [make_department(name) for name in ("Paie", "Ventes")]
    for place in places:
        link = {"kind": "department", "reference": place.reference, "name": place.name}
        make_record(team.actor("dpo"), name=f"Fiche {place.name}", department=link)
    return places[0].reference, places[1].reference


def test_an_export_asked_by_the_head_of_a_department_holds_that_branch_alone(
    context: Flask, heads_export: None, no_waiting: None
) -> None:
    team = make_team("dpo")
    payroll, _sales = two_departments(team)
    head = make_person(DEPARTMENT_HEAD, organisation=team.organisation, department=payroll)

    token, _built = services.request(Wish("csv", "fr", "all"), actor=actor_of(head, team.organisation))
    job = ended(token, team)

    file = services.find_file(job.result["token"], actor_of(head, team.organisation))
    text = storage.path_of(file.digest).read_text("utf-8-sig")
    assert "Fiche Paie" in text
    assert "Fiche Ventes" not in text


def test_nothing_is_built_for_somebody_who_has_lost_their_role(context: Flask, no_waiting: None) -> None:
    team = mixed()
    token, _built = services.request(Wish("csv", "fr", "all"), actor=team.actor("dpo"))
    lose(team, "dpo")

    job = ended(token, team)

    assert job.state == "failed"
    assert job.error
    enter(team.organisation.id)
    assert db.session.scalars(select(StoredFile)).all() == []


def test_somebody_who_became_an_auditor_meanwhile_gets_no_drafts(context: Flask, no_waiting: None) -> None:
    team = mixed()
    token, _built = services.request(Wish("csv", "fr", "all"), actor=team.actor("dpo"))
    lose(team, "dpo")
    give_role(team.people["dpo"], "auditor", team.organisation)

    assert ended(token, team).state == "failed"


def test_a_file_with_drafts_is_not_fetched_by_who_may_no_longer_see_them(context: Flask) -> None:
    team = mixed()
    files = [services.build(Wish("csv", "fr", status), actor=team.actor("dpo")).token for status in ("approved", "all")]
    lose(team, "dpo")
    give_role(team.people["dpo"], "auditor", team.organisation)

    auditor = team.actor("dpo")

    assert services.find_file(files[0], auditor).token == files[0]
    assert [file.token for file in services.recent_files(auditor)] == files[:1]
    with pytest.raises(NotFound):
        services.find_file(files[1], auditor)


def test_a_file_of_all_departments_is_not_fetched_by_who_sees_one(context: Flask, heads_export: None) -> None:
    team = make_team("dpo")
    payroll, sales = two_departments(team)
    person = make_person("dpo", organisation=team.organisation)
    team.people["moved"] = person

    def appoint(department: str) -> None:
        lose(team, "moved")
        accounts.give_role(person, DEPARTMENT_HEAD, actor=system(team.organisation.id, "tests"), department=department)
        transactions.commit()

    def fetched(token: str) -> bool:
        return token in {file.token for file in services.recent_files(team.actor("moved"))}

    whole = services.build(Wish("csv", "fr"), actor=team.actor("moved")).token
    appoint(payroll)
    assert not fetched(whole)
    branch = services.build(Wish("csv", "fr"), actor=team.actor("moved")).token
    assert fetched(branch)
    appoint(sales)
    assert not fetched(branch)
    with pytest.raises(NotFound):
        services.find_file(branch, team.actor("moved"))


def test_a_file_whose_content_is_gone_is_refused_in_words(context: Flask) -> None:
    team = mixed()
    file = services.build(Wish("csv", "fr"), actor=team.actor("dpo"))
    storage.drop(file.digest)

    with pytest.raises(NotFound) as refused:
        services.find_file(file.token, team.actor("dpo"))

    assert str(refused.value).count(".") == 2


def test_a_file_is_not_fetched_after_its_last_day_even_if_nobody_purged(context: Flask) -> None:
    team = mixed()
    with clock.frozen(MORNING):
        token = services.build(Wish("csv", "fr"), actor=team.actor("dpo")).token

    def fetched(days: int) -> bool:
        with clock.frozen(MORNING + datetime.timedelta(days=days)):
            return token in {file.token for file in services.recent_files(team.actor("dpo"))}

    assert [fetched(days) for days in (0, 7, 8)] == [True, True, False]


@pytest.mark.parametrize("format_", services.MEDIA)
def test_every_long_export_says_how_far_it_is(format_: str, context: Flask) -> None:
    team = mixed()
    told: list[tuple[int, int]] = []

    services.build_for(
        Wish(format_, "fr", "all"), actor=team.actor("dpo"), progress=lambda done, total: told.append((done, total))
    )

    assert told[-1] == (2, 2)


@pytest.mark.parametrize("format_", services.MEDIA)
def test_an_export_given_up_while_it_is_written_leaves_nothing(format_: str, context: Flask, no_waiting: None) -> None:
    team = mixed()
    token, _built = services.request(Wish(format_, "fr", "all"), actor=team.actor("dpo"))
    transactions.commit()
    before = contents()

    def give_up(self: jobs.Progress, done: int, total: int) -> None:
        raise jobs.Cancelled

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs.Progress, "__call__", give_up)
        ended(token, team)

    assert contents() == before
    enter(team.organisation.id)
    assert db.session.scalars(select(StoredFile)).all() == []


def contents() -> set[str]:
    """Every file in the store."""
    root = storage.path_of("00").parents[1]
    return {str(path) for path in root.rglob("*") if path.is_file()}


def test_an_export_whose_worker_was_killed_is_built_by_the_next(context: Flask, no_waiting: None) -> None:
    team = mixed()
    token, _built = services.request(Wish("csv", "fr", "all"), actor=team.actor("dpo"))
    transactions.commit()
    job = jobs.find(token, team.organisation.id)
    assert job is not None
    number = job.id
    db.session.rollback()
    assert jobs._claim(number) == 1  # a worker took it, and was heard of no more

    with clock.frozen(clock.now() + jobs.LEASE + datetime.timedelta(seconds=1)):
        again = ended(token, team)

    assert (again.state, again.attempts) == ("done", 2)


def built(days: int, team: Team) -> str:
    """A JSON export of that day; its digest."""
    moment = MORNING + datetime.timedelta(days=days)
    with clock.frozen(moment):
        file = services.build(Wish("json", "fr"), actor=team.actor("dpo"))
        digest = file.digest
    transactions.commit()
    os.utime(storage.path_of(digest), (moment.timestamp(), moment.timestamp()))
    return digest


def purged(days: int) -> int:
    with clock.frozen(MORNING + datetime.timedelta(days=days)):
        number = services.purge()
        transactions.commit()
    return number


def test_files_are_dropped_when_their_time_is_over_and_shared_contents_stay(context: Flask) -> None:
    team = mixed()
    digest = built(0, team)
    assert built(2, team) == digest

    assert [(purged(days), storage.path_of(digest).exists()) for days in (6, 8, 20, 21)] == [
        (0, True), (1, True), (1, False), (0, False),
    ]  # fmt: skip


def test_a_purge_that_is_not_kept_drops_nothing(context: Flask) -> None:
    team = mixed()
    digest = built(0, team)

    with clock.frozen(MORNING + datetime.timedelta(days=8)):
        assert services.purge() == 1
        transactions.rollback()

    assert storage.path_of(digest).exists()
    enter(team.organisation.id)
    assert purged(8) == 1
    assert not storage.path_of(digest).exists()


def test_a_content_that_was_put_there_again_a_moment_ago_stays(context: Flask) -> None:
    """Whoever puts it there has not yet kept the row that names it."""
    team = mixed()
    digest = built(0, team)
    later = (MORNING + datetime.timedelta(days=8)).timestamp() - 5
    os.utime(storage.path_of(digest), (later, later))

    assert purged(8) == 1

    assert storage.path_of(digest).exists()


def test_the_file_that_an_import_read_is_never_dropped_by_time(context: Flask) -> None:
    team = make_team()
    digest, size = storage.put(io.BytesIO(b"x"))
    kept: Any = StoredFile(
        token="t", digest=digest, name="x", media_type="text/plain", size=size, person_id=team.people["dpo"].id
    )
    db.session.add(kept)
    transactions.commit()

    assert purged(4000) == 0


def test_what_no_row_names_is_dropped_after_a_day_and_nothing_else(context: Flask) -> None:
    team = make_team()
    kept, lost, fresh = (storage.put(io.BytesIO(words))[0] for words in (b"kept", b"lost", b"fresh"))
    other = make_team()
    enter(other.organisation.id)
    db.session.add(
        StoredFile(
            organisation_id=other.organisation.id, token="t", digest=kept, name="x", media_type="text/plain", size=4
        )
    )
    transactions.commit()
    enter(team.organisation.id)
    unfinished = storage.scratch()
    long_ago = (clock.now() - datetime.timedelta(days=2)).timestamp()
    for file in (storage.path_of(kept), storage.path_of(lost), unfinished):
        os.utime(file, (long_ago, long_ago))
    services.drop_orphans()
    standing = [file.exists() for file in map(storage.path_of, (kept, lost, fresh))]
    assert (standing, unfinished.exists()) == ([True, False, True], False)


def test_a_store_that_another_database_filled_is_left_alone(context: Flask) -> None:
    make_team()
    lost = storage.put(io.BytesIO(b"named by a database that is not connected"))[0]
    long_ago = (clock.now() - datetime.timedelta(days=2)).timestamp()
    os.utime(storage.path_of(lost), (long_ago, long_ago))
    (storage.path_of("x").parents[1] / ".database").write_text("another", "utf-8")
    assert services.drop_orphans() == 0
    assert storage.path_of(lost).exists()
    (storage.path_of("x").parents[1] / ".database").unlink()

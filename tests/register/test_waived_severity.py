"""A gap is accepted as grave as it was: once it is graver, it stands again, in lists and on the page."""

import datetime
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from compliance.register.models import FindingRow, RegisterEntry
from compliance.register.services import review, xray
from compliance.register.views import editing
from compliance.regulation.rulebook import CRITICAL, ERROR, INFO, WARNING, Finding
from compliance.support import clock, transactions
from compliance.support.db import db
from tests.helpers.client import PageClient
from tests.helpers.makers import make_record
from tests.register.desk import Desk
from tests.register.records import make_team

Examine = Callable[..., list[Finding]]


def graver(examine: Examine, rule: str, severity: str) -> Examine:
    """The X-ray on a day on which the findings of that rule are as grave as this."""

    def as_grave(*given: Any) -> list[Finding]:
        return [replace(f, severity=severity) if f.rule == rule else f for f in examine(*given)]

    return as_grave


@pytest.mark.database
@pytest.mark.parametrize(
    ("given", "now", "stands"),
    [
        (WARNING, WARNING, False), (WARNING, INFO, False), (WARNING, ERROR, True), (WARNING, CRITICAL, True),
        (ERROR, WARNING, False), (ERROR, CRITICAL, True),
    ],
)  # fmt: skip
def test_a_waiver_holds_for_the_severity_for_which_it_was_given_or_lower(
    given: str, now: str, stands: bool, context: Flask, client: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(client, make_team())
    record, examine = make_record(name="Paie"), xray.rules.examine
    gap = next(f for f in xray.findings_of(record) if f.severity in (WARNING, ERROR))
    monkeypatch.setattr(xray.rules, "examine", graver(examine, gap.rule, given))
    actor, day = desk.team.actor("dpo"), clock.today() + datetime.timedelta(days=30)
    review.waive(record, gap.rule, gap.row_key, "Under way", day, actor=actor)
    for module in (xray.rules, editing):
        monkeypatch.setattr(module, "examine", graver(examine, gap.rule, now))
    xray.project(record)
    transactions.commit()

    row = db.session.scalars(
        select(FindingRow).where(FindingRow.rule == gap.rule, FindingRow.row_key == gap.row_key)
    ).one()
    assert (row.severity, row.waived) == (now, not stands)
    line = db.session.scalars(select(RegisterEntry)).one()
    assert (line.criticals > 0) == (now == CRITICAL)
    assert ("Under way" in desk.page("show", reference=record.reference).text) != stands

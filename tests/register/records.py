"""Records as the tests of the register want them: one that nothing blocks, and people to act on it."""

import datetime
from dataclasses import dataclass, replace
from typing import Any

from compliance.accounts.models import Organisation, Person
from compliance.records.actor import Actor
from compliance.records.models import Record
from compliance.register import rules
from compliance.register.documents import Activity, DataCategory, DataSubjects, Measure, Purpose, Recipient
from compliance.register.services import activities, review, xray
from compliance.support import transactions
from compliance.support.documents import Json, Link, to_json
from tests.helpers.makers import actor_of, make_organisation, make_person

DUE = datetime.date(2027, 1, 31)

WHOLE = Activity(
    "Paie",
    description="Établir et verser les salaires.",
    started_on="2019-01-01",
    purposes=(Purpose("p1", "Établir la paie", "payroll", "legal_obligation", law_reference="C. trav. L3243-2"),),
    people=(DataSubjects("s1", "employee", "Salariés", 180),),
    data=(
        DataCategory(
            "d1",
            "civil_status",
            "Nom",
            active_value=5,
            active_unit="years",
            active_start="versement",
            disposal="delete",
        ),
    ),
    recipients=(Recipient("r1", "tax_social_body", "Urssaf"),),
    processors_none=True,
    outside_eea=False,
    measures=(Measure("m1", "access_control", "Habilitations", True),),
    collection="direct",
    notice="Note remise à l’embauche",
)


@dataclass(frozen=True)
class Team:
    """An organisation at work: who keeps the register, who decides."""

    organisation: Organisation
    people: dict[str, Person]

    def actor(self, role: str) -> Actor:
        """The person of that role at work; the session sees what they see."""
        return actor_of(self.people[role], self.organisation)


def make_team(*roles: str, **profile: Any) -> Team:
    """An organisation whose profile is complete, with one person of each role."""
    own = make_organisation(address="12 rue du Port\n69003 Lyon", email="contact@chene.example", **profile)
    return Team(own, {role: make_person(role, organisation=own) for role in roles or ("dpo", "controller", "auditor")})


def whole(team: Team, **changes: Any) -> Json:
    """A document against which nothing stands that would stop approval."""
    owner = team.people["dpo"]
    return to_json(replace(WHOLE, owner=Link("person", owner.email, owner.name), **changes))


def make_whole(team: Team, **changes: Any) -> Record:
    """A draft against which nothing stands, written by the DPO."""
    made = activities.add(whole(team, **changes), actor=team.actor("dpo"))
    transactions.commit()
    return made


def make_approved(team: Team, **changes: Any) -> Record:
    """A record that the controller put in the register."""
    record = make_whole(team, **changes)
    plan_criticals(record, team)
    review.submit(record, actor=team.actor("dpo"))
    review.approve(record, actor=team.actor("controller"), acknowledged=True)
    transactions.commit()
    return record


def plan_criticals(record: Record, team: Team) -> None:
    """An action with a date against each critical finding."""
    for finding in review.standing_criticals(record):
        review.plan(record, finding.rule, finding.row_key, "Mend it", "", DUE, actor=team.actor("dpo"))
    transactions.commit()


def found(record: Record) -> set[str]:
    """The rules of the findings on the working copy."""
    return {finding.rule for finding in xray.findings_of(record)}


def blocking(record: Record) -> set[str]:
    """The rules that forbid approval of the working copy."""
    return {f.rule for f in rules.blockers(xray.findings_of(record), record.document["phase"])}


def answers(record: Record, section: str, **changes: Any) -> Json:
    """What the form of a section would send: what is stored, and these changes."""
    return {**{name: record.document[name] for name in activities.SECTIONS[section]}, **changes}

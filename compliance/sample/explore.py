"""The sample organisation to look around in: made through the same verbs as a real one, over three invented years."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from compliance.accounts import services as accounts
from compliance.accounts.models import Organisation
from compliance.parties import services as parties
from compliance.records.actor import Actor, system
from compliance.records.models import Record
from compliance.register.documents import SECTIONS
from compliance.register.services import activities, review, xray
from compliance.sample.documents import Place, first_version, full
from compliance.sample.words import data, said
from compliance.support.clock import frozen, now, today
from compliance.support.db import enter
from compliance.support.documents import Json

BEGINNING = 1030
DPO, CONTROLLER = "samuel.oriol", "helene.marchetti"


def ensure_sample(language: str = "fr") -> Organisation | None:
    """Make the sample organisation unless one exists; answers the one it made. The caller commits."""
    if any(organisation.is_sample for organisation in accounts.organisations()):
        return None
    return _Maker(language).make()


def _link(kind: str, reference: str, name: str) -> Json:
    return {"kind": kind, "reference": reference, "name": name}


@dataclass
class _Written:
    """One record of the sample while its story is told."""

    entry: Mapping[str, Any]
    first: Json
    done: Json
    changes: Iterator[list[str]]
    record: Record | None = None


@dataclass
class _Maker:
    language: str
    present: datetime.datetime = field(default_factory=now)
    actors: dict[str, Actor] = field(default_factory=dict)

    def make(self) -> Organisation:
        company = said(data("company"), self.language)
        with frozen(self._at(BEGINNING, 0)):
            founder = system(None, company["profile"]["name"])
            made = accounts.create_organisation(
                actor=founder, language=self.language, sample=True, **{**company["profile"], **self._designation()}
            )
            place = self._place(company, made)
        written = [self._written(entry, place) for entry in data("records")["records"]]
        told = [
            (days, order, act, who, one) for order, one in enumerate(written) for days, act, who in self._story(one)
        ]
        for days, order, act, who, one in sorted(told, key=lambda step: (-step[0], step[1])):
            with frozen(self._at(days, order)):
                self._do(act, one, self._who(who, one))
        xray.examine_all()
        self._decide({one.entry.get("starter"): one for one in written})
        return made

    def _at(self, days: int, order: int) -> datetime.datetime:
        """An hour of work on that day, a different one for each record."""
        morning = (self.present - datetime.timedelta(days=days)).replace(hour=8, minute=0, second=0, microsecond=0)
        return morning + datetime.timedelta(minutes=17 * order)

    def _designation(self) -> Json:
        return {"dpo_designated_on": (self.present - datetime.timedelta(days=BEGINNING)).date().isoformat()}

    def _story(self, one: _Written) -> list[tuple[int, str, str]]:
        return [tuple(step) for step in data("records")["stories"][one.entry["story"]]]

    def _place(self, company: Mapping[str, Any], organisation: Organisation) -> Place:
        founder = system(organisation.id, organisation.name)
        departments = {}
        for code, item in data("company")["departments"].items():
            name = item[self.language]
            accounts.save_department(name, actor=founder, reference=code, parent=item.get("parent", ""))
            departments[code] = _link("department", code, name)
        people = {}
        for item in company["people"]:
            people[item["email"].split("@")[0]] = self._person(item, organisation, founder)
        day = today()
        made = {code: self._party(item, founder) for code, item in company["parties"].items()}
        countries = {code: item["country"] for code, item in company["parties"].items()}
        systems = {code: self._system(item, made, founder) for code, item in company["systems"].items()}
        enter(organisation.id)
        present = day + datetime.timedelta(days=BEGINNING)
        return Place(self.language, present, people, departments, made, countries, systems)

    def _person(self, item: Mapping[str, Any], organisation: Organisation, founder: Actor) -> Json:
        person = accounts.create_person(item["email"], item["name"], language=self.language)
        until = self.present + datetime.timedelta(days=item["until_days"]) if "until_days" in item else None
        for role in item["roles"]:
            accounts.give_role(person, role, actor=founder, department=item.get("department", ""), until=until)
        memberships = accounts.memberships_of(person.id)
        self.actors[item["email"].split("@")[0]] = accounts.actor_for(person, organisation, memberships, self.language)
        return _link("person", person.email, person.name)

    def _party(self, item: Mapping[str, Any], founder: Actor) -> Json:
        answers = {name: value for name, value in item.items() if name not in ("certifications", "dpf_checked_days")}
        answers["certifications"] = [
            {"kind": held["kind"], "valid_until": self._day(held["valid_in_days"])}
            for held in item.get("certifications", ())
        ]
        if "dpf_checked_days" in item:
            answers["dpf_checked_on"] = self._day(-item["dpf_checked_days"])
        record = parties.add(parties.PARTY, answers, actor=founder)
        return _link(parties.PARTY, record.reference, record.name)

    def _system(self, item: Mapping[str, Any], known: Mapping[str, Json], founder: Actor) -> Json:
        linked = {name: known[item[name]] for name in ("provider", "host") if name in item}
        record = parties.add(parties.SYSTEM, {**item, **linked}, actor=founder)
        return _link(parties.SYSTEM, record.reference, record.name)

    def _day(self, ahead: int) -> str:
        return (self.present + datetime.timedelta(days=ahead)).date().isoformat()

    def _written(self, entry: Mapping[str, Any], place: Place) -> _Written:
        base, done = full(entry, place)
        return _Written(entry, first_version(entry, base, done), done, iter(entry.get("later", ())))

    def _who(self, role: str, one: _Written) -> Actor:
        return self.actors[{"dpo": DPO, "controller": CONTROLLER}.get(role, one.entry["owner"])]

    def _do(self, act: str, one: _Written, actor: Actor) -> None:
        words = said(data("records")["words"], self.language)
        if act == "add":
            one.record = activities.add(one.first, actor=actor)
            return
        assert one.record is not None
        if act == "change":
            for section in next(one.changes, ()):
                answers = {name: one.done[name] for name in SECTIONS[section]}
                activities.save_section(one.record, section, answers, base_version=one.record.version, actor=actor)
        elif act == "submit":
            review.submit(one.record, actor=actor)
        elif act == "approve":
            review.approve(one.record, actor=actor)
        elif act == "refuse":
            review.refuse(one.record, words["refusal"], actor=actor)
        else:
            verdict = one.entry.get("verdict", review.FAVOURABLE)
            given = words["opinion" if verdict == review.FAVOURABLE else "reservation"]
            review.give_opinion(one.record, verdict, given, actor=actor)

    def _decide(self, by_starter: Mapping[str | None, _Written]) -> None:
        """What is planned against the gaps that stand today, and what was accepted for a time."""
        file = data("records")
        for item in file["plans"]:
            record = by_starter[item["record"]].record
            assert record is not None
            owner = self.actors[item["owner"]].email
            due = (self.present + datetime.timedelta(days=item["due_days"])).date()
            for finding in [f for f in xray.findings_of(record) if f.rule == item["rule"]]:
                title = said(item["title"], self.language)
                review.plan(record, finding.rule, finding.row_key, title, owner, due, actor=self.actors[DPO])
        for item in file["waivers"]:
            record = by_starter[item["record"]].record
            assert record is not None
            until = (self.present + datetime.timedelta(days=item["days"])).date()
            for finding in [f for f in xray.findings_of(record) if f.rule == item["rule"]]:
                reason = said(item["reason"], self.language)
                review.waive(record, finding.rule, finding.row_key, reason, until, actor=self.actors[DPO])

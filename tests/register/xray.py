"""A record in which the X-ray finds nothing, and ways to break it: what the tests of the rules are made of."""

import dataclasses
import datetime
from typing import Any

from compliance.accounts.documents import Organisation
from compliance.parties.documents import Certification, Party
from compliance.register.documents import (
    Activity,
    Client,
    DataCategory,
    DataSubjects,
    JointController,
    Measure,
    ProcessorUse,
    Purpose,
    Recipient,
    Transfer,
)
from compliance.register.rules import Context, Finding, examine
from compliance.regulation.reference import reference
from compliance.support.documents import Link

TODAY = datetime.date(2026, 11, 23)

SOFT, PEER, CLIENT = (Link("party", ref, name) for ref, name in (("P-1", "Soft"), ("P-2", "Peer"), ("P-3", "Client")))

#: One row of each kind, complete; those of `PRESENT` stand in every record, the others when a test changes them.
ROWS: dict[str, tuple[str, Any]] = {
    "purpose": (
        "purposes",
        Purpose("p1", "Answering the questions of customers", kind="customer_support", legal_basis="contract"),
    ),
    "subject": ("people", DataSubjects("s1", category="customer")),
    "datum": (
        "data",
        DataCategory(
            "d1", category="contact", active_value=2, active_unit="years", active_start="last question",
            disposal="delete",
        ),
    ),
    "recipient": ("recipients", Recipient("r1", kind="internal_department", name="Customer service")),
    "processor": (
        "processors",
        ProcessorUse("u1", SOFT, "Hosting", contract="Agreement", guarantees="Visited", subprocessors_known=True),
    ),
    "joint": ("joint_controllers", JointController("j1", PEER, arrangement="Agreement", essence_available=True)),
    "transfer": (
        "transfers",
        Transfer(
            "t1", recipient="Acme", importer_role="processor", country="IN", tool="scc_com", scc_set="2021_914",
            scc_module="2", tia_on="2026-06-01", tia_result="no_impediment",
        ),
    ),
    "measure": ("measures", Measure("m1", category="access_control")),
    "client": ("clients", Client("c1", CLIENT, processing_categories="Hosting")),
}  # fmt: skip
PRESENT = ("purpose", "subject", "datum", "recipient", "measure")

ORGANISATION = Organisation(
    "Trente et Fils", address="1 rue Haute, Lyon", country="FR", employees=180, public_authority=False,
    eea_established=True, dpo_required=True, dpo_designated=True, dpo_name="A. Martin", dpo_contact="dpo@a.example",
)  # fmt: skip
PARTIES = {"P-1": Party("Soft", country="FR"), "P-2": Party("Peer", country="FR"), "P-3": Party("Client", country="FR")}
LAW = reference()


def make_activity(**changes: Any) -> Activity:
    """The complete record with changes: to its fields, or to a kind of row as `purpose={…}` or a list of such."""
    rows: dict[str, Any] = {}
    for kind, (name, row) in ROWS.items():
        wanted = changes.pop(kind, {} if kind in PRESENT else [])
        each = wanted if isinstance(wanted, list) else [wanted]
        rows[name] = tuple(
            dataclasses.replace(row, **({"key": f"{row.key}{place}"} if place else {}) | change)
            for place, change in enumerate(each)
        )
    usual: dict[str, Any] = {
        "name": "Customer service",
        "owner": Link("person", "U-1", "A. Martin"),
        "outside_eea": bool(rows["transfers"]),
        "collection": "direct",
        "notice": "Website, privacy page",
        "rights": ("access", "rectification", "erasure", "restriction", "portability"),
    }
    return Activity(**usual | rows | changes)


def make_context(document: Activity, **changes: Any) -> Context:
    """A context on the day of the tests: `organisation={…}` and `party={…}` (the one called Soft)."""
    organisation = dataclasses.replace(ORGANISATION, **changes.pop("organisation", {}))
    parties = {**PARTIES, "P-1": dataclasses.replace(PARTIES["P-1"], **changes.pop("party", {}))}
    usual: dict[str, Any] = {"law": LAW, "today": TODAY, "last_reviewed_on": datetime.date(2026, 6, 1)}
    return Context(document, organisation, parties=parties, **usual | changes)


CONTEXT = ("organisation", "party", "today", "facts", "owner_is_active", "last_reviewed_on", "review_due_on", "law")


def findings(*, everything: bool = True, **changes: Any) -> list[Finding]:
    """What the X-ray finds in the complete record once changed."""
    around = {name: changes.pop(name) for name in CONTEXT if name in changes}
    document = make_activity(**changes)
    return examine(document, make_context(document, **around), everything=everything)


def found(rule: str, **changes: Any) -> Finding | None:
    """The first finding of one rule in the complete record once changed."""
    return next((finding for finding in findings(**changes) if finding.rule == rule), None)


def certificate(kind: str, until: str = "") -> tuple[Certification, ...]:
    """What a party holds."""
    return (Certification("k1", kind, valid_until=until),)

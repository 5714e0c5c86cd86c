"""Files to import, and the short ways through an import that tests take."""

import io
from typing import Any

from sqlalchemy import func, select

from compliance.records.models import Record
from compliance.register.models import ImportRun
from compliance.register.services import importing
from compliance.support import transactions
from compliance.support.db import db
from tests.register.records import Team
from tests.register.test_intake_journey import FRENCH

W1 = FRENCH.encode("cp1252")
HEAD = "Réf;Activité;Finalité;Base légale;Personnes;Données;Durée;Destinataires;Hors UE;Sécurité"


def table(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *rows]).encode()


def many(count: int, *, references: bool = True) -> bytes:
    names = [
        f"{f'RH-{n:03}' if references else ''};Activité {n};Payer;contrat;Salariés;nom;5 ans;;Non;"
        for n in range(count)
    ]
    return table(*names)


def begin(team: Team, data: bytes = W1, name: str = "registre.csv") -> ImportRun:
    run = importing.begin(io.BytesIO(data), name, actor=team.actor("dpo"))
    transactions.commit()
    return run


def take(team: Team, data: bytes = W1, name: str = "registre.csv") -> ImportRun:
    run = begin(team, data, name)
    importing.apply(run, actor=team.actor("dpo"))
    transactions.commit()
    return run


def register() -> dict[str, Record]:
    chosen = select(Record).where(Record.kind == "activity").order_by(Record.id)
    return {record.reference: record for record in db.session.scalars(chosen)}


def number_of(model: Any) -> int:
    return db.session.scalar(select(func.count(model.id))) or 0

"""What the web pages cost: processor time in hellos, and SQL statements."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import event, select
from werkzeug.test import EnvironBuilder

from bench import place
from bench.unit import Environ, Question, asked, call, ratios
from compliance.records.models import APPROVED, Record
from compliance.support.cache import cache
from compliance.support.db import db, enter


@dataclass
class Fields(HTMLParser):
    """What a browser would send for the forms of a page."""

    sent: dict[str, list[str]] = field(default_factory=dict)
    text_of: str = ""
    choice: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        name = given.get("name") or ""
        if tag == "input" and name:
            loose = given.get("type") in ("checkbox", "radio") and "checked" not in given
            if not loose and given.get("type") not in ("submit", "button", "file"):
                self.sent.setdefault(name, []).append(given.get("value") or "")
        elif tag == "textarea":
            self.text_of = name
            self.sent.setdefault(name, []).append("")
        elif tag == "select":
            self.choice = name
        elif tag == "option" and self.choice and "selected" in given:
            self.sent.setdefault(self.choice, []).append(given.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.text_of = ""
        elif tag == "select":
            self.choice = ""

    def handle_data(self, data: str) -> None:
        if self.text_of:
            self.sent[self.text_of][-1] += data


class Visitor:
    """Somebody signed in, in French, and the requests they send."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        client = app.test_client()
        with app.app_context():
            here = place.organisation()
            person = place.officer(here)
            db.session.commit()
            self.slug, token = here.slug, person.get_id()
            enter(here.id)
            self.reference = _median_record()
            db.session.remove()
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = token, True
        self.client = client
        self.client.get(self.path("register/"))

    def path(self, rest: str) -> str:
        return f"/o/{self.slug}/{rest}"

    def environ(self, rest: str, **more: Any) -> Environ:
        """One request, with the cookies of the session."""
        cookie = "; ".join(f"{c.key}={c.value}" for c in self.client._cookies.values())  # type: ignore[union-attr]
        headers = {"Cookie": cookie, "Accept-Language": "fr", **more.pop("headers", {})}
        return EnvironBuilder(self.path(rest), headers=headers, **more).get_environ()

    def posts(self, rest: str, fields: dict[str, list[str]], changed: str) -> Iterator[Environ]:
        """The same form again and again, each time with another text and the version that the last one left."""
        version = int(fields.get("version", ["0"])[0])
        number = 0
        while True:
            sent = {**fields, changed: [f"Description {number}"], "version": [str(version + number)]}
            body = urlencode(sent, doseq=True).encode()
            environ = self.environ(rest, method="POST", content_type="application/x-www-form-urlencoded")
            environ["CONTENT_LENGTH"] = str(len(body))
            yield environ | {"wsgi.input": io.BytesIO(body)}
            number += 1


def _median_record() -> str:
    """An approved record of middling size among the first few hundred."""
    chosen = select(Record).where(Record.kind == "activity", Record.state == APPROVED).order_by(Record.id).limit(201)
    records = sorted(db.session.scalars(chosen), key=lambda record: len(str(record.document)))
    return records[len(records) // 2].reference


def questions(visitor: Visitor) -> dict[str, Question]:
    """Every page that has a target."""
    app, reference = visitor.app.wsgi_app, visitor.reference
    page = visitor.client.get(visitor.path(f"register/{reference}/edit/identity"))
    form = Fields()
    form.feed(page.get_data(as_text=True))
    if "description" not in form.sent:
        raise RuntimeError(f"the form of the section was not understood ({page.status})")

    def forget() -> None:
        with visitor.app.app_context():
            cache.clear()

    fragment = {"headers": {"HX-Request": "true", "X-Requested-With": "fetch"}}
    save, draft = f"register/{reference}/edit/identity", f"register/{reference}/draft/identity"
    return {
        "list, first page": asked(app, visitor.environ("register/")),
        "list, after a change": asked(app, visitor.environ("register/"), times=2, before=forget),
        "list, last page": asked(app, visitor.environ("register/?page=last")),
        "filter counts, warm": asked(app, visitor.environ("register/filters", **fragment)),
        "filter counts, cold": asked(app, visitor.environ("register/filters", **fragment), times=2, before=forget),
        "record page": asked(app, visitor.environ(f"register/{reference}/")),
        "record page, after a change": asked(app, visitor.environ(f"register/{reference}/"), times=2, before=forget),
        "search as you type": asked(app, visitor.environ("search?q=recru", **fragment)),
        "today": asked(app, visitor.environ("")),
        "today, after a change": asked(app, visitor.environ(""), times=2, before=forget),
        "agenda, first page": asked(app, visitor.environ("agenda/")),
        "agenda, after a change": asked(app, visitor.environ("agenda/"), times=2, before=forget),
        "agenda, by owner, after a change": asked(app, visitor.environ("agenda/?group=owner"), times=2, before=forget),
        "a month, after a change": asked(app, visitor.environ("agenda/month"), times=2, before=forget),
        "autosave": Question(app, visitor.posts(draft, form.sent, "description"), expected=(204,)),
        "saving a section": Question(app, visitor.posts(save, form.sent, "description"), expected=(303,)),
    }


def statements(app: Flask, asked_for: dict[str, Question]) -> dict[str, int]:
    """How many SQL statements one call of each takes; opening and closing the transaction do not count."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not re.match(r"BEGIN|COMMIT|PRAGMA", statement):
            seen.append(statement)

    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", note)
    counts = {}
    for name, question in asked_for.items():
        call(question.app, next(question.environs))
        question.before()
        seen.clear()
        call(question.app, next(question.environs))
        counts[name] = len(seen)
    with app.app_context():
        event.remove(db.engine, "before_cursor_execute", note)
    return counts


def measured(app: Flask, rounds: int) -> tuple[float, dict[str, float], dict[str, int]]:
    """The hello in milliseconds; for each page its ratio and its statements."""
    visitor = Visitor(app)
    every = questions(visitor)
    counts = statements(app, every)
    unit, found = ratios(every, rounds)
    return unit, found, counts

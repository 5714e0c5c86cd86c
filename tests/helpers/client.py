"""A browser without a screen: fetches, fills in forms, and refuses a page that is not in order."""

import contextvars
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from flask import Flask, has_app_context
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.test import TestResponse

from compliance.accounts.models import Person
from compliance.support.db import db
from compliance.support.web import HEADERS
from tests.helpers.pages import FIELDS, faults, parse, text_of

#: Pages of libraries that answer 200 where ours would answer 422.
LENIENT = ("/sign-in", "/password")


#: What asks for a script that replaces a piece of the page.
REPLACED = re.compile(r"\bhx-(?:get|post|trigger)=")


@dataclass(frozen=True)
class Page:
    """A page that was fetched, ready to be questioned."""

    response: TestResponse
    tree: Element

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        """The words a reader meets."""
        return text_of(self.tree.find("body") if self.tree.find("body") is not None else self.tree)

    @property
    def heading(self) -> str:
        """The words of the h1."""
        return text_of(next(self.tree.iter("h1")))

    @property
    def links(self) -> dict[str, str]:
        """The addresses of the links, by their words."""
        return {text_of(link): link.get("href") or "" for link in self.tree.iter("a")}

    def find(self, **attributes: str) -> list[Element]:
        """The elements that have these attributes; `class_` and `data_x` stand for class and data-x."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            e for e in self.tree.iter() if all(value in (e.get(name) or "").split() for name, value in wanted.items())
        ]

    def form(self, action: str = "") -> dict[str, Any]:
        """What a browser would send for the form whose action ends so (the last form with fields otherwise)."""
        forms = [form for form in self.tree.iter("form") if (form.get("action") or "").endswith(action)]
        if not forms:
            raise AssertionError(f"no form here sends to {action!r}")
        return _sent_by(forms[-1])


def _sent_by(form: Element) -> dict[str, Any]:
    sent: dict[str, list[str]] = {}
    unsent = {id(field) for template in form.iter("template") for field in template.iter()}
    for field in form.iter():
        if id(field) in unsent:
            continue
        name = field.get("name")
        if field.tag not in FIELDS or not name or field.get("disabled") is not None:
            continue
        if field.tag == "select":
            options = list(field.iter("option"))
            chosen = [o for o in options if o.get("selected") is not None] or options[: field.get("multiple") is None]
            values = [o.get("value", text_of(o)) for o in chosen]
        elif field.tag == "textarea":
            values = ["".join(field.itertext()).removeprefix("\n")]
        elif field.get("type") in ("submit", "button", "reset", "image", "file"):
            continue
        elif field.get("type") in ("checkbox", "radio"):
            values = [field.get("value", "on")] if field.get("checked") is not None else []
        else:
            values = [field.get("value", "")]
        sent.setdefault(name, []).extend(values)
    return {name: values for name, values in sent.items() if values}


class PageClient(FlaskClient):
    """A test client that reads every page it fetches as a critical reader would."""

    checks = True

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request in a context of its own, after keeping what the test itself has written so far."""
        if has_app_context():
            db.session.commit()
        response: TestResponse = contextvars.Context().run(super().open, *args, **kwargs)
        if self.checks and response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 307, 308):
            self._check(response)
        return response

    def sign_in(self, person: Person) -> None:
        """Be that person from now on, as after a sign-in; the page of sign-in itself has tests of its own."""
        with self.session_transaction() as session:
            session["_user_id"] = person.get_id()
            session["_fresh"] = True

    def called(self, host: str) -> dict[str, str]:
        """The headers of a request that calls the server so; the session goes with it."""
        cookie = self.get_cookie("session")
        self.set_cookie("session", cookie.value if cookie else "", domain=host)
        return {"Host": host}

    def page(self, where: str, /, *, status: int = 200, **values: Any) -> Page:
        """Fetch a page by address (`/…`) or endpoint, and expect that status."""
        response = self.get(self.address(where, **values), follow_redirects=where.startswith("/"))
        assert response.status_code == status, f"{response.request.path}: {response.status}"
        return Page(response, parse(response.text)[0])

    def send(self, where: str, /, data: Mapping[str, Any], *, status: int = 303, **values: Any) -> TestResponse:
        """Post to an address or endpoint, and expect that status; `Page.form` gives what a browser would send."""
        response = self.post(self.address(where, **values), data=dict(data))
        shown = "" if response.status_code == status else Page(response, parse(response.text)[0]).text[:400]
        assert response.status_code == status, f"{response.request.path}: {response.status} {shown}"
        return response

    def address(self, where: str, /, **values: Any) -> str:
        """The address of an endpoint; an address stays as it is."""
        if where.startswith("/"):
            return where
        return self.application.url_map.bind("localhost").build(where, values)

    def _check(self, response: TestResponse) -> None:
        address = f"{response.request.method} {response.request.full_path.rstrip('?')} ({response.status_code})"
        for name, value in HEADERS.items():
            assert response.headers.get(name) == value, f"{address}: the header {name} is missing or weaker"
        if response.request.headers.get("HX-Request") == "true" or "<html" not in response.text[:500]:
            found = faults(_as_page(response.text))
        else:
            found = faults(response.text, resolves=lambda path, method: resolves(self.application, path, method))
        if "<html" in response.text[:500] and REPLACED.search(response.text) and "htmx.min.js" not in response.text:
            found.append("a piece is to be replaced, and the script that does it is not on the page")
        refused = 'aria-invalid="true"' in response.text and not response.request.path.startswith(LENIENT)
        if refused and response.status_code == 200:
            found.append("an error is shown with status 200: what was refused may have been kept")
        assert not found, f"{address}:\n  " + "\n  ".join(found)


def _as_page(fragment: str) -> str:
    return f'<!doctype html><html lang="en"><head><title>Fragment</title></head><body><main><h1>x</h1>{fragment}</main>'


def resolves(app: Flask, path: str, method: str) -> bool:
    """Whether a route, or a static file, answers at that address."""
    try:
        endpoint, values = app.url_map.bind("localhost").match(urlsplit(path).path, method=method)
    except RequestRedirect:
        return True
    except HTTPException:
        return False
    if endpoint != "static":
        return True
    return app.static_folder is not None and (Path(app.static_folder) / values["filename"]).is_file()

"""What every answer carries: the headers that tell the browser to trust nothing but this server."""

import functools
from typing import Any

from flask import Flask, Response, current_app, request
from werkzeug.routing import IntegerConverter

from compliance.support.text import printable

#: The largest number by which a row can be known on every database.
LARGEST_NUMBER = 2**31 - 1

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "X-Frame-Options": "DENY",
}


def _protect(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "private, no-store")
    return response


def _without_nulls(answer: Any) -> Any:
    """No address of ours holds a null character, and a database that is asked for one breaks: they are left out."""

    def wsgi_app(environ: dict[str, Any], start_response: Any) -> Any:
        environ["PATH_INFO"] = environ.get("PATH_INFO", "").replace("\0", "")
        environ["QUERY_STRING"] = environ.get("QUERY_STRING", "").replace("%00", "").replace("\0", "")
        return answer(environ, start_response)

    return wsgi_app


def init_app(app: Flask) -> None:
    """Add the headers to every answer, and keep from the views what no address of ours can hold."""
    app.after_request(_protect)
    app.wsgi_app = _without_nulls(app.wsgi_app)  # type: ignore[method-assign]
    app.url_map.converters["int"] = functools.partial(IntegerConverter, max=LARGEST_NUMBER)  # type: ignore[assignment]


def address_of(endpoint: str, /, place: str = "", **values: str) -> str:
    """The whole address of a page for letters and commands, which no request asked for; `place` is on the page."""
    path = current_app.url_map.bind("").build(endpoint, values)
    return f"{current_app.config['SETTINGS'].address}{path}{'#' if place else ''}{place}"


def wants_fragment() -> bool:
    """Whether a script asked for a piece of the page it shows; going back in the history wants the whole."""
    return "HX-Request" in request.headers and "HX-History-Restore-Request" not in request.headers


def words_asked() -> str:
    """The words that a search was asked for, as much of them as is looked for."""
    return printable(request.args.get("q", "")).strip()[:200]


def local_address(address: str) -> str:
    """The address if it is one of ours, else nothing: a link from outside must not lead to another site."""
    is_ours = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if is_ours else ""

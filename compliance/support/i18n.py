"""Words in the person's language: French or English, from the person, else the organisation, else the browser."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations
from flask import Flask, g, has_app_context, has_request_context, request
from flask_babel import Babel
from flask_babel.speaklater import LazyString

LANGUAGES = ("en", "fr")
NAMES = {"en": "English", "fr": "Français"}
FOLDER = Path(__file__).resolve().parents[1] / "translations"

babel = Babel()


@functools.cache
def catalogue(language: str) -> NullTranslations:
    """Read once: a page has hundreds of words, and the library looks for their catalogue at each of them."""
    return Translations.load(str(FOLDER), [language])


def speak(language: str) -> None:
    """Go on in this language: for work that no request asked for."""
    g.language = language


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak this language for a while: what is written for somebody else."""
    before = g.get("language", "")
    g.language = language
    try:
        yield
    finally:
        g.language = before


def _(words: str, /, **values: Any) -> str:
    """The words in the language of the page."""
    said = catalogue(language_now()).gettext(words)
    return said % values if values else said


def _n(one: str, many: str, num: int, /, **values: Any) -> str:
    """The words that agree with a number, in the language of the page."""
    return catalogue(language_now()).ngettext(one, many, num) % {"num": num, **values}


def _l(words: str, **values: Any) -> Any:
    """The words in the language in which they will be shown."""
    return LazyString(_, words, **values)


def language_now() -> str:
    """The language of this request or task."""
    chosen: str = getattr(g, "language", "") if has_app_context() else ""
    if not chosen and has_request_context():
        chosen = request.accept_languages.best_match(LANGUAGES) or "en"
    return chosen or "en"


def init_app(app: Flask) -> None:
    """Give templates, forms and libraries the words."""
    babel.init_app(app, locale_selector=language_now, default_translation_directories=str(FOLDER))
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        _, lambda one, many, num: catalogue(language_now()).ngettext(one, many, num), newstyle=True
    )

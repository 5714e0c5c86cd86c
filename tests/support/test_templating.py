"""Templates: their fixed words are said when they are compiled, once per language, and mean what they meant before."""

from flask import Flask, g
from jinja2 import DictLoader

from compliance.support.templating import SpokenEnvironment
from tests.helpers.client import PageClient

PAGES = {
    "page.html": "{% from 'piece.html' import shout %}{{ _('Sign out') }}|{{ shout(_('Save')) }}|"
    "{{ _('Nobody')|upper }}",
    "piece.html": "{% macro shout(words) %}{{ words }}!{{ _('Search') }}{% endmacro %}",
    "values.html": "{{ _('“%(words)s”', words='<b>') }}{{ _(chosen) }}",
    "letter.txt": "{{ _('Yes') }} {{ _('No') }}",
}


def said(app: Flask, language: str, name: str, **values: str) -> str:
    g.language = language
    environment = SpokenEnvironment(app, loader=DictLoader(PAGES), autoescape=name.endswith(".html"))
    environment.add_extension("jinja2.ext.i18n")
    environment.globals.update(app.jinja_env.globals)
    return environment.get_template(name).render(**values)


def test_each_language_has_its_words_in_the_page_and_in_what_it_imports(context: Flask) -> None:
    assert said(context, "en", "page.html") == "Sign out|Save!Search|NOBODY"
    assert said(context, "fr", "page.html") == "Se déconnecter|Enregistrer!Rechercher|PERSONNE"


def test_values_are_put_in_and_escaped_when_the_page_is_written(context: Flask) -> None:
    assert said(context, "en", "values.html", chosen="Save") == "“&lt;b&gt;”Save"
    assert said(context, "fr", "values.html", chosen="Save").endswith("Enregistrer")


def test_a_letter_is_plain_text(context: Flask) -> None:
    assert said(context, "fr", "letter.txt") == "Oui Non"


def test_pages_change_their_language_from_one_request_to_the_next(client: PageClient) -> None:
    for language, words in (("fr", "Se connecter"), ("en", "Sign in"), ("fr", "Se connecter")):
        page = client.get("/sign-in", headers={"Accept-Language": language}).text
        assert f'<html lang="{language}"' in page
        assert words in page

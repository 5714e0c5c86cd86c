"""The pages that forms make: valid, labelled, safe, the same with and without a script."""

from typing import Any

import html5lib
import pytest
from flask import render_template_string

from compliance.register.documents import SECTIONS, Activity
from compliance.support.documents import new_key, specs_of
from forms.accounts import FirstAdministratorForm, organisation_form
from forms.parties import party_form, system_form
from forms.register import activity_form, new_activity_form
from tests.forms.makers import reference_choices
from tests.helpers.pages import faults

PAGE = """<!doctype html><html lang="{{ language }}"><head><meta charset="utf-8"><title>Form</title></head><body><main>
<h1>Form</h1>{% from "pieces/form.html" import section_form with context %}
{{ section_form(form, draft_url="/draft", version="3", cancel_url="/", sign_in_url="/sign-in") }}</main>
</body></html>"""


def shown(app, form, language="en", **more) -> str:
    with app.test_request_context(f"/?language={language}"):
        return render_template_string(PAGE, form=form, language=language, **more)


def tree_of(html: str) -> Any:
    return html5lib.parse(html, namespaceHTMLElements=False)


def with_a_row(section: str) -> dict[str, Any]:
    """What is stored: one row in each list, nothing else."""
    specs = specs_of(Activity)
    return {name: [{"key": new_key()}] for name in SECTIONS[section] if specs[name].row}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_makes_a_sound_page(bare_app, section, language):
    form = activity_form(section, language)(reference_choices(language), with_a_row(section))
    assert faults(shown(bare_app, form, language)) == []


@pytest.mark.parametrize("section", SECTIONS)
def test_a_page_that_says_what_is_wrong_is_sound(bare_app, section):
    nothing_right = activity_form(section, "en")(reference_choices("en"), with_a_row(section)).raw()
    wrong = {name: v if name.endswith(("shown", "position")) else ["\x07?"] for name, v in nothing_right.items()}
    form = activity_form(section, "en")(reference_choices("en"), with_a_row(section), wrong)
    assert not form.validate()
    said = [{"severity": "error", "text": "Something is missing", "article": "7(1)"}]
    html = shown(bare_app, form, findings_of=lambda _path: said)
    assert faults(html) == []
    for blame in form.error_summary:
        assert f'href="#{blame.id}"' in html
        assert f'id="{blame.id}"' in html


@pytest.mark.parametrize("make", [new_activity_form, party_form, system_form, organisation_form])
def test_the_other_documents_make_sound_pages(bare_app, make):
    assert faults(shown(bare_app, make("fr")(reference_choices("fr")), "fr")) == []


def test_a_form_written_as_a_class_makes_a_sound_page(bare_app):
    assert faults(shown(bare_app, FirstAdministratorForm())) == []


def test_what_is_in_the_page_is_what_a_browser_would_send(bare_app):
    form = activity_form("purposes", "en")(reference_choices("en"), with_a_row("purposes"))
    tree = tree_of(shown(bare_app, form)).find(".//form")
    for template in tree.iter("template"):
        template.clear()
    named = {e.get("name") for e in tree.iter() if e.tag in ("input", "select", "textarea") and e.get("name")}
    assert named - {"csrf_token", "version"} == set(form.raw())


def test_the_enter_key_saves_and_moves_no_row(bare_app):
    form = activity_form("purposes", "en")(reference_choices("en"), with_a_row("purposes"))
    buttons = [b for b in tree_of(shown(bare_app, form)).find(".//form").iter("button") if b.get("type") == "submit"]
    assert buttons[0].get("name") is None


def test_words_that_look_like_markup_stay_words(bare_app):
    typed = "</textarea><script>x</script>\"'{{ 7*7 }}"
    form = activity_form("identity", "en")(reference_choices("en"), {"name": typed, "notes": typed})
    tree = tree_of(shown(bare_app, form))
    assert not list(tree.iter("script"))
    assert next(e for e in tree.iter("textarea") if e.get("name") == "notes").text.strip() == typed
    assert next(e for e in tree.iter("input") if e.get("name") == "name").get("value") == typed


def test_a_text_that_begins_with_an_empty_line_keeps_it(bare_app):
    form = activity_form("identity", "en")(reference_choices("en"), {}, {"notes": ["\n\nafter two lines"]})
    html = shown(bare_app, form)
    # A parser of HTML drops the first line break of a text area, and no other.
    assert ">\n\n\nafter two lines</textarea>" in html


def test_a_group_whose_condition_does_not_hold_is_folded_and_still_in_the_page(bare_app):
    stored = {"purposes": [{"key": "aaaa", "label": "News", "legal_basis": "consent"}]}
    tree = tree_of(shown(bare_app, activity_form("purposes", "en")(reference_choices("en"), stored)))
    item = next(e for e in tree.iter("li") if e.get("data-row") == "aaaa")
    state = {e.get("data-values"): e.get("open") is not None for e in item.iter("details") if e.get("data-values")}
    assert state["consent"] is True
    assert state["legitimate_interests"] is False
    assert any(e.get("name") == "purposes:aaaa:interest" for e in item.iter("textarea"))

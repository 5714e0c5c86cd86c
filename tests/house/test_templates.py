"""Templates are pages: they compile, they name endpoints that exist, and their words can be translated."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes

from tests.house.sources import TEMPLATES, python_files, relative, templates, text_of

PAGES = [path for path in templates() if path.suffix in (".html", ".txt", ".xml", ".svg")]
HTML = [path for path in PAGES if path.suffix == ".html"]
#: Text that is the same in every language.
UNIVERSAL = re.compile(r"^[\W\d_]*$|^(?:Trente|PDF|XLSX|CSV|JSON|DOCX|ODS|ICS|DPV|SHA-256|English|Français|EN|FR)$")
VALUE = "zzz"
SPOKEN = ("alt", "aria-label", "placeholder", "title")


def test_every_template_compiles(app: Flask) -> None:
    for path in PAGES:
        app.jinja_env.get_template(path.relative_to(TEMPLATES).as_posix())


def test_every_endpoint_named_in_a_template_exists(app: Flask) -> None:
    known = set(app.view_functions) | {"." + name.rpartition(".")[2] for name in app.view_functions}
    unknown = []
    for path in PAGES:
        for call in app.jinja_env.parse(text_of(path)).find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name == "url_for" and call.args:
                first = call.args[0]
                if isinstance(first, nodes.Const) and first.value not in known:
                    unknown.append(f"{relative(path)}:{call.lineno} {first.value}")
    assert unknown == []


def test_every_endpoint_named_in_code_exists(app: Flask) -> None:
    known = {name.rpartition(".")[2] for name in app.view_functions} | set(app.view_functions)
    named = re.compile(r"""url_for\(\s*f?["']([\w.]+)["']""")
    unknown = [
        f"{relative(path)}: {endpoint}"
        for path in python_files("compliance", "forms")
        for endpoint in named.findall(text_of(path))
        if endpoint.lstrip(".") not in known
    ]
    assert unknown == []


class _Words(HTMLParser):
    """Collects the words of a template that no translation function surrounds."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in ("script", "style", "svg", "code")
        self.found += [value or "" for name, value in attrs if name in SPOKEN]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style", "svg", "code")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


@pytest.mark.parametrize("path", HTML, ids=[relative(path) for path in HTML])
def test_the_words_of_a_template_can_be_translated(path: Path) -> None:
    bare = re.sub(r"\{#.*?#\}", "", text_of(path), flags=re.DOTALL)
    bare = re.sub(r"\{%-?\s*trans\b.*?endtrans\s*-?%\}", "", bare, flags=re.DOTALL)
    bare = re.sub(r"\{%-?\s*block \w*class\s*-?%\}[\w -]*\{%-?\s*endblock", "", bare)
    bare = re.sub(r"\{%.*?%\}", "", bare, flags=re.DOTALL)
    bare = re.sub(r"\{\{.*?\}\}", VALUE, bare, flags=re.DOTALL)
    words = _Words()
    words.feed(bare)
    said = [
        text.replace(VALUE, "").strip(" \n·|–—:,/") for text in words.found if '="' not in text
    ]  # attributes of a macro
    assert [text for text in said if not UNIVERSAL.match(text)] == []


@pytest.mark.parametrize("path", HTML, ids=[relative(path) for path in HTML])
def test_a_template_carries_no_style_script_or_unescaped_text(path: Path) -> None:
    if path.is_relative_to(TEMPLATES / "pdf"):
        return
    text = text_of(path)
    if path.is_relative_to(TEMPLATES / "email"):  # mail programs know no other style
        text = text.replace(" style=", " ")
    assert (
        re.findall(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\b(?:src|type=\"application/json\"))|javascript:", text)
        == []
    )
    assert re.findall(r"\|\s*safe\b|autoescape\s+false", text) == []


def test_the_check_of_words_can_fail() -> None:
    words = _Words()
    words.feed('<p title="A title">Some words</p>')
    assert words.found == ["A title", "Some words"]

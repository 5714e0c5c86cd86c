"""A small application for the tests of forms: their templates, two languages, the token, and nothing else."""

from pathlib import Path

import pytest
from flask import Flask, request
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect

TEMPLATES = Path(__file__).parents[2] / "templates"


@pytest.fixture(scope="module")
def bare_app() -> Flask:
    made = Flask("forms-under-test", template_folder=str(TEMPLATES))
    made.config.update(SECRET_KEY="test", TESTING=True, WTF_CSRF_CHECK_DEFAULT=False)
    Babel(made, locale_selector=lambda: request.args.get("language", "en"))
    CSRFProtect(made)
    return made

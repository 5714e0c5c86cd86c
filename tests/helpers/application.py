"""Applications for tests: made and migrated once per database, given back fresh to each test."""

import secrets
from contextlib import ExitStack
from pathlib import Path

import flask_migrate
from flask import Flask

from compliance.app import create_app
from compliance.support.cache import cache
from tests.helpers import services
from tests.helpers.client import PageClient
from tests.helpers.database import Fresh, scratch_database

SECRET = "for tests only, and long enough to be taken"


class Applications:
    """One application per database, made when a test first asks for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[str, tuple[Flask, Fresh]] = {}
        self.at_the_end = ExitStack()

    def fresh(self, engine: str) -> Flask:
        """The application on that database, as the migrations left it."""
        if engine not in self.made:
            self.made[engine] = self._make(engine)
        app, fresh = self.made[engine]
        fresh.restore()
        with app.app_context():
            cache.clear()
        app.extensions["guesses"].storage.reset()
        return app

    def _make(self, engine: str) -> tuple[Flask, Fresh]:
        settings = {"ENVIRONMENT": "test", "VAR_DIR": str(self.folder / engine), "SECRET_KEY": SECRET}
        if engine == "postgresql":
            database = scratch_database(services.DATABASE_SERVER, f"trente_test_{secrets.token_hex(6)}")
            settings["DATABASE_URL"] = self.at_the_end.enter_context(database)
        app = create_app(settings)
        app.testing = True
        app.test_client_class = PageClient
        with app.app_context():
            flask_migrate.upgrade()
        fresh = Fresh(app)
        self.at_the_end.callback(fresh.engine.dispose)
        return app, fresh

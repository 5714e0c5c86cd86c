"""The application: the only module that knows everybody."""

import gc
import logging
import os
from collections.abc import Mapping
from pathlib import Path

import structlog
from flask import Flask, g, render_template
from flask.typing import ResponseReturnValue
from flask_migrate import Migrate
from flask_security import Security
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from compliance import cli, config, development, kinds, schedule, shell
from compliance.accounts import guard
from compliance.accounts import tasks as accounts_tasks
from compliance.accounts import views as accounts_views
from compliance.accounts.models import InstallationRole, Person
from compliance.dashboard import views as dashboard_views
from compliance.exports import tasks as export_tasks
from compliance.exports import views as export_views
from compliance.parties import views as parties_views
from compliance.records import chain
from compliance.register import tasks as register_tasks
from compliance.register import views as register_views
from compliance.register.views import imports as import_views
from compliance.reminders import tasks as reminder_tasks
from compliance.reminders import views as reminder_views
from compliance.support import celery, dates, db, i18n, transactions, web
from compliance.support.cache import cache
from compliance.support.errors import Refusal
from compliance.support.i18n import _
from compliance.support.templating import SpokenEnvironment

ROOT = Path(__file__).resolve().parents[1]
log = structlog.get_logger()


class Application(Flask):
    """A Flask application whose templates speak the language of the page."""

    jinja_environment = SpokenEnvironment


def create_app(environ: Mapping[str, str] | None = None) -> Flask:
    """The application with these settings, or with those of the environment."""
    settings = config.from_environment(os.environ if environ is None else environ)
    settings.var_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    app = Application(
        "compliance", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "compliance" / "static")
    )
    app.config.from_mapping(config.for_flask(settings))
    app.config.update(SETTINGS=settings, STORE=settings.var_dir / "store")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _logs(settings.log_level)
    _extensions(app, settings)
    _pages(app)
    _errors(app)
    cli.init_app(app)
    gc.freeze()  # what was made until here lives as long as the process: the collector need not walk it again
    return app


def _logs(level: str) -> None:
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper(), logging.INFO)),
    )


def _extensions(app: Flask, settings: config.Settings) -> None:
    db.db.init_app(app)
    with app.app_context():
        db.prepare_engine(db.db.engine)
    db.listen()
    chain.listen()
    kinds.enter_all()
    Migrate(app, db.db, directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
    i18n.init_app(app)
    cache.init_app(app)
    transactions.init_app(app)
    csrf = CSRFProtect(app)
    Security(app, guard.PeopleStore(db.db, Person, InstallationRole))
    guard.init_app(app, csrf)
    celery.init_app(app, broker=settings.broker, var_dir=settings.var_dir, beat=schedule.HABITS)
    dates.init_app(app)
    shell.init_app(app)
    web.init_app(app)
    if settings.behind_proxy:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=app.static_folder, prefix="static/", max_age=3600, autorefresh=not settings.is_production
    )


def _pages(app: Flask) -> None:
    for blueprint in (
        accounts_views.bp,
        dashboard_views.bp,
        register_views.bp,
        register_views.findings_bp,
        import_views.bp,
        parties_views.bp,
        export_views.bp,
        reminder_views.bp,
        reminder_views.letters_bp,
    ):
        app.register_blueprint(blueprint)
    if app.config["SETTINGS"].environment != "production":
        app.register_blueprint(development.bp)
    accounts_tasks.init_app(app)
    register_tasks.init_app(app)
    reminder_tasks.init_app(app)
    export_tasks.init_app(app)


def _errors(app: Flask) -> None:
    @app.errorhandler(Refusal)
    def refuse(refusal: Refusal) -> ResponseReturnValue:
        return _error_page(refusal.status, str(refusal.message))

    @app.errorhandler(IntegrityError)
    @app.errorhandler(StaleDataError)
    def stale(_error: Exception) -> ResponseReturnValue:
        transactions.rollback()  # the session answers nothing more until it has let go
        return _error_page(409, _("Somebody else saved this at the same moment. Go back and try again."))

    @app.errorhandler(DataError)
    def unfit(_error: DataError) -> ResponseReturnValue:
        return _error_page(400)

    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> ResponseReturnValue:
        return _error_page(error.code or 500)

    @app.errorhandler(Exception)
    def bug(error: Exception) -> ResponseReturnValue:
        number = db.random_token()[:8]
        log.error("bug", kind=type(error).__name__, number=number, exc_info=error)
        transactions.rollback()
        return _error_page(500, reference=number)


#: Statuses with words of their own; any other gets plain ones.
ERROR_PAGES = {
    403: "errors/403.html",
    404: "errors/404.html",
    409: "errors/409.html",
    413: "errors/413.html",
    429: "errors/429.html",
    500: "errors/500.html",
}


def _error_page(status: int, words: str = "", reference: str = "") -> ResponseReturnValue:
    g.actor = None  # the page of an error needs nothing that could fail again
    if status in ERROR_PAGES:
        told = {"words": words} if words else {}
        return render_template(ERROR_PAGES[status], reference=reference, **told), status
    words = words or _(
        "This page was open for too long, or its address is incomplete. Go back, reload it and try again."
    )
    return render_template("errors/error.html", heading=_("This cannot be done"), words=words), status

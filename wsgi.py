"""The door: the web application and the Celery application."""

from compliance.app import create_app

app = create_app()
celery = app.extensions["celery"]

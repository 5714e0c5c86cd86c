"""What a browser fetches for the record page when it has never been here, if one is installed."""

import shutil
import threading
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

from bench.pages import Visitor
from bench.targets import Measure


def weighed(app: Flask) -> list[Measure]:
    """Requests and kilobytes of the record page, nothing cached; nothing when no browser can be driven."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return []
    visitor = Visitor(app)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sizes: list[int] = []

    def note(request: Any) -> None:
        found = request.sizes()
        sizes.append(found["responseBodySize"] + found["responseHeadersSize"])

    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            context = browser.new_context(locale="fr-FR")
            address = f"http://127.0.0.1:{server.server_port}"
            context.add_cookies(
                [{"name": c.key, "value": c.value, "url": address} for c in visitor.client._cookies.values()]
            )  # type: ignore[union-attr]
            page = context.new_page()
            page.on("requestfinished", note)
            page.goto(address + visitor.path(f"register/{visitor.reference}/"), wait_until="networkidle")
            browser.close()
    finally:
        server.shutdown()
    return [
        Measure("record page in a browser, requests", len(sizes)),
        Measure("record page in a browser", sum(sizes) / 1024, "kB"),
    ]

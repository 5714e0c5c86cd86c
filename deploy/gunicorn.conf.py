"""Settings of the web server: a few processes with a few threads each, because requests wait on the database."""

import os

bind = f"{os.environ.get('HOST', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = 4
timeout = 60
graceful_timeout = 8  # below the patience of the supervisor and of systemd
keepalive = 5
max_requests = 5000  # a slow leak of a library never becomes a night call
max_requests_jitter = 500
accesslog = None  # the journal of the product says who did what; the proxy keeps its own log
loglevel = "warning"
control_socket_disable = True
forwarded_allow_ips = "127.0.0.1"

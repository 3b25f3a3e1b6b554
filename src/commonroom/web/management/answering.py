"""Settings of gunicorn: `gunicorn -c python:commonroom.web.management.answering`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from commonroom.web.management import parents

wsgi_app = "commonroom.web.wsgi:application"
worker_class = "gthread"
#: The site is loaded once, and shared by all its workers.
preload_app = True
#: The site writes its own line about each request: gunicorn's has queries and addresses.
accesslog = None
loglevel = "warning"
graceful_timeout = 20
timeout = 120
keepalive = 5
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - only a heartbeat


def on_starting(server: Any) -> None:
    """Begin to count anew, and end with who began the server, when they ask for it."""
    from django.conf import settings

    from commonroom.web import counting

    counting.clear(settings.COUNTS)
    if os.environ.get("COMMONROOM_WITH_PARENT"):
        parents.end_with_parent()

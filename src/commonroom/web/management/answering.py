"""Settings of gunicorn: `gunicorn -c python:commonroom.web.management.answering`."""

from __future__ import annotations

import gc
import os
import threading
from importlib import import_module
from pathlib import Path
from typing import Any

from commonroom.web.management import artist, parents

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


def when_ready(server: Any) -> None:
    """Load all addresses, once for all workers; begin the process that draws, which ends with this one.

    What was loaded until now is never thrown away: to look through it for what can be would hold up a page
    for a tenth of a second now and then, and copy for each worker what they share.
    """
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018 - what is loaded here, no worker loads
    artist.begin()
    gc.collect()
    gc.freeze()


def post_worker_init(worker: Any) -> None:
    """Let a worker load what pictures are made with while it answers already, not with the first of them."""
    threading.Thread(target=import_module, args=("commonroom.charts",), daemon=True).start()

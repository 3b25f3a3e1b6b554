"""The heartbeat of a worker: the time, written every few seconds, for others to see that it is alive."""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import DatabaseError, connection
from django.db.models.functions import Now

from commonroom.web.jobs.models import Worker

log = logging.getLogger(__name__)


@contextmanager
def beating(name: str, every: float) -> Iterator[None]:
    """Write the heartbeat of the worker called `name` while inside, every so many seconds; then sign off."""
    beat(name)
    stop = threading.Event()
    thread = threading.Thread(target=_go_on, args=(name, every, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        Worker.objects.filter(pk=name).delete()


def beat(name: str) -> None:
    """Write that a worker is alive now, by the clock of the database."""
    if not Worker.objects.filter(pk=name).update(beat=Now()):
        Worker.objects.create(name=name, host=socket.gethostname()[:120], process=os.getpid())


def alive(lease: timedelta) -> int:
    """Return how many workers were heard of within the lease."""
    return Worker.objects.filter(beat__gte=Now() - lease).count()


def forget(lease: timedelta) -> None:
    """Forget workers that have been silent for long."""
    Worker.objects.filter(beat__lt=Now() - 10 * lease).delete()


def _go_on(name: str, every: float, stop: threading.Event) -> None:
    while not stop.wait(every):
        try:
            beat(name)
        except DatabaseError as error:
            # It may be back at the next; if not, another worker takes over what this one holds.
            log.warning("no heartbeat could be written: %s", error)
    connection.close()

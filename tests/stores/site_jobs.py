"""Jobs that stop where a test wants to kill their worker."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from commonroom.web.audit.models import Entry
from commonroom.web.jobs import actions
from commonroom.web.jobs.models import Job
from commonroom.web.jobs.running import job


def stop_at(place: str, wanted: str, folder: str) -> None:
    """Wait at a place for the file `go`, the first time that a worker comes there."""
    reached = Path(folder) / f"reached-{place}"
    if place != wanted or reached.exists():
        return
    reached.touch()
    while not (Path(folder) / "go").exists():
        time.sleep(0.02)


@job("Count once")
def count(work: Job, *, stop: str = "", folder: str = "") -> None:
    stop_at("before", stop, folder)
    with actions.once(job=work) as done:
        Entry.objects.create(action="counted", kind="job", key=str(work.pk))
        stop_at("inside", stop, folder)
        done.path = f"/counted/{work.pk}/"
    stop_at("after", stop, folder)


@job("End the worker")
def end(work: Job) -> None:
    os.kill(os.getpid(), signal.SIGKILL)

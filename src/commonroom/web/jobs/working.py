"""The worker: takes what waits in the queue, one after another, until it is told to stop."""

from __future__ import annotations

import logging
import secrets
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import FrameType

from django.db import DatabaseError, close_old_connections

from commonroom.web.audit.changes import is_passing
from commonroom.web.jobs import beats, claims, turns
from commonroom.web.jobs.running import Failed

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """How a worker keeps time, in seconds.

    It writes a heartbeat `beat` apart; is taken for dead when silent for the `lease`; has a `rest` when
    nothing waits; and, told to stop, gives the job that it is at the `grace` to end.
    """

    beat: float = 5
    lease: float = 60
    rest: float = 1
    grace: float = 20


class Stopped(BaseException):
    """Raised into a job that has not ended when its worker has to: it is put back, and runs again later."""


def work(*, pace: Pace, regular: Sequence[turns.Regular] = ()) -> None:
    """Run what waits, and what is regular when its time comes, until SIGTERM or SIGINT."""
    name = secrets.token_hex(8)
    lease = timedelta(seconds=pace.lease)
    with _told_to_stop(pace.grace) as stop, beats.beating(name, pace.beat):
        log.info("worker %s waits for work", name)
        while not stop.is_set():
            close_old_connections()
            if not _take_one(name, lease, regular):
                stop.wait(pace.rest)
    log.info("worker %s has stopped", name)


def run_waiting(name: str = "here") -> int:
    """Run all that waits now, in this process, and return how many there were."""
    count = 0
    while (line := claims.claim(name)) is not None:
        run(line)
        count += 1
    return count


def run(line: claims.Line) -> None:
    """Run one line that was claimed, and write down how it ended."""
    begun = time.monotonic()
    log.info("task %s begins: %s", line.pk, line.task_path)
    failed = ""
    try:
        line.task.call(*line.args_kwargs["args"], **line.args_kwargs["kwargs"])
    except Stopped:
        claims.put_back(line)
        raise
    except Failed as error:
        failed = f"noted: {error}"
    except Exception as error:
        if is_passing(error):
            claims.put_back(line)
            return
        log.exception("task %s failed", line.pk)
        failed = type(error).__name__
    claims.close(line, failed=failed)
    ended = "failed" if failed else "done"
    log.info("task %s %s after %.1f s", line.pk, ended, time.monotonic() - begun)


def _take_one(name: str, lease: timedelta, regular: Sequence[turns.Regular]) -> bool:
    """Whether there was something to do, and it was done."""
    try:
        claims.put_back_lost(lease)
        turns.take(regular)
        line = claims.claim(name)
    except DatabaseError as error:
        log.warning("the queue cannot be read: %s", error)
        return False
    if line is None:
        return False
    run(line)
    return True


@contextmanager
def _told_to_stop(grace: float) -> Iterator[threading.Event]:
    """What is set by the first signal; `grace` later, or by the second signal, Stopped is raised."""
    stop = threading.Event()

    def first(signum: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise Stopped
        stop.set()
        signal.setitimer(signal.ITIMER_REAL, max(grace, 0.001))

    def late(signum: int, frame: FrameType | None) -> None:
        raise Stopped

    before = {
        number: signal.signal(number, handler)
        for number, handler in ((signal.SIGTERM, first), (signal.SIGINT, first), (signal.SIGALRM, late))
    }
    try:
        yield stop
    except Stopped:
        log.warning("a job was stopped before its end; it is put back")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)

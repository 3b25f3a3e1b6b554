"""The worker's loop, its heartbeat, what it does regularly, and how it is told to stop."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from commonroom.web.jobs import actions, beats, claims, turns, working
from commonroom.web.jobs.models import Job, Turn, Worker
from commonroom.web.jobs.turns import Regular
from commonroom.web.jobs.working import Pace
from web.jobs import made_jobs

PACE = Pace(beat=0.01, lease=60, rest=0.01, grace=5)


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    """A loop that does not stop fails the test, and does not hold all of them up."""
    timer = threading.Timer(60, os.kill, (os.getpid(), signal.SIGKILL))
    timer.start()
    yield
    timer.cancel()


def tell(*signals: int, when: threading.Event | None = None) -> None:
    """Send this process signals, as soon as it is time."""

    def send() -> None:
        if when:
            when.wait()
        for number in signals:
            time.sleep(0.1)
            os.kill(os.getpid(), number)

    threading.Thread(target=send, daemon=True).start()


@pytest.mark.django_db(transaction=True)
def test_it_works_until_it_is_told_to_stop() -> None:
    actions.start(who=None, task=made_jobs.count)
    seen = threading.Event()

    def look() -> None:
        if Job.objects.get().is_finished:
            seen.set()

    tell(signal.SIGTERM, when=seen)
    working.work(pace=PACE, regular=[Regular("look", timedelta(0), look)])
    assert Job.objects.get().state == "done"
    assert not Worker.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("grace", "signals"), [(0.05, [signal.SIGTERM]), (60, [signal.SIGINT, signal.SIGINT])]
)
def test_a_job_that_does_not_end_is_put_back(
    grace: float, signals: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.start(who=None, task=made_jobs.count)
    begun = threading.Event()

    def last(*, job: Job, share: float, step: str) -> None:
        begun.set()
        time.sleep(30)

    monkeypatch.setattr(actions, "progress", last)
    tell(*signals, when=begun)
    working.work(pace=Pace(beat=5, lease=60, rest=0.01, grace=grace))
    assert Job.objects.get().state == "waiting"
    assert DBTaskResult.objects.get().status == "READY"


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_cannot_be_read_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(lease: timedelta) -> int:
        tell(signal.SIGTERM)
        monkeypatch.undo()
        raise OperationalError("gone")

    monkeypatch.setattr(claims, "put_back_lost", fail)
    working.work(pace=PACE)
    assert "the queue cannot be read: gone" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_heartbeat_that_cannot_be_written_comes_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real, failed = beats.beat, threading.Event()

    def fail(name: str) -> None:
        if threading.current_thread() is not threading.main_thread() and not failed.is_set():
            failed.set()
            raise OperationalError("gone")
        real(name)

    monkeypatch.setattr(beats, "beat", fail)
    with beats.beating("me", 0.01):
        first = Worker.objects.get().beat
        assert failed.wait(30)
        while Worker.objects.get().beat == first:
            time.sleep(0.01)
        assert beats.alive(timedelta(minutes=1)) == 1
    assert "no heartbeat could be written: gone" in caplog.text
    assert not Worker.objects.exists()


@pytest.mark.django_db
def test_a_turn_is_taken_when_its_time_has_come() -> None:
    taken: list[str] = []
    regular = [Regular("a", timedelta(hours=1), lambda: taken.append("a"))]
    turns.take(regular)
    turns.take(regular)
    assert taken == ["a"]
    Turn.objects.update(next=timezone.now())
    turns.take(regular)
    assert taken == ["a", "a"]
    # Another worker has just taken it.
    turns._take(regular[0])
    assert taken == ["a", "a"]


@pytest.mark.django_db
def test_what_nobody_asks_for_any_more_is_removed() -> None:
    for _ in range(2):
        actions.start(who=None, task=made_jobs.count)
    working.run_waiting()
    long_ago = timezone.now() - timedelta(days=400)
    Job.objects.filter(pk=Job.objects.first().pk).update(finished=long_ago)  # type: ignore[union-attr]
    DBTaskResult.objects.filter(pk=DBTaskResult.objects.first().pk).update(finished_at=long_ago)
    Worker.objects.create(name="silent", host="", process=1)
    Worker.objects.update(beat=Now() - timedelta(days=1))
    turns.take([turns.CLEAR])
    assert Job.objects.count() == 1
    assert DBTaskResult.objects.count() == 1
    assert not Worker.objects.exists()

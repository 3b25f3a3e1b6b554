"""What the workers do regularly: each turn is taken by one worker, once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from commonroom.web.audit.changes import change
from commonroom.web.jobs import beats
from commonroom.web.jobs.models import Job, Turn

#: How long what ended is kept: lines of the queue, and jobs.
KEEP_RESULTS = timedelta(days=14)
KEEP_JOBS = timedelta(days=180)


@dataclass(frozen=True)
class Regular:
    """Something done regularly: its name, how often, and what is called.

    It is called in one transaction with the line that says when its next turn is: what takes longer than a
    moment should put a job into the queue (jobs.actions.start), which is then neither lost nor run twice.
    """

    name: str
    every: timedelta
    do: Callable[[], object]


def take(regular: Sequence[Regular]) -> None:
    """Take every turn whose time has come, unless another worker just took it."""
    next_turns = dict(Turn.objects.values_list("name", "next"))
    for one in regular:
        if one.name not in next_turns or next_turns[one.name] <= timezone.now():
            _take(one)


@change
def _take(one: Regular) -> None:
    now = timezone.now()
    turn, _ = Turn.objects.select_for_update().get_or_create(name=one.name, defaults={"next": now})
    if turn.next <= now:
        turn.next = now + one.every
        turn.save(update_fields=["next"])
        one.do()


def clear() -> None:
    """Remove what nobody asks for any more: old lines of the queue, old jobs, workers silent for long."""
    now = timezone.now()
    DBTaskResult.objects.finished().filter(finished_at__lt=now - KEEP_RESULTS).delete()
    Job.objects.filter(finished__lt=now - KEEP_JOBS).delete()
    beats.forget(timedelta(minutes=1))


CLEAR = Regular("clear", timedelta(days=1), clear)

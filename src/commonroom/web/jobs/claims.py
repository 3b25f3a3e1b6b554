"""Who runs what: a line of the queue belongs to one worker at a time, as long as that worker is alive."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any, TypeAlias

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_noop
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from commonroom.web.audit.changes import change
from commonroom.web.jobs.models import Done, Job, Worker

log = logging.getLogger(__name__)

#: One line of the queue.
Line: TypeAlias = "DBTaskResult[..., Any]"
#: How often a job is taken up before it is given up: one that kills its worker would kill them all.
MOST = 3
GIVEN_UP = gettext_noop("It was interrupted several times, and was given up.")


def claim(worker: str) -> Line | None:
    """Give the next line of the queue to a worker, or nothing when none waits; no two are given the same."""
    if not DBTaskResult.objects.ready().exists():
        return None
    with transaction.atomic():
        line = DBTaskResult.objects.ready().get_locked()
        if line is not None:
            line.claim(worker)
    return line


@change
def close(line: Line, *, failed: str = "") -> None:
    """Write down that a line was run: it is done, or `failed` for a reason; nothing if it was taken away."""
    if _still(line) is None:
        return
    line.status = TaskResultStatus.FAILED if failed else TaskResultStatus.SUCCESSFUL
    line.finished_at = timezone.now()
    line.traceback = failed
    line.save(update_fields=["status", "finished_at", "traceback"])


@change
def put_back(line: Line) -> None:
    """Let another worker run a line that this one cannot finish, from its beginning."""
    held = _still(line)
    if held is not None:
        _put_back(held)


def put_back_lost(lease: timedelta) -> int:
    """Put back what workers hold that have not been heard of for as long as the lease; return how many."""
    if not DBTaskResult.objects.running().exists():
        return 0
    count = 0
    with transaction.atomic():
        alive = set(Worker.objects.filter(beat__gte=Now() - lease).values_list("pk", flat=True))
        for line in DBTaskResult.objects.running().select_for_update(skip_locked=True):
            if line.worker_ids[-1] not in alive:
                log.warning("task %s of a worker that is gone is put back", line.pk)
                _put_back(line)
                count += 1
    return count


def _still(line: Line) -> Line | None:
    """The line, locked, while it is held by the worker that was given it."""
    held = DBTaskResult.objects.running().select_for_update().filter(pk=line.pk).first()
    return held if held is not None and held.worker_ids == line.worker_ids else None


def _put_back(line: Line) -> None:
    given_up = len(line.worker_ids) >= MOST
    line.status = TaskResultStatus.FAILED if given_up else TaskResultStatus.READY
    line.finished_at = timezone.now() if given_up else None
    line.save(update_fields=["status", "finished_at"])
    waiting = Job.objects.filter(result=line.pk, state__in=(Job.State.WAITING, Job.State.RUNNING))
    if not given_up:
        waiting.update(state=Job.State.WAITING, share=0.0, step="")
    elif Done.objects.filter(job__result=line.pk, key="").exists():
        waiting.update(state=Job.State.DONE, share=1.0, step="", finished=timezone.now())
    else:
        waiting.update(state=Job.State.FAILED, step="", said=GIVEN_UP, finished=timezone.now())

"""One job, from its beginning to its end."""

from __future__ import annotations

import functools
import logging
import secrets
from collections.abc import Callable
from typing import Any

from django.utils import translation
from django_tasks import task
from django_tasks.base import Task

from commonroom.errors import SaidToPeople
from commonroom.web.audit.changes import is_passing
from commonroom.web.jobs import actions
from commonroom.web.jobs.models import Job

log = logging.getLogger(__name__)

#: Does the work of a job: `work(job, **arguments)`.
Work = Callable[..., None]


class Failed(Exception):  # noqa: N818 - what a worker is told, never a person
    """A job that failed and was written down as failed."""


def job(title: Any, *, again: bool = False) -> Callable[[Work], Task[..., None]]:
    """Make a function of a module `tasks.py` the work of a job, called `title` (a lazy translation).

    The function is given the Job and its arguments. What it raises fails the job: of SaidToPeople its
    sentence is kept, of anything else a number under which it stands in the log. A failed one may be started
    `again` by who looks after the site where that is right whatever was done since; elsewhere people start
    another where they started this one.
    """

    def make(work: Work) -> Task[..., None]:
        @functools.wraps(work)
        def run(number: int, **arguments: Any) -> None:
            _run(work, Job.objects.select_related("who").get(pk=number), arguments)

        run.title, run.again = title, again  # type: ignore[attr-defined]
        return task()(run)

    return make


def _run(work: Work, running: Job, arguments: dict[str, Any]) -> None:
    if running.is_finished or actions.is_done(job=running):
        actions.finish(job=running)
        return
    actions.take_up(job=running)
    language = running.who.language if running.who else "en"
    try:
        with translation.override(language):
            work(running, **arguments)
    except actions.AlreadyDone:
        # Another worker, that took this one for dead, was first.
        log.warning("job %s was done by another worker", running.pk)
    except SaidToPeople as error:
        actions.fail(job=running, said=str(error))
        raise Failed(str(error)) from error
    except Exception as error:
        if is_passing(error):
            raise
        noted = secrets.token_hex(4)
        log.exception("job %s failed, noted as %s", running.pk, noted)
        actions.fail(job=running, noted=noted)
        raise Failed(noted) from error
    actions.finish(job=running)

"""Start a job, tell how far it is, do its work once, and end it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django_tasks.base import Task

from commonroom.errors import SaidToPeople
from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change
from commonroom.web.jobs.models import Done, Job

#: Seconds between two lines about how far a job is.
SELDOM = 0.25


class AlreadyDone(Exception):  # noqa: N818 - no fault: there is nothing left to do
    """Raised by `once` where the step was done before."""


@change
def start(
    *,
    who: Person | None,
    task: Task[..., None],
    about: models.Model | None = None,
    arguments: dict[str, Any] | None = None,
    key: str | None = None,
) -> Job:
    """Put a job into the queue, and return it; the caller has checked that the person may.

    Arguments: `who` starts it (None: the site itself); the `task` (a function under `@job`); the thing it is
    `about`; its `arguments` as plain values; a `key`: started again with the same key, it is the same job.
    """
    # A key is the person's own: nobody reaches another's job by it.
    own = None if key is None else f"{'' if who is None else who.pk}:{key}"
    try:
        with transaction.atomic():
            made = Job.objects.create(
                who=who,
                kind=task.module_path,
                key=own,
                about_kind="" if about is None else about._meta.model_name or "",
                about_key="" if about is None else str(about.pk),
                arguments=arguments or {},
            )
    except IntegrityError:
        if own is None:
            raise
        return Job.objects.get(key=own)
    result = task.enqueue(made.pk, **(arguments or {}))
    made.result = result.id
    made.save(update_fields=["result"])
    audit.record(who=who, action="job.start", thing=made)
    return made


@change
def start_again(*, who: Person, job: Job) -> Job:
    """Put a failed job back into the queue, and return it as it is then; steps that were done stay done.

    Raises PermissionDenied unless `who` looks after the site, and SaidToPeople where it did not fail, or is
    of a kind that must not run later.
    """
    permissions.check(who, Action.SITE_RUN)
    job = Job.objects.select_for_update().get(pk=job.pk)
    if not job.can_start_again:
        raise SaidToPeople(
            gettext("This cannot be started again."),
            remedy=gettext("Only what failed can, where doing it later does no harm."),
        )
    before = audit.fields(job)
    job.state, job.share, job.said, job.noted, job.finished = Job.State.WAITING, 0.0, "", "", None
    job.result = import_string(job.kind).enqueue(job.pk, **job.arguments).id
    job.save(update_fields=["state", "share", "said", "noted", "finished", "result"])
    audit.record(who=who, action="job.again", thing=job, before=before)
    return job


def progress(*, job: Job, share: float, step: str = "") -> None:
    """Say how far a job is: the share done, from 0 to 1, and in a sentence what it is doing.

    It may be called as often as is convenient: a line is written a few times a second at most. Call it
    outside of `once`, where others can see it.
    """
    now = time.monotonic()
    if now - getattr(job, "told", 0.0) < SELDOM and share < 1:
        return
    job.told = now  # type: ignore[attr-defined]
    job.share, job.step = min(max(share, 0.0), 1.0), step[:300]
    _mine(job).update(share=job.share, step=job.step)


@contextmanager
def once(*, job: Job, key: str = "") -> Iterator[Done]:
    """Open the transaction of everything that a job changes, and commit it once and never again.

    Arguments: the `job`; the `key` of the step, of work in several. The path where the outcome is read may be
    set on what is given (`done.path`). Raises AlreadyDone, before or after the work inside, where another
    has done it; nothing is changed then.
    """
    with transaction.atomic():
        try:
            with transaction.atomic():
                done = Done.objects.create(job=job, key=key)
        except IntegrityError:
            raise AlreadyDone from None
        yield done
        if done.path:
            done.save(update_fields=["path"])


def is_done(*, job: Job, key: str = "") -> bool:
    """Say whether a step of a job was done."""
    return Done.objects.filter(job=job, key=key).exists()


def take_up(*, job: Job) -> None:
    """Write down that a worker begins a job, from its beginning."""
    job.tries += 1
    job.state, job.share, job.step = Job.State.RUNNING, 0.0, ""
    job.started = job.started or timezone.now()
    job.save(update_fields=["tries", "state", "share", "step", "started"])


def finish(*, job: Job) -> None:
    """Write down that a job is done, and where its outcome is read."""
    path = Done.objects.filter(job=job).exclude(path="").values_list("path", flat=True).last() or ""
    _mine(job).update(state=Job.State.DONE, share=1.0, step="", path=path, finished=timezone.now())


def fail(*, job: Job, said: str = "", noted: str = "") -> None:
    """Write down why a job failed: what is `said` to people, or the number under which it is `noted`."""
    _mine(job).update(state=Job.State.FAILED, step="", said=said, noted=noted, finished=timezone.now())


def _mine(job: Job) -> models.QuerySet[Job]:
    """The job, unless it has ended, or another worker took it up since."""
    open_states = (Job.State.WAITING, Job.State.RUNNING)
    return Job.objects.filter(pk=job.pk, tries=job.tries, state__in=open_states)

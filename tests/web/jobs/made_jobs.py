"""Jobs that do what a test wants of them."""

from __future__ import annotations

from contextlib import suppress

from django.db import OperationalError
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _
from django_tasks import task

from commonroom.errors import SaidToPeople
from commonroom.web.audit.models import Entry
from commonroom.web.jobs import actions
from commonroom.web.jobs.models import Job
from commonroom.web.jobs.running import job
from commonroom.web.jobs.working import Stopped


@job(_("Publish the evidence"))
def count(work: Job, *, words: str = "") -> None:
    actions.progress(job=work, share=0.5, step=say("Waiting"))
    with actions.once(job=work) as done:
        Entry.objects.create(action="counted", kind="job", key=words)
        done.path = "/counted/"


@job("Refuse")
def refuse(work: Job) -> None:
    raise SaidToPeople(say("January"), where="line 3", remedy="Mend it.")


@job("Fail once", again=True)
def stumble(work: Job) -> None:
    with suppress(actions.AlreadyDone), actions.once(job=work, key="first"):
        Entry.objects.create(action="counted", kind="job", key="first")
    if work.tries == 1:
        raise SaidToPeople("the disk is full.")
    with actions.once(job=work) as done:
        done.path = "/counted/"


@job("Break")
def fall(work: Job) -> None:
    raise ZeroDivisionError("head@example.org")


@job("Do again")
def again(work: Job) -> None:
    with actions.once(job=work):
        Entry.objects.create(action="counted", kind="job", key="again")
    with actions.once(job=work):
        raise AssertionError("never")


@job("Be turned away")
def busy(work: Job) -> None:
    if work.tries == 1:
        raise passing()
    actions.progress(job=work, share=2)


@job("Be stopped")
def stop(work: Job) -> None:
    raise Stopped


@task
def plain(text: str) -> None:
    if text == "break":
        raise ValueError(text)


class LockedError(Exception):
    sqlite_errorcode = 5


def passing() -> OperationalError:
    error = OperationalError("database is locked")
    error.__cause__ = LockedError()
    return error

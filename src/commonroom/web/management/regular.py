"""What the workers do regularly."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from commonroom.web import files
from commonroom.web.accounts import sessions
from commonroom.web.inquiry.models import Attachment
from commonroom.web.jobs import actions as jobs
from commonroom.web.jobs import turns
from commonroom.web.jobs.models import Job
from commonroom.web.jobs.running import job
from commonroom.web.jobs.turns import Regular
from commonroom.web.management import preparing
from commonroom.web.narrative.feeds import digest
from commonroom.web.post import delivery
from commonroom.web.schools import actions as schools


@job(_("Write the letters of the week"), again=True)
def write_letters(work: Job) -> None:
    """Write to everybody who was not written to this week: each letter is kept once, by itself."""
    digest.send_due(today=timezone.localdate())


@job(_("Publish the evidence"), again=True)
def publish(work: Job) -> None:
    """Publish the evidence that was built anew, and enter its schools into the register."""
    preparing.publish(lambda said: None)
    with jobs.once(job=work):
        schools.enter()


def _write_letters() -> None:
    jobs.start(who=None, task=write_letters)


def _tidy() -> None:
    """Letters and sessions of long ago, and files that nobody knows of."""
    delivery.forget(now=timezone.now())
    sessions.forget(now=timezone.now())
    files.sweep(set(Attachment.objects.values_list("stored", flat=True)))


#: The letters of a week go out on the first day that a worker is alive in it.
REGULAR = (
    turns.CLEAR,
    Regular("tidy", timedelta(days=1), _tidy),
    Regular("letters", timedelta(hours=6), _write_letters),
    Regular("evidence", timedelta(minutes=1), preparing.publish_if_due),
)

"""What may be seen of long work."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, QuerySet

from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.jobs.models import Job


def seen_by(person: Person | AnonymousUser) -> QuerySet[Job]:
    """Return the jobs that a person may see: those they started; all, where they look after the site."""
    if not isinstance(person, Person):
        return Job.objects.none()
    every = Job.objects.all()
    return every if permissions.may(person, Action.SITE_RUN) else every.filter(who=person)


def about(thing: Model) -> QuerySet[Job]:
    """Return the jobs that were started for a thing, the last first; the caller has checked who sees it."""
    return Job.objects.filter(about_kind=thing._meta.model_name, about_key=str(thing.pk))


def tell(job: Job) -> dict[str, Any]:
    """Return how far a job is as plain values: what the script of a page and the API are told."""
    return {
        "state": job.state,
        "said_state": str(job.get_state_display()),
        "finished": job.is_finished,
        "share": round(job.share, 3),
        "step": job.step,
        "said": job.why,
        "path": job.path,
    }

"""What may be seen of long work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps
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


def listed(person: Person | AnonymousUser, state: str = "") -> QuerySet[Job]:
    """Return the jobs that a person may see, the last first; of one `state`, or all."""
    found = seen_by(person).select_related("who")
    return found.filter(state=state) if state in Job.State.values else found


def name_things(person: Person | AnonymousUser, jobs: Iterable[Job]) -> dict[int, str]:
    """Return what each of some jobs is about, by the job's number: nothing of a school's to anybody else."""
    by_kind: dict[str, list[Job]] = {}
    for job in jobs:
        by_kind.setdefault(job.about_kind, []).append(job)
    named = {}
    for kind, some in by_kind.items():
        things = _things(kind, [job.about_key for job in some])
        for job in some:
            thing = things.get(job.about_key)
            if thing is not None and (job.who_id == person.pk or not thing.place().schools):
                named[job.pk] = str(thing)
    return named


def _things(kind: str, keys: list[str]) -> dict[str, Any]:
    """The things of a kind that are still there, by their key as a text."""
    try:
        there = apps.get_model("commonroom", kind)._default_manager.select_related()
    except (LookupError, ValueError):
        return {}
    return {str(key): thing for key, thing in there.in_bulk(keys).items()}


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

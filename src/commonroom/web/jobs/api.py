"""Jobs, for programs: one's own and how far they are; for who looks after the site, all of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Router, Schema
from pydantic import Field

from commonroom.web.accounts.api import PersonOut, who
from commonroom.web.jobs import actions, queries
from commonroom.web.jobs.models import Job

router = Router(tags=["jobs"])

Key = Annotated[int, Field(ge=1, le=2**63 - 1)]
Many = Annotated[int, Field(ge=1, le=500)]
#: By their values: classes of one name, as many words have a State, would be one in the description.
State = Literal["waiting", "running", "done", "failed"]


class JobOut(Schema):
    """Long work: who began it (null: the site itself), how far it is, and how it ended."""

    id: int
    title: str
    about: str
    who: PersonOut | None
    state: State
    share: float
    step: str
    asked: datetime
    started: datetime | None
    finished: datetime | None
    said: str = Field(description="Why it failed.")
    path: str = Field(description="Where its outcome is read on the site.")
    can_start_again: bool


@router.get("/jobs", response=list[JobOut])
def list_jobs(
    request: HttpRequest, state: State | None = None, before: Key | None = None, limit: Many = 100
) -> Any:
    """List jobs, the last first; of one state, and before the one of that number."""
    found = queries.listed(who(request), state or "")
    return _tell(request, found.filter(pk__lt=before)[:limit] if before else found[:limit])


@router.get("/jobs/{int:pk}", response=JobOut)
def show_job(request: HttpRequest, pk: int) -> Any:
    """Give a job, and how far it is."""
    return _tell(request, [_get(request, pk)])[0]


@router.post("/jobs/{int:pk}/again", response=JobOut)
def start_again(request: HttpRequest, pk: int) -> Any:
    """Start a failed job again, where that does no harm; for who looks after the site."""
    return _tell(request, [actions.start_again(who=who(request), job=_get(request, pk))])[0]


def _get(request: HttpRequest, pk: int) -> Job:
    return get_object_or_404(queries.listed(who(request)), pk=pk)


def _tell(request: HttpRequest, jobs: Any) -> list[dict[str, Any]]:
    """Jobs as the interface tells of them."""
    there = list(jobs)
    named = queries.name_things(who(request), there)
    plain = ("title", "who", "asked", "started", "finished", "can_start_again")
    return [
        {"id": job.pk, "about": named.get(job.pk, ""), **queries.tell(job)}
        | {name: getattr(job, name) for name in plain}
        for job in there
    ]

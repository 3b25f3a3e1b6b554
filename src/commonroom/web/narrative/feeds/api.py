"""A person's week and calendar, and all that a school owns, for programs."""

from __future__ import annotations

import datetime
from typing import Any

from django.http import FileResponse, HttpRequest
from django.urls import reverse
from django.utils import timezone
from ninja import Router, Schema, Status

from commonroom.web.accounts.models import Person
from commonroom.web.narrative.feeds import actions, queries, views
from commonroom.web.narrative.feeds.models import CalendarAddress
from commonroom.web.post.writing import absolute

router = Router(tags=["feeds"])


class Line(Schema):
    """Something that waits or happened."""

    kind: str
    title: str
    about: str
    path: str
    day: datetime.date | None
    late: bool


class Day(Schema):
    """Something that comes."""

    kind: str
    title: str
    about: str
    path: str
    day: datetime.date
    begins: datetime.time | None
    location: str


class Week(Schema):
    """What waits for a person, what others did in the last seven days, and what comes."""

    waiting: list[Line]
    happened: list[Line]
    coming: list[Day]


class Address(Schema):
    """When the address of a calendar was made; the address itself in the answer that made it alone."""

    made: datetime.datetime | None
    address: str = ""


def _file(media_type: str) -> dict[str, Any]:
    """How a route that answers with a file is described."""
    content = {media_type: {"schema": {"type": "string", "format": "binary"}}}
    return {"responses": {200: {"description": "The file", "content": content}}}


def _who(request: HttpRequest) -> Person:
    """Who asks, by session or by token."""
    who: Person = request.auth  # type: ignore[attr-defined]
    return who


@router.get("/me/week", response=Week)
def week(request: HttpRequest) -> dict[str, Any]:
    """What waits for whoever asks, what happened, and what comes."""
    person, now = _who(request), timezone.now()
    today = timezone.localdate(now)
    return {
        "waiting": queries.waiting(person, today),
        "happened": queries.happened(person, now - queries.LATELY),
        "coming": [
            {
                "kind": item.kind,
                "title": item.title,
                "about": str(item.partnership),
                "path": item.path,
                "day": item.day,
                "begins": item.time[0] if item.time else None,
                "location": item.location,
            }
            for item in queries.coming(person, today)
        ],
    }


@router.get("/me/calendar", response=Address)
def address(request: HttpRequest) -> dict[str, Any]:
    """Whether there is an address of one's calendar; it is told once, when it is made."""
    held = CalendarAddress.objects.filter(person=_who(request)).first()
    return {"made": held.made if held else None}


@router.post("/me/calendar", response={201: Address})
def renew(request: HttpRequest) -> Status[dict[str, Any]]:
    """Make a new address of one's calendar; the one before ends."""
    secret = actions.renew_calendar(who=_who(request))
    held = CalendarAddress.objects.get(person=_who(request))
    return Status(201, {"made": held.made, "address": absolute(reverse("calendar-feed", args=[secret]))})


@router.delete("/me/calendar", response={204: None})
def end(request: HttpRequest) -> Status[None]:
    """End the address of one's calendar."""
    actions.end_calendar(who=_who(request))
    return Status(204, None)


@router.get("/schools/{number}/export.xlsx", openapi_extra=_file(views.XLSX))
def workbook(request: HttpRequest, number: str) -> FileResponse:
    """Everything that a school owns, as a workbook."""
    return views.send_workbook(_who(request), number)


@router.get("/schools/{number}/export.zip", openapi_extra=_file("application/zip"))
def archive(request: HttpRequest, number: str) -> FileResponse:
    """Everything that a school owns, as an archive of CSV files with the files that were sent."""
    return views.send_archive(_who(request), number)

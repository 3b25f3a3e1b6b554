"""Events from a file, for programs: send it, read what each row means, save all or none."""

from __future__ import annotations

import datetime
from typing import Any, BinaryIO, cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile

from commonroom.web.accounts.models import Person
from commonroom.web.inquiry.events import actions, looking, queries, reading
from commonroom.web.inquiry.events.models import EventFile
from commonroom.web.partnerships.texts import who

router = Router(tags=["events"])


class SlipOut(Schema):
    """One thing to be mended in a row."""

    column: str
    what: str
    remedy: str


class RowOut(Schema):
    """What a row means: a new event, one that is there already (and why), or what is to be mended."""

    row: int
    partnership: int | None
    date: datetime.date | None
    kind: str
    state: str
    purpose: str
    there: str
    slips: list[SlipOut]


class FileOut(Schema):
    """A file that was sent, and what its rows mean as things are now; of a saved file what was saved."""

    id: int
    school: str
    name: str
    sent: datetime.datetime
    saved: datetime.datetime | None
    added: int
    left_out: int
    unread: list[str]
    new: list[RowOut]
    there: list[RowOut]
    refused: list[RowOut]


class SaveIn(Schema):
    """Whether rows to be mended may be left out; otherwise they stop all."""

    leave_out: bool = False


@router.post("/schools/{number}/events", response={201: FileOut})
def send(request: HttpRequest, number: str, file: File[UploadedFile]) -> Status[dict[str, Any]]:
    """Send a file of events of a school; nothing is saved before that is asked for."""
    person = who(request)
    school = queries.school(person, number)
    table = reading.read(cast(BinaryIO, file.file), name=file.name or "", size=file.size or 0)
    made = actions.send(who=person, school=school, table=table, now=timezone.now())
    return Status(201, _told(person, made))


@router.get("/event-files/{pk}", response=FileOut)
def show(request: HttpRequest, pk: int) -> dict[str, Any]:
    """What the rows of a file mean."""
    return _told(who(request), _file(request, pk))


@router.post("/event-files/{pk}/save", response=FileOut)
def save(request: HttpRequest, pk: int, given: SaveIn) -> dict[str, Any]:
    """Save the new events of a file, all or none."""
    person = who(request)
    saved = actions.save(who=person, file=_file(request, pk), leave_out=given.leave_out, now=timezone.now())
    return _told(person, saved)


@router.delete("/event-files/{pk}", response={204: None})
def throw_away(request: HttpRequest, pk: int) -> Status[None]:
    """Throw a file away; events that were saved stay."""
    actions.throw_away(who=who(request), file=_file(request, pk))
    return Status(204, None)


def _file(request: HttpRequest, pk: int) -> EventFile:
    return get_object_or_404(queries.files(who(request)), pk=pk)


def _told(person: Person, file: EventFile) -> dict[str, Any]:
    names = ("id", "name", "sent", "saved", "added", "left_out")
    told: dict[str, Any] = {"school": file.school_id} | {name: getattr(file, name) for name in names}
    looked = looking.Looked([], [], [], [], [])
    if file.saved is None:
        looked = looking.look(person, file, today=timezone.localdate())
    rows = {name: [_row(row) for row in getattr(looked, name)] for name in ("new", "there", "refused")}
    return told | rows | {"unread": looked.unread}


def _row(row: looking.Row) -> dict[str, Any]:
    read = None if row.slips else row.words
    return {
        "row": row.number,
        "partnership": row.partnership.pk if row.partnership else None,
        "date": read.date if read else None,
        "kind": read.kind if read else "",
        "state": read.state if read else "",
        "purpose": read.purpose if read else "",
        "there": row.there,
        "slips": row.slips,
    }

"""Notes and files of a room, for programs."""

from __future__ import annotations

import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import File, Form, Router, Schema, Status
from ninja.files import UploadedFile
from pydantic import StringConstraints

from commonroom.web import files as keeping
from commonroom.web.accounts.roles import Action
from commonroom.web.inquiry import actions, queries, words
from commonroom.web.inquiry.api.texts import KeyIn, Number, Revision, cycle_of, enter
from commonroom.web.inquiry.models import Attachment, Note, Stage, Visibility
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.texts import who
from commonroom.web.schools.models import School

router = Router()
WORK = Action.PARTNERSHIP_WORK
Written = Annotated[
    str, StringConstraints(min_length=1, max_length=8000, pattern=r"^[^\x00]*$", strip_whitespace=True)
]


class BelongsIn(KeyIn):
    """Where a note or file belongs, and who reads it; the school only of who belongs to both."""

    visibility: Visibility
    school: Literal["receiver", "provider"] | None = None
    cycle: Number | None = None
    stage: Stage | None = None


class NoteIn(BelongsIn):
    """A note."""

    text: Written
    date: datetime.date


class NoteOut(Schema):
    """A note that the person may read."""

    id: int
    revision: int
    text: str
    date: datetime.date
    visibility: str
    school_id: str | None
    cycle_id: int | None
    stage: str


class FileOut(Schema):
    """A file that the person may take."""

    id: int
    name: str
    media_type: str
    size: int
    sha256: str
    visibility: str
    school_id: str | None
    cycle_id: int | None
    stage: str
    written: datetime.datetime


@router.get("/partnerships/{int:pk}/notes", response=list[NoteOut])
def list_notes(request: HttpRequest, pk: int) -> Any:
    """List the notes that the person may read: those of both schools, and their school's own."""
    return queries.notes(who(request), enter(request, pk))


@router.post("/partnerships/{int:pk}/notes", response={201: NoteOut})
def write_note(request: HttpRequest, pk: int, sent: NoteIn) -> Status[Note]:
    """Write a note."""
    partnership = enter(request, pk, WORK)
    made = actions.notes.write(
        who=who(request),
        partnership=partnership,
        words=words.Noted(sent.text, sent.date, **_belonging(partnership, sent)),
        today=timezone.localdate(),
        key=sent.key,
    )
    return Status(201, made)


@router.put("/partnerships/{int:pk}/notes/{int:number}", response=NoteOut)
def change_note(request: HttpRequest, pk: int, number: int, revision: Revision, sent: NoteIn) -> Any:
    """Change a note, or share it; school, cycle and stage stay."""
    partnership = enter(request, pk, WORK)
    return actions.notes.change(
        who=who(request),
        note=get_object_or_404(queries.notes(who(request), partnership), pk=number),
        words=words.Noted(sent.text, sent.date, sent.visibility),
        revision=revision,
        today=timezone.localdate(),
    )


@router.delete("/partnerships/{int:pk}/notes/{int:number}", response={204: None})
def remove_note(request: HttpRequest, pk: int, number: int) -> Status[None]:
    """Remove a note."""
    partnership = enter(request, pk, WORK)
    found = get_object_or_404(queries.notes(who(request), partnership), pk=number)
    actions.notes.remove(who=who(request), note=found, today=timezone.localdate())
    return Status(204, None)


@router.get("/partnerships/{int:pk}/files", response=list[FileOut])
def list_files(request: HttpRequest, pk: int) -> Any:
    """List the files that the person may take."""
    return queries.files(who(request), enter(request, pk))


@router.post("/partnerships/{int:pk}/files", response={201: FileOut})
def send_file(
    request: HttpRequest, pk: int, sent: Form[BelongsIn], file: File[UploadedFile]
) -> Status[Attachment]:
    """Send a file: a document, a picture or text, of at most 10 MB."""
    partnership = enter(request, pk, WORK)
    made = actions.files.add(
        who=who(request),
        partnership=partnership,
        sent=(file, words.Filed(**_belonging(partnership, sent))),
        today=timezone.localdate(),
        key=sent.key,
    )
    return Status(201, made)


@router.get("/partnerships/{int:pk}/files/{int:number}", response={200: bytes})
def take_file(request: HttpRequest, pk: int, number: int) -> HttpResponseBase:
    """Return the content of a file, to be saved."""
    found = get_object_or_404(queries.files(who(request), enter(request, pk)), pk=number)
    return keeping.send(found.stored, name=found.name, media_type=found.media_type)


@router.delete("/partnerships/{int:pk}/files/{int:number}", response={204: None})
def remove_file(request: HttpRequest, pk: int, number: int) -> Status[None]:
    """Remove a file for good."""
    partnership = enter(request, pk, WORK)
    found = get_object_or_404(queries.files(who(request), partnership), pk=number)
    actions.files.remove(who=who(request), attachment=found, today=timezone.localdate())
    return Status(204, None)


def _belonging(partnership: Partnership, sent: BelongsIn) -> dict[str, Any]:
    school: School | None = None if sent.school is None else getattr(partnership, sent.school)
    return {
        "visibility": sent.visibility,
        "school": school,
        "cycle": cycle_of(partnership, sent.cycle),
        "stage": sent.stage if sent.stage and sent.cycle else "",
    }

"""Changes of notes: write, change, share, remove."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable
from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext as _

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.audit import actions as audit
from commonroom.web.audit.changes import change as changes
from commonroom.web.inquiry import words as wordings
from commonroom.web.inquiry.actions.writing import belong, claim, enter, once, own_schools, put, tell
from commonroom.web.inquiry.models import Note, Own, Visibility
from commonroom.web.partnerships.models import Moment, Partnership

T = TypeVar("T", bound=Own)


@changes
def write(
    *,
    who: Person,
    partnership: Partnership,
    words: wordings.Noted,
    today: datetime.date,
    key: uuid.UUID | None = None,
) -> Note:
    """Write a note; a `key` sent before gives the note that is there."""
    enter(who, Action.PARTNERSHIP_WORK, partnership)
    belong(partnership, words.cycle)
    made = Note(partnership=partnership, who=who, key=key or uuid.uuid4())
    put(made, words)
    keep_to(made, who)
    note, new = once(made)
    if new:
        audit.record(who=who, action="note.write", thing=note)
        _tell(who, note, "note.written", note.date)
    return note


@changes
def change(*, who: Person, note: Note, words: wordings.Noted, revision: int, today: datetime.date) -> Note:
    """Change a note, or share one that was the school's own; raise Overtaken when another did meanwhile."""
    check_change(who, note)
    belong(note.partnership, words.cycle)
    claim(note, revision)
    before, was_own = audit.fields(note), note.is_own
    if words.visibility == Visibility.SCHOOL and not was_own:
        raise SaidToPeople(
            _("The partner has read this note already."), remedy=_("Write a note of your own beside it.")
        )
    put(note, words, but=("school", "cycle", "stage"))
    note.save()
    audit.record(who=who, action="note.change", thing=note, before=before)
    shared = was_own and not note.is_own
    _tell(who, note, "note.shared" if shared else "note.changed", today)
    return note


@changes
def remove(*, who: Person, note: Note, today: datetime.date) -> None:
    """Remove a note: that it was there stays in the timeline, what it said does not."""
    check_change(who, note)
    before = audit.fields(note)
    audit.record(who=who, action="note.remove", thing=note, before=before)
    path, about = _path(note), _about(note)
    partnership, own = note.partnership, note.is_own
    note.delete()
    Moment.objects.filter(partnership=partnership, path=path).update(path="")
    if not own:
        tell(partnership, "note.removed", about, told=(who, today))


def keep_to(made: Own, who: Person) -> None:
    """Put something under the school of who wrote it; raise PermissionDenied where it is not theirs."""
    schools = own_schools(who, Action.NOTES_WRITE, made.partnership)
    if made.school is None and schools:
        made.school_id = min(schools)
    if made.school_id is not None and made.school_id not in schools:
        raise PermissionDenied
    if made.is_own and made.school_id is None:
        raise SaidToPeople(
            _("You belong to neither school, so you have no school of your own here."),
            remedy=_("Write for both schools."),
        )


def check_change(who: Person, thing: Own) -> None:
    """Let a person change what they wrote, or what their school wrote, in a room that is open."""
    enter(who, Action.PARTNERSHIP_WORK, thing.partnership)
    if not changeable(who, thing.partnership, [thing]):
        raise PermissionDenied


def changeable(who: Person, partnership: Partnership, things: Iterable[T]) -> set[T]:
    """Return those of a room's notes or files that a person wrote, or that their school wrote."""
    schools = own_schools(who, Action.NOTES_WRITE, partnership)
    return {one for one in things if one.school_id in schools or (one.who_id == who.pk and not one.is_own)}


def _tell(who: Person, note: Note, kind: str, date: datetime.date) -> None:
    """Tell the timeline of a note that both schools read; the partner learns nothing of another."""
    if not note.is_own:
        tell(note.partnership, kind, _about(note), told=(who, date), path=_path(note))


def _about(note: Note) -> str:
    return note.cycle.question if note.cycle else ""


def _path(note: Note) -> str:
    return f"{reverse('room-notes', args=[note.partnership_id])}#note-{note.pk}"

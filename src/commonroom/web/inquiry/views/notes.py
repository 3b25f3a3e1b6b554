"""Notes: read, write, change, share, remove."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonroom.web.accounts.roles import Action
from commonroom.web.inquiry import actions, forms, queries
from commonroom.web.inquiry.actions.notes import changeable, check_change
from commonroom.web.inquiry.actions.writing import own_schools
from commonroom.web.inquiry.models import Note
from commonroom.web.inquiry.pages import (
    FOLDER,
    WORK,
    asked,
    confirm,
    find,
    frame,
    home,
    in_room,
    typed,
    who,
    write,
)
from commonroom.web.inquiry.sheet import RoomForm
from commonroom.web.partnerships.models import Partnership

HERE = "room-notes"


@in_room()
@require_safe
def notes(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Show the notes that a person may read."""
    found = list(queries.notes(who(request), partnership))
    context = {
        **frame(request, partnership, HERE),
        "notes": found,
        "mine": changeable(who(request), partnership, found),
        "own": own_schools(who(request), Action.NOTES_WRITE, partnership),
    }
    return render(request, f"{FOLDER}/notes.html", context)


@in_room(WORK)
def new(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Write a note."""
    first = {"date": timezone.localdate(), **asked(request, "cycle", "stage", "visibility")}
    form = forms.NoteForm(typed(request), person=who(request), partnership=partnership, initial=first)

    def act(form: forms.NoteForm) -> tuple[str, str]:
        made = actions.notes.write(
            who=who(request),
            partnership=partnership,
            words=form.words(),
            today=timezone.localdate(),
            key=form.cleaned_data["key"],
        )
        return _back(made), _("The note is written.")

    page = {
        "title": _("Write a note"),
        "back": reverse(HERE, args=[partnership.pk]),
        "keep": f"note-new-{partnership.pk}",
    }
    return write(request, form, act, here=HERE, page=page)


@in_room(WORK)
def change(request: HttpRequest, partnership: Partnership, number: int) -> HttpResponse:
    """Change a note, or share it with the partner."""
    note = _get(request, partnership, number)
    first = forms.NoteForm.standing(note)
    form = forms.NoteForm(typed(request), person=who(request), partnership=partnership, initial=first)
    for name in ("cycle", "stage", "school", *([] if note.is_own else ["visibility"])):
        form.fields.pop(name, None)

    def act(form: forms.NoteForm) -> tuple[str, str]:
        words, today = form.words(), timezone.localdate()
        actions.notes.change(who=who(request), note=note, words=words, revision=form.read, today=today)
        return _back(note), _("Saved.")

    page = {"title": _("Change a note"), "back": _back(note), "keep": f"note-{note.pk}"}
    return write(request, form, act, here=HERE, page=page)


@in_room(WORK)
def remove(request: HttpRequest, partnership: Partnership, number: int) -> HttpResponse:
    """Remove a note, after asking whether that is meant."""
    note = _get(request, partnership, number)

    def act(form: RoomForm) -> tuple[str, str]:
        actions.notes.remove(who=who(request), note=note, today=timezone.localdate())
        return reverse(HERE, args=[partnership.pk]), _("The note is removed.")

    page = {
        "question": _("Remove this note?"),
        "sentences": [note.text, _("What it says is then gone for good.")],
        "yes": _("Remove it"),
        "back": _back(note),
        "grave": True,
    }
    return confirm(request, partnership, act, page=page)


def _get(request: HttpRequest, partnership: Partnership, number: int) -> Note:
    """A note that the person may change: no form is opened whose text could not be saved."""
    note = find(queries.notes(who(request), partnership), partnership, number)
    check_change(who(request), note)
    return note


def _back(note: Note) -> str:
    return f"{home(note, HERE)}#note-{note.pk}"

"""Files: all of them, send one, take one, remove one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonroom.web import files as keeping
from commonroom.web.files import receiving
from commonroom.web.inquiry import actions, forms, queries
from commonroom.web.inquiry.actions.notes import changeable, check_change
from commonroom.web.inquiry.models import Attachment
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

HERE = "room-files"


@in_room()
@require_safe
def files(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Show the files that a person may take."""
    found = list(queries.files(who(request), partnership))
    context = {
        **frame(request, partnership, HERE),
        "files": found,
        "mine": changeable(who(request), partnership, found),
    }
    return render(request, f"{FOLDER}/files.html", context)


@in_room(WORK)
def new(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Send a file."""
    form = forms.FileForm(
        typed(request),
        files=request.FILES or None,
        person=who(request),
        partnership=partnership,
        initial=asked(request, "cycle", "stage"),
    )
    receiving.say_dropped(request, form)

    def act(form: forms.FileForm) -> tuple[str, str]:
        made = actions.files.add(
            who=who(request),
            partnership=partnership,
            sent=(form.cleaned_data["file"], form.words()),
            today=timezone.localdate(),
            key=form.cleaned_data["key"],
        )
        return _back(made), _("The file is there: %(name)s.") % {"name": made.name}

    page = {"title": _("Send a file"), "back": reverse(HERE, args=[partnership.pk]), "yes": _("Send")}
    return write(request, form, act, here=HERE, page=page)


@in_room()
@require_safe
def send(request: HttpRequest, partnership: Partnership, number: int) -> HttpResponseBase:
    """Hand out a file."""
    found = find(queries.files(who(request), partnership), partnership, number)
    return keeping.send(found.stored, name=found.name, media_type=found.media_type)


@in_room(WORK)
def remove(request: HttpRequest, partnership: Partnership, number: int) -> HttpResponse:
    """Remove a file, after asking whether that is meant."""
    found = find(queries.files(who(request), partnership), partnership, number)
    check_change(who(request), found)

    def act(form: RoomForm) -> tuple[str, str]:
        actions.files.remove(who=who(request), attachment=found, today=timezone.localdate())
        return reverse(HERE, args=[partnership.pk]), _("The file is removed.")

    page = {
        "question": _("Remove this file?"),
        "sentences": [found.name, _("It is then gone for good; that it was there stays in the timeline.")],
        "yes": _("Remove it"),
        "back": _back(found),
        "grave": True,
    }
    return confirm(request, partnership, act, page=page)


def _back(found: Attachment) -> str:
    return f"{home(found, HERE)}#file-{found.pk}"

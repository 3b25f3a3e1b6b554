"""Files: all of them, send one, take one, remove one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonroom.web import files as keeping
from commonroom.web.accounts.roles import Action
from commonroom.web.files import checking, receiving
from commonroom.web.inquiry import actions, forms, queries
from commonroom.web.inquiry.actions.writing import own_schools
from commonroom.web.inquiry.models import Attachment
from commonroom.web.inquiry.pages import FOLDER, WORK, frame, in_room, typed, who, write
from commonroom.web.inquiry.sheet import RoomForm
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.pages import Page, answer

HERE = "room-files"


@in_room()
@require_safe
def files(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Show the files that a person may take."""
    context = {
        **frame(request, partnership, HERE),
        "files": queries.files(who(request), partnership),
        "own": own_schools(who(request), Action.NOTES_WRITE, partnership),
    }
    return render(request, f"{FOLDER}/files.html", context)


@in_room(WORK)
def new(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Send a file."""
    asked = {name: request.GET[name] for name in ("cycle", "stage") if name in request.GET}
    form = forms.FileForm(
        typed(request),
        files=request.FILES or None,
        person=who(request),
        partnership=partnership,
        initial=asked,
    )
    if receiving.DROPPED in request.META:
        form.add_error("file", str(checking.too_large(request.META[receiving.DROPPED])))

    def act(form: forms.FileForm) -> tuple[str, str]:
        made = actions.files.add(
            who=who(request),
            partnership=partnership,
            sent=(form.cleaned_data["file"], form.words()),
            today=timezone.localdate(),
            key=form.cleaned_data["key"],
        )
        return _back(made), _("The file is there: %(name)s.") % {"name": made.name}

    page = {"title": _("Send a file"), "back": reverse(HERE, args=[partnership.pk])}
    return write(request, form, act, page=frame(request, partnership, HERE) | page)


@in_room()
@require_safe
def send(request: HttpRequest, partnership: Partnership, number: int) -> HttpResponseBase:
    """Hand out a file."""
    found = _get(request, partnership, number)
    return keeping.send(found.stored, name=found.name, media_type=found.media_type)


@in_room(WORK)
def remove(request: HttpRequest, partnership: Partnership, number: int) -> HttpResponse:
    """Remove a file, after asking whether that is meant."""
    found = _get(request, partnership, number)
    form = RoomForm(typed(request), person=who(request), partnership=partnership)

    def act(form: RoomForm) -> tuple[str, str]:
        actions.files.remove(who=who(request), attachment=found, today=timezone.localdate())
        return reverse(HERE, args=[partnership.pk]), _("The file is removed.")

    context = {
        "question": _("Remove this file?"),
        "sentences": [found.name, _("It is then gone for good; that it was there stays in the timeline.")],
        "yes": _("Remove it"),
        "back": _back(found),
        "grave": True,
    }
    return answer(request, form, act, page=Page("commonroom/parts/confirm.html", context))


def _get(request: HttpRequest, partnership: Partnership, number: int) -> Attachment:
    found = get_object_or_404(queries.files(who(request), partnership), pk=number)
    found.partnership = partnership
    return found


def _back(found: Attachment) -> str:
    if found.cycle_id:
        return f"{reverse('room-cycle', args=[found.partnership_id, found.cycle_id])}#file-{found.pk}"
    return f"{reverse(HERE, args=[found.partnership_id])}#file-{found.pk}"

"""The frame of a room's pages: who may come in, what is around a page, what a form does."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from commonroom.web.accounts import permissions
from commonroom.web.accounts.roles import Action
from commonroom.web.inquiry import queries
from commonroom.web.inquiry.actions.writing import Closed, Overtaken
from commonroom.web.inquiry.models import Attachment, Note, Written
from commonroom.web.inquiry.sheet import RoomForm
from commonroom.web.partnerships import pages, themes
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.pages import who

SEE, WORK, LEAD = Action.PARTNERSHIP_SEE, Action.PARTNERSHIP_WORK, Action.PARTNERSHIP_LEAD
FOLDER = "commonroom/inquiry"
__all__ = [
    "FOLDER", "LEAD", "SEE", "WORK", "asked", "confirm", "find", "frame", "home", "in_room", "typed", "who",
    "write",
]  # fmt: skip

View = Callable[..., HttpResponseBase]
T = TypeVar("T", bound=Written)
#: Does what a form asks for, and returns where to go next and what to say there.
Act = Callable[[Any], tuple[str, str]]

#: The parts of a room, in order: the name of the address, and what it is called.
TABS = (
    ("room", _("Overview")),
    ("room-cycles", _("Cycles")),
    ("room-notes", _("Notes")),
    ("room-files", _("Files")),
    ("room-visits", _("Visits and meetings")),
    ("room-points", _("Actions")),
    ("room-decisions", _("Decisions")),
    ("room-impact", _("Impact plan")),
    ("room-reviews", _("Reviews")),
    ("room-timeline", _("Timeline")),
)


def in_room(action: Action = SEE, *, closed_too: bool = False) -> Callable[[View], View]:
    """Let those into a view who may: others learn nothing, or are refused where they see the summary.

    A view that writes is not open in a closed room, unless it is said (`closed_too`).
    """

    def dress(view: View) -> View:
        @login_required
        @functools.wraps(view)
        def enter(request: HttpRequest, pk: int, **others: Any) -> HttpResponseBase:
            partnership = queries.room(request.user, pk)
            permissions.check(request.user, action, partnership)
            closed = partnership.state == Partnership.State.CLOSED
            if closed and action != SEE and not closed_too:
                raise Closed
            return view(request, partnership, **others)

        return enter

    return dress


def frame(request: HttpRequest, partnership: Partnership, here: str) -> dict[str, Any]:
    """Return what stands around each page of a room; `here`: the name of the part's address."""
    open_room = partnership.state != Partnership.State.CLOSED
    return {
        "partnership": partnership,
        "theme": themes.label(partnership.theme),
        "tabs": [(reverse(name, args=[partnership.pk]), label, name == here) for name, label in TABS],
        "here": here,
        "writes": open_room and permissions.may(request.user, WORK, partnership),
        "leads": open_room and permissions.may(request.user, LEAD, partnership),
    }


def find(among: type[T] | QuerySet[T], partnership: Partnership, number: int) -> T:
    """Return a thing of a room by its number; raise Http404 when the room has none."""
    found = get_object_or_404(among, partnership=partnership, pk=number)
    found.partnership = partnership
    return found


def home(thing: Note | Attachment, here: str) -> str:
    """Return the page that a note or file stands on: that of its cycle, or the one of all (`here`)."""
    at, cycle = thing.partnership_id, thing.cycle_id
    return reverse("room-cycle", args=[at, cycle]) if cycle else reverse(here, args=[at])


def typed(request: HttpRequest) -> QueryDict | None:
    """Return what was typed; nothing where a form is only opened."""
    return request.POST if request.method == "POST" else None


def asked(request: HttpRequest, *names: str) -> dict[str, str]:
    """Return what the address says that a form is to be opened with."""
    return {name: request.GET[name] for name in names if name in request.GET}


def write(request: HttpRequest, form: RoomForm, act: Act, *, here: str, page: dict[str, Any]) -> HttpResponse:
    """Show a form of a room, or do what it asks for; what another wrote meanwhile is shown beside it.

    `here`: the name of the part's address; `page`: title, lead, back, keep.
    """
    page = {**frame(request, form.partnership, here), "multipart": form.is_multipart(), **page}
    return _answer(request, form, act, pages.Page(f"{FOLDER}/write.html", page))


def confirm(
    request: HttpRequest, partnership: Partnership, act: Act, *, page: dict[str, Any], revision: int = 0
) -> HttpResponse:
    """Ask whether something is meant, and do it when it is.

    `page`: question, sentences, yes, back; `revision`: that of the thing which is shown, if it has one.
    """
    first = {"revision": revision}
    form = RoomForm(typed(request), person=who(request), partnership=partnership, initial=first)
    return _answer(request, form, act, pages.Page("commonroom/parts/confirm.html", page))


def _answer(request: HttpRequest, form: RoomForm, act: Act, page: pages.Page) -> HttpResponse:
    def careful(sent: RoomForm) -> tuple[str, str]:
        try:
            return act(sent)
        except Overtaken as error:
            sent.show_theirs(error)
            raise

    return pages.answer(request, form, careful, page=page)

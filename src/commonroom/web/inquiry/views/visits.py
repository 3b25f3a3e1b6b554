"""Visits and meetings: all of them, one of them, plan or record one, change it, say that one was there."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from commonroom.web.inquiry import actions, forms, queries
from commonroom.web.inquiry.models import Visit
from commonroom.web.inquiry.pages import FOLDER, WORK, asked, find, frame, in_room, typed, who, write
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.pages import SeeOther

HERE = "room-visits"


@in_room()
@require_safe
def visits(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Show visits and meetings, and the hours they took."""
    found = list(Visit.objects.filter(partnership=partnership))
    today = timezone.localdate()
    planned = [one for one in found if one.state == Visit.State.PLANNED]
    context = {
        **frame(request, partnership, HERE),
        "planned": sorted(planned, key=lambda one: (one.date, one.pk)),
        "held": [one for one in found if one.state != Visit.State.PLANNED],
        "hours": queries.hours(partnership),
        "days": queries.days_used(partnership),
        "today": today,
    }
    return render(request, f"{FOLDER}/visits.html", context)


@in_room()
@require_safe
def visit(request: HttpRequest, partnership: Partnership, number: int) -> HttpResponse:
    """Show a visit or meeting."""
    found = find(Visit, partnership, number)
    people = list(found.people.order_by("name", "email"))
    context = {
        **frame(request, partnership, HERE),
        "visit": found,
        "people": people,
        "was_there": who(request) in people,
    }
    return render(request, f"{FOLDER}/visit.html", context)


@in_room(WORK)
def new(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Plan or record a visit or meeting."""
    first = asked(request, "kind", "state", "cycle")
    form = forms.VisitForm(typed(request), person=who(request), partnership=partnership, initial=first)

    def act(form: forms.VisitForm) -> tuple[str, str]:
        made = actions.visits.record(
            who=who(request),
            partnership=partnership,
            words=form.words(),
            today=timezone.localdate(),
            key=form.cleaned_data["key"],
        )
        return _path(made), _("Saved.")

    page = {
        "title": _("Plan or record a visit or meeting"),
        "back": reverse(HERE, args=[partnership.pk]),
        "keep": f"visit-new-{partnership.pk}",
    }
    return write(request, form, act, here=HERE, page=page)


@in_room(WORK)
def change(request: HttpRequest, partnership: Partnership, number: int) -> HttpResponse:
    """Change a visit or meeting: another day, or how it was."""
    found = find(Visit, partnership, number)
    first = forms.VisitForm.standing(found)
    form = forms.VisitForm(typed(request), person=who(request), partnership=partnership, initial=first)

    def act(form: forms.VisitForm) -> tuple[str, str]:
        words, today = form.words(), timezone.localdate()
        actions.visits.change(who=who(request), visit=found, words=words, revision=form.read, today=today)
        return _path(found), _("Saved.")

    page = {"title": f"{_('Change')}: {found}", "back": _path(found), "keep": f"visit-{found.pk}"}
    return write(request, form, act, here=HERE, page=page)


@in_room(WORK)
@require_POST
def join(request: HttpRequest, partnership: Partnership, number: int) -> HttpResponse:
    """Say that one took part."""
    found = find(Visit, partnership, number)
    actions.visits.join(who=who(request), visit=found, today=timezone.localdate())
    return SeeOther(_path(found))


def _path(visit: Visit) -> str:
    return reverse("room-visit", args=[visit.partnership_id, visit.pk])

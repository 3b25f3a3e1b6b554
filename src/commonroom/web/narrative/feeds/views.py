"""Pages of a person's own: their week, their calendar, their letter, and what their school owns."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonroom.web import sheets
from commonroom.web.accounts import permissions
from commonroom.web.accounts.models import Person
from commonroom.web.accounts.roles import Action
from commonroom.web.inquiry import queries as rooms
from commonroom.web.narrative.feeds import actions, belonging, calendar, queries, taking
from commonroom.web.narrative.feeds.models import CalendarAddress
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.pages import SeeOther
from commonroom.web.post.writing import absolute
from commonroom.web.schools.models import School

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Where a new secret waits for the one page that shows it.
SHOWN_ONCE = "calendar-secret"
#: Seconds for which a program need not ask for a calendar again.
FRESH = 900
#: How much of what others did the page tells.
LISTED = 8


def _person(request: HttpRequest) -> Person:
    """Who is signed in."""
    return request.user  # type: ignore[return-value]


@require_safe
@login_required
@never_cache
def me(request: HttpRequest) -> HttpResponse:
    """Show what waits for a person, what comes, and what they belong to."""
    person, today = _person(request), timezone.localdate()
    mine = rooms.rooms(person)
    shown: dict[str, Any] = {
        "waiting": queries.waiting(person, today),
        "coming": queries.coming(person, today),
        "happened": queries.happened(person, timezone.now() - queries.LATELY)[:LISTED],
        "open_rooms": mine.exclude(state=Partnership.State.CLOSED),
        "closed_rooms": mine.filter(state=Partnership.State.CLOSED).count(),
        "belongings": belonging.find(person),
    }
    return render(request, "commonroom/feeds/me.html", shown)


@require_safe
@login_required
@never_cache
def week(request: HttpRequest) -> HttpResponse:
    """Answer with what waits for a person as a CSV file."""
    lines = queries.waiting(_person(request), timezone.localdate())
    heads = (_("Day"), _("What"), _("Between"), _("Late"), _("Address"))
    rows = [
        (one.day, one.title, one.about, _("yes") if one.late else "", absolute(one.path)) for one in lines
    ]
    return sheets.write("my-week", heads, rows)


@require_safe
@login_required
@never_cache
def address(request: HttpRequest) -> HttpResponse:
    """Show whether a person's calendar has an address; right after it was made, the address itself."""
    person = _person(request)
    secret = request.session.pop(SHOWN_ONCE, "")
    shown = {
        "held": CalendarAddress.objects.filter(person=person).first(),
        "address": absolute(reverse("calendar-feed", args=[secret])) if secret else "",
    }
    return render(request, "commonroom/feeds/calendar.html", shown)


@require_POST
@login_required
def renew(request: HttpRequest) -> HttpResponse:
    """Make a new address of a person's calendar; the one before ends."""
    request.session[SHOWN_ONCE] = actions.renew_calendar(who=_person(request))
    return SeeOther(reverse("calendar"))


@require_POST
@login_required
def end(request: HttpRequest) -> HttpResponse:
    """End the address of a person's calendar."""
    actions.end_calendar(who=_person(request))
    messages.success(request, _("Nobody can read your calendar at that address any more."))
    return SeeOther(reverse("calendar"))


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with a person's calendar to a program that knows its secret address."""
    person = calendar.whose(token)
    if person is None:
        raise Http404
    content = calendar.write(person, today=timezone.localdate())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="commonroom.ics"'
    response["X-Robots-Tag"] = "noindex"
    response["ETag"] = calendar.tag(content)
    patch_cache_control(response, private=True, max_age=FRESH)
    answer = get_conditional_response(request, etag=response["ETag"], response=response)
    return response if answer is None else answer


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def digest_off(request: HttpRequest, token: str) -> HttpResponse:
    """Turn the weekly letter off by the link in it: a program posts, a person is asked first.

    Whoever has the letter may turn it off, without signing in: so there is nothing that another site could
    do here in a person's name (RFC 8058).
    """
    person = actions.read_sign(token)
    if person is None:
        raise Http404
    if request.method == "POST":
        actions.switch_digest(who=person, on=False)
    with override(person.language):
        return render(request, "commonroom/feeds/digest_off.html", {"is_off": request.method == "POST"})


@require_safe
@login_required
def take(request: HttpRequest, number: str) -> HttpResponse:
    """Show what can be taken away of a school."""
    school = _school(number)
    permissions.check(request.user, Action.EXPORT, school)
    kinds = taking.Parcel(_person(request), school, timezone.now()).kinds
    return render(request, "commonroom/feeds/take.html", {"school": school, "kinds": kinds})


@require_safe
@login_required
@never_cache
def take_workbook(request: HttpRequest, number: str) -> FileResponse:
    """Answer with everything that a school owns as a workbook."""
    return send_workbook(_person(request), number)


@require_safe
@login_required
@never_cache
def take_archive(request: HttpRequest, number: str) -> FileResponse:
    """Answer with everything that a school owns as an archive of CSV files, and the files that were sent."""
    return send_archive(_person(request), number)


def send_workbook(person: Person, number: str) -> FileResponse:
    """Return everything that a school owns as a workbook; raise Http404 or PermissionDenied."""
    parcel = actions.take_away(who=person, school=_school(number), now=timezone.now())
    name = f"{parcel.name}.xlsx"
    return FileResponse(taking.workbook(parcel), as_attachment=True, filename=name, content_type=XLSX)


def send_archive(person: Person, number: str) -> FileResponse:
    """Return everything that a school owns as an archive; raise Http404 or PermissionDenied."""
    parcel = actions.take_away(who=person, school=_school(number), now=timezone.now())
    return FileResponse(taking.archive(parcel), as_attachment=True, filename=f"{parcel.name}.zip")


def _school(number: str) -> School:
    """The school of that number; no database is asked for what cannot be one."""
    if not number.isprintable():
        raise Http404
    return get_object_or_404(School, pk=number)

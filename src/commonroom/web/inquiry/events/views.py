"""Bring in events from a file: send it, look at every row, save all or nothing."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonroom.web import sheets
from commonroom.web.files import receiving
from commonroom.web.inquiry.events import actions, columns, forms, looking, queries, reading, rooms
from commonroom.web.inquiry.events.models import EventFile
from commonroom.web.partnerships import pages
from commonroom.web.partnerships.pages import who

#: Columns of the example, in the order in which people think of them.
EXAMPLE = (
    "partner", "theme", "date", "kind", "purpose", "begins", "ends", "location",
    "receiver_hours", "provider_hours", "travel_hours", "others", "outcome", "state",
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def send(request: HttpRequest, number: str) -> HttpResponse:
    """Take a file of events of a school, and lead on to its rows."""
    person = who(request)
    school = queries.school(person, number)
    form = forms.FileForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    receiving.say_dropped(request, form)

    def act(filled: forms.FileForm) -> tuple[str, str]:
        sent = filled.cleaned_data["file"]
        table = reading.read(sent.file, name=sent.name, size=sent.size)
        made = actions.send(who=person, school=school, table=table, now=timezone.now())
        return reverse("event-file", args=[made.pk]), _(
            "The file is read. Look at its rows: nothing is saved yet."
        )

    context = {
        "school": school,
        "files": queries.files(person).filter(school=school),
        "columns": [(columns.LABELS[word], word in ("date", "purpose", "partner")) for word in EXAMPLE],
    }
    return pages.answer(request, form, act, page=pages.Page("commonroom/events/send.html", context))


@require_safe
@login_required
@never_cache
def example(request: HttpRequest, number: str) -> HttpResponse:
    """Answer with an example of a file of events, with a row for a partnership of the school."""
    school = queries.school(who(request), number)
    room = queries.rooms(who(request), school).first()
    partner = str(rooms.partner(room, school)) if room else _("Name or number of the other school")
    day = timezone.localdate().isoformat()
    first = [partner, "", day, pgettext("cell", "visit"), _("See how form tutors follow up absence")]
    row = [
        *first,
        "09:30",
        "12:00",
        partner,
        "6",
        "4.5",
        "1",
        _("two form tutors"),
        "",
        pgettext("cell", "planned"),
    ]
    return sheets.write("events", [str(columns.LABELS[word]) for word in EXAMPLE], [row])


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what each row means or what is to be mended; save the events when that is confirmed."""
    person = who(request)
    file = get_object_or_404(queries.files(person), pk=pk)
    form = forms.SaveForm(request.POST if request.method == "POST" else None)

    def act(filled: forms.SaveForm) -> tuple[str, str]:
        saved = actions.save(
            who=person, file=file, leave_out=filled.cleaned_data["leave_out"], now=timezone.now()
        )
        said = ngettext("One event is saved.", "%(count)d events are saved.", saved.added)
        return reverse("event-file", args=[file.pk]), said % {"count": saved.added}

    context: dict[str, Any] = {"file": file, "school": file.school}
    if file.saved is None:
        context["looked"] = looking.look(person, file, today=timezone.localdate())
    return pages.answer(request, form, act, page=pages.Page("commonroom/events/show.html", context))


@require_safe
@login_required
@never_cache
def refused(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the rows to be mended as a CSV file, each with what is wrong and what to do."""
    person = who(request)
    file = get_object_or_404(queries.files(person), pk=pk)
    looked = looking.look(person, file, today=timezone.localdate())
    width = len(file.heads)
    heads = (*file.heads, _("what is wrong"), _("what to do"))
    rows = [_with_slips(row, width) for row in looked.refused]
    return sheets.write("events-to-mend", heads, rows)


def _with_slips(row: looking.Row, width: int) -> list[str]:
    cells = [*row.cells, *[""] * (width - len(row.cells))][:width]
    what = " ".join(f"{slip.column}: {slip.what}" for slip in row.slips)
    return [*cells, what, " ".join(slip.remedy for slip in row.slips)]


@require_POST
@login_required
def throw_away(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a file away."""
    file: EventFile = get_object_or_404(queries.files(who(request)), pk=pk)
    actions.throw_away(who=who(request), file=file)
    return pages.SeeOther(reverse("events", args=[file.school_id]))

"""Cycles: all of them, one of them, and writing in one."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonroom.web.inquiry import actions, forms, queries
from commonroom.web.inquiry.actions.notes import changeable
from commonroom.web.inquiry.models import Cycle, Stage
from commonroom.web.inquiry.pages import FOLDER, WORK, confirm, find, frame, in_room, typed, who, write
from commonroom.web.inquiry.sheet import RoomForm
from commonroom.web.partnerships.models import Partnership

#: The form of each stage.
FORMS: dict[str, type[RoomForm]] = {
    "plan": forms.PlannedForm,
    "do": forms.DoneForm,
    "study": forms.StudiedForm,
    "act": forms.ActedForm,
}
#: What is to be written in a stage before the cycle goes on.
WRITTEN = {"plan": "trying", "do": "happened", "study": "learned"}
HERE = "room-cycles"


@in_room()
@require_safe
def cycles(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Show the cycles of a room."""
    found = list(Cycle.objects.filter(partnership=partnership))
    context = {
        **frame(request, partnership, HERE),
        "open": [one for one in found if not one.ended],
        "ended": [one for one in found if one.ended],
        "today": timezone.localdate(),
    }
    return render(request, f"{FOLDER}/cycles.html", context)


@in_room()
@require_safe
def cycle(request: HttpRequest, partnership: Partnership, number: int) -> HttpResponse:
    """Show a cycle, stage by stage, with its notes and files."""
    found = find(Cycle, partnership, number)
    notes = list(queries.notes(who(request), partnership).filter(cycle=found).order_by("date", "pk"))
    files = list(queries.files(who(request), partnership).filter(cycle=found))
    context = {
        **frame(request, partnership, HERE),
        "cycle": found,
        "stages": [_stage(found, stage, notes, files) for stage in Stage],
        "others": [one for one in notes if not one.stage],
        "other_files": [one for one in files if not one.stage],
        "following": "" if found.ended else queries.following(found.stage),
        "unwritten": not getattr(found, WRITTEN.get(found.stage, "question")),
        "mine": changeable(who(request), partnership, [*notes, *files]),
        "moves": found.moves.select_related("who"),
        "visits": found.visits.all(),
        "points": found.action_points.select_related("owner"),
        "decisions": found.decisions.all(),
        "today": timezone.localdate(),
    }
    return render(request, f"{FOLDER}/cycle.html", context)


@in_room(WORK)
def new(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Begin a cycle."""
    form = forms.PlannedForm(typed(request), person=who(request), partnership=partnership)

    def act(form: forms.PlannedForm) -> tuple[str, str]:
        made = actions.cycles.begin(
            who=who(request),
            partnership=partnership,
            words=form.words(),
            today=timezone.localdate(),
            key=form.cleaned_data["key"],
        )
        return _path(made), _("The cycle has begun.")

    page = {
        "title": _("Begin a cycle"),
        "lead": _("Something small that both schools try, look at and judge together."),
        "back": reverse(HERE, args=[partnership.pk]),
        "keep": f"cycle-new-{partnership.pk}",
    }
    return write(request, form, act, here=HERE, page=page)


@in_room(WORK)
def stage(request: HttpRequest, partnership: Partnership, number: int, stage: str) -> HttpResponse:
    """Write in a stage of a cycle; in the last: end it with what is next."""
    if stage not in FORMS:
        raise Http404
    found = find(Cycle, partnership, number)
    made = FORMS[stage]
    form = made(typed(request), person=who(request), partnership=partnership, initial=made.standing(found))

    def act(form: Any) -> tuple[str, str]:
        does = actions.cycles.end if stage == Stage.ACT else actions.cycles.change
        does(
            who=who(request),
            cycle=found,
            words=form.words(),
            revision=form.read,
            today=timezone.localdate(),
        )
        return _path(found), _("Saved.")

    page = {
        "title": f"{Stage(stage).label}: {found}",
        "lead": _("This ends the cycle. It can be taken up again.") if stage == Stage.ACT else "",
        "back": _path(found),
        "keep": f"cycle-{found.pk}-{stage}",
        "yes": _("End the cycle") if stage == Stage.ACT else "",
    }
    return write(request, form, act, here=HERE, page=page)


@in_room(WORK)
def move(request: HttpRequest, partnership: Partnership, number: int, stage: str) -> HttpResponse:
    """Move a cycle to another stage, after asking whether that is meant."""
    if stage not in FORMS:
        raise Http404
    found = find(Cycle, partnership, number)

    def act(form: RoomForm) -> tuple[str, str]:
        actions.cycles.move(
            who=who(request),
            cycle=found,
            stage=stage,
            revision=form.read,
            today=timezone.localdate(),
        )
        return _path(found), _("The cycle is now at: %(stage)s.") % {"stage": Stage(stage).label}

    page = {
        "question": _("Move the cycle to: %(stage)s?") % {"stage": Stage(stage).label},
        "sentences": [str(found), _("Whatever was written stays where it is.")],
        "yes": _("Move it"),
        "back": _path(found),
    }
    return confirm(request, partnership, act, page=page, revision=found.revision)


@in_room(WORK)
def resume(request: HttpRequest, partnership: Partnership, number: int) -> HttpResponse:
    """Take up a cycle again, after asking whether that is meant."""
    found = find(Cycle, partnership, number)

    def act(form: RoomForm) -> tuple[str, str]:
        today = timezone.localdate()
        actions.cycles.resume(who=who(request), cycle=found, revision=form.read, today=today)
        return _path(found), _("The cycle is open again.")

    page = {
        "question": _("Take up the cycle again?"),
        "sentences": [str(found), _("What was decided stays written until it is decided anew.")],
        "yes": _("Take it up again"),
        "back": _path(found),
    }
    return confirm(request, partnership, act, page=page, revision=found.revision)


def _stage(cycle: Cycle, stage: Stage, notes: list[Any], files: list[Any]) -> dict[str, Any]:
    """What stands in one stage of a cycle."""
    order = list(Stage)
    place, now = order.index(stage), order.index(Stage(cycle.stage))
    return {
        "stage": stage.value,
        "label": stage.label,
        "by": cycle.by(stage),
        "is_now": place == now and not cycle.ended,
        "is_done": place < now or bool(cycle.ended),
        "notes": [one for one in notes if one.stage == stage],
        "files": [one for one in files if one.stage == stage],
    }


def _path(cycle: Cycle) -> str:
    return reverse("room-cycle", args=[cycle.partnership_id, cycle.pk])

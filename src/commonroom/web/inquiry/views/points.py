"""Actions and decisions: all of them, write one, change one, tick one off."""

from __future__ import annotations

from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from commonroom.web.inquiry import actions, forms
from commonroom.web.inquiry.models import ActionPoint, Decision
from commonroom.web.inquiry.pages import FOLDER, WORK, asked, find, frame, in_room, typed, who, write
from commonroom.web.partnerships.models import Partnership
from commonroom.web.partnerships.pages import SeeOther

POINTS, DECISIONS = "room-points", "room-decisions"


@in_room()
@require_safe
def points(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Show what is to be done, by whom and by when, and what is done."""
    found = ActionPoint.objects.filter(partnership=partnership).select_related("owner", "cycle")
    today = timezone.localdate()
    to_do = found.filter(done=None).order_by(F("due").asc(nulls_last=True), "pk")
    context = {
        **frame(request, partnership, POINTS),
        "open": [(point, point.is_overdue(today)) for point in to_do],
        "done": found.exclude(done=None).order_by("-done", "-pk"),
    }
    return render(request, f"{FOLDER}/points.html", context)


@in_room(WORK)
def new_point(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Agree on something to be done."""
    first = asked(request, "cycle")
    form = forms.PointForm(typed(request), person=who(request), partnership=partnership, initial=first)

    def act(form: forms.PointForm) -> tuple[str, str]:
        actions.points.agree(
            who=who(request),
            partnership=partnership,
            words=form.words(),
            today=timezone.localdate(),
            key=form.cleaned_data["key"],
        )
        return reverse(POINTS, args=[partnership.pk]), _("Saved.")

    page = {
        "title": _("Agree on an action"),
        "lead": _("Something to be done, by one person, by one day."),
        "back": reverse(POINTS, args=[partnership.pk]),
        "keep": f"point-new-{partnership.pk}",
    }
    return write(request, form, act, here=POINTS, page=page)


@in_room(WORK)
def change_point(request: HttpRequest, partnership: Partnership, number: int) -> HttpResponse:
    """Change what is to be done, by whom, or by when."""
    found = find(ActionPoint, partnership, number)
    first = forms.PointForm.standing(found)
    form = forms.PointForm(typed(request), person=who(request), partnership=partnership, initial=first)

    def act(form: forms.PointForm) -> tuple[str, str]:
        words, today = form.words(), timezone.localdate()
        actions.points.change(who=who(request), point=found, words=words, revision=form.read, today=today)
        return reverse(POINTS, args=[partnership.pk]), _("Saved.")

    page = {
        "title": _("Change an action"),
        "back": reverse(POINTS, args=[partnership.pk]),
        "keep": f"point-{found.pk}",
    }
    return write(request, form, act, here=POINTS, page=page)


@in_room(WORK)
@require_POST
def tick(request: HttpRequest, partnership: Partnership, number: int) -> HttpResponse:
    """Say that something was done, or that it was not."""
    actions.points.tick(
        who=who(request),
        point=find(ActionPoint, partnership, number),
        done=request.POST.get("done") != "no",
        today=timezone.localdate(),
    )
    back = "room" if request.POST.get("back") == "room" else POINTS
    return SeeOther(reverse(back, args=[partnership.pk]))


@in_room()
@require_safe
def decisions(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Show what was decided."""
    found = Decision.objects.filter(partnership=partnership).select_related("cycle")
    context = {**frame(request, partnership, DECISIONS), "decisions": found}
    return render(request, f"{FOLDER}/decisions.html", context)


@in_room(WORK)
def new_decision(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Write a decision down."""
    first = {"date": timezone.localdate(), **asked(request, "cycle")}
    form = forms.DecisionForm(typed(request), person=who(request), partnership=partnership, initial=first)

    def act(form: forms.DecisionForm) -> tuple[str, str]:
        actions.decisions.take(
            who=who(request),
            partnership=partnership,
            words=form.words(),
            today=timezone.localdate(),
            key=form.cleaned_data["key"],
        )
        return reverse(DECISIONS, args=[partnership.pk]), _("Saved.")

    page = {
        "title": _("Write a decision down"),
        "back": reverse(DECISIONS, args=[partnership.pk]),
        "keep": f"decision-new-{partnership.pk}",
    }
    return write(request, form, act, here=DECISIONS, page=page)


@in_room(WORK)
def change_decision(request: HttpRequest, partnership: Partnership, number: int) -> HttpResponse:
    """Put a decision differently."""
    found = find(Decision, partnership, number)
    first = forms.DecisionForm.standing(found)
    form = forms.DecisionForm(typed(request), person=who(request), partnership=partnership, initial=first)

    def act(form: forms.DecisionForm) -> tuple[str, str]:
        words, today = form.words(), timezone.localdate()
        actions.decisions.change(
            who=who(request), decision=found, words=words, revision=form.read, today=today
        )
        return reverse(DECISIONS, args=[partnership.pk]), _("Saved.")

    page = {
        "title": _("Put a decision differently"),
        "back": reverse(DECISIONS, args=[partnership.pk]),
        "keep": f"decision-{found.pk}",
    }
    return write(request, form, act, here=DECISIONS, page=page)

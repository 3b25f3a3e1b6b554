"""The impact plan of a partnership: read it, ask for one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonroom.web.impact import actions, forms, measures, queries, reasons
from commonroom.web.impact.models import ImpactPlan
from commonroom.web.inquiry.pages import LEAD, frame, in_room, typed, who, write
from commonroom.web.jobs import queries as jobs
from commonroom.web.partnerships.models import Partnership

HERE = "room-impact"


@in_room()
@require_safe
def plans(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Show the plans of a partnership: the one in force first, then those it stands beside."""
    found = queries.plans(partnership)
    waiting = next((one for one in found if one.state == ImpactPlan.State.WAITING), None)
    context = {
        **frame(request, partnership, HERE),
        "plans": [(one, measures.label(one.measure), reasons.say(one)) for one in found],
        "in_force": next((one for one in found if one.state == ImpactPlan.State.LOCKED), None),
        "job": None if waiting is None else jobs.about(waiting).filter(who=who(request).pk).first(),
        "waiting": waiting,
    }
    return render(request, "commonroom/impact/plans.html", context)


@in_room(LEAD)
def new(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Ask for a plan."""
    today = timezone.localdate()
    first, last = forms.first_years(partnership, today)
    locked = ImpactPlan.objects.filter(partnership=partnership, state=ImpactPlan.State.LOCKED)
    form = forms.PlanForm(
        typed(request),
        person=who(request),
        partnership=partnership,
        again=locked.exists(),
        initial={"first": first, "last": last, "smallest": "0.2"},
    )

    def act(form: forms.PlanForm) -> tuple[str, str]:
        actions.ask(
            who=who(request),
            partnership=partnership,
            words=form.words(),
            today=today,
            key=form.cleaned_data["key"],
        )
        return reverse(HERE, args=[partnership.pk]), _("The plan is being made.")

    page = {
        "title": _("Attach an impact plan"),
        "lead": _("Decided now, before there is anything to see, and never changed afterwards."),
        "back": reverse(HERE, args=[partnership.pk]),
        "keep": f"impact-{partnership.pk}",
        "yes": _("Make the plan, and lock it"),
    }
    return write(request, form, act, here=HERE, page=page)

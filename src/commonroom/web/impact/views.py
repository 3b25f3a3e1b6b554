"""The impact plan of a partnership."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from commonroom.web.inquiry.pages import frame, in_room
from commonroom.web.partnerships.models import Partnership


@in_room()
@require_safe
def plans(request: HttpRequest, partnership: Partnership) -> HttpResponse:
    """Show the plans of a partnership, the last first."""
    context = {**frame(request, partnership, "room-impact"), "plans": partnership.impact_plans.all()}
    return render(request, "commonroom/impact/plans.html", context)

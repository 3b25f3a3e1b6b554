"""Watch a job."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from commonroom.web.jobs import queries


@require_safe
@login_required
@never_cache
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a job is, and where its outcome is read."""
    job = get_object_or_404(queries.seen_by(request.user), pk=pk)
    return render(request, "commonroom/jobs/job.html", {"job": job})


@require_safe
@login_required
@never_cache
def progress(request: HttpRequest, pk: int) -> JsonResponse:
    """Answer how far a job is, for the script of its page."""
    return JsonResponse(queries.tell(get_object_or_404(queries.seen_by(request.user), pk=pk)))

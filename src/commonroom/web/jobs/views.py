"""Watch jobs: one's own, and for who looks after the site all of them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from commonroom.web import sheets
from commonroom.web.accounts import pages, permissions
from commonroom.web.accounts.roles import Action
from commonroom.web.jobs import actions, queries
from commonroom.web.jobs.models import Job

#: Jobs on a page, and in a file.
SHOWN, MOST = 50, 5000
HEADS = ("number", "job", "about", "began", "state", "asked", "started", "finished", "said")


@require_safe
@login_required
@never_cache
def show_all(request: HttpRequest) -> HttpResponse:
    """List jobs, the last first."""
    state = request.GET.get("state", "")
    page = Paginator(queries.listed(request.user, state), SHOWN).get_page(request.GET.get("page"))
    named = queries.name_things(request.user, page)
    context = {
        "page": page,
        "jobs": [(job, named.get(job.pk, "")) for job in page],
        "state": state,
        "states": Job.State.choices,
        "all": permissions.may(request.user, Action.SITE_RUN),
    }
    return render(request, "commonroom/jobs/jobs.html", context)


@require_safe
@login_required
@never_cache
def file(request: HttpRequest) -> HttpResponse:
    """Give the list of jobs as a CSV file."""
    jobs = list(queries.listed(request.user, request.GET.get("state", ""))[:MOST])
    named = queries.name_things(request.user, jobs)
    rows = (
        (job.pk, job.title, named.get(job.pk, ""), str(job.who or ""), job.state, job.asked, job.started,
         job.finished, job.why)
        for job in jobs
    )  # fmt: skip
    return sheets.write("jobs", HEADS, rows)


@require_safe
@login_required
@never_cache
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a job is, and where its outcome is read."""
    job = get_object_or_404(queries.seen_by(request.user), pk=pk)
    again = job.can_start_again and permissions.may(request.user, Action.SITE_RUN)
    return render(request, "commonroom/jobs/job.html", {"job": job, "again": again})


@require_safe
@login_required
@never_cache
def progress(request: HttpRequest, pk: int) -> JsonResponse:
    """Answer how far a job is, for the script of its page."""
    return JsonResponse(queries.tell(get_object_or_404(queries.seen_by(request.user), pk=pk)))


@login_required
def start_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Start a failed job again, after asking whether that is meant."""
    job = get_object_or_404(queries.seen_by(request.user), pk=pk)
    permissions.check(request.user, Action.SITE_RUN)
    if request.method == "POST":
        actions.start_again(who=pages.person(request), job=job)
        return pages.go(request, job.get_absolute_url(), _("It waits for its turn again."))
    return pages.ask(
        request,
        question=_("Start “%(job)s” again?") % {"job": job},
        sentences=[job.why, _("What it had already done is not done twice.")],
        yes=_("Start it again"),
        back=job.get_absolute_url(),
        grave=False,
    )

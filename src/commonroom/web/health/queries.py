"""How the site is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import Count, Min
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from commonroom.web import counting, evidence
from commonroom.web.jobs import beats, working

REQUESTS = "commonroom_requests_total"
SECONDS = "commonroom_request_seconds"


def are_well() -> dict[str, bool]:
    """Return whether the database answers, and whether pages are published."""
    return {"database": _answers(), "pages": bool(evidence.version())}


def _answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def tell() -> str:
    """Return requests, durations, jobs and workers as lines that Prometheus reads."""
    return "\n".join([*_requests(), *_seconds(), *_queue(), ""])


def _requests() -> Iterator[str]:
    yield f"# TYPE {REQUESTS} counter"
    for (view, status), (_, *counts) in sorted(counting.read(settings.COUNTS).items()):
        yield f'{REQUESTS}{{view="{_escape(view)}",status="{status}"}} {sum(counts):g}'


def _seconds() -> Iterator[str]:
    views: dict[str, tuple[float, ...]] = {}
    for (view, _status), numbers in counting.read(settings.COUNTS).items():
        before = views.get(view, (0.0,) * len(numbers))
        views[view] = tuple(a + b for a, b in zip(before, numbers, strict=True))
    yield f"# TYPE {SECONDS} histogram"
    for view, (seconds, *counts) in sorted(views.items()):
        label = f'view="{_escape(view)}"'
        ends = [*(f"{bound:g}" for bound in counting.BOUNDS), "+Inf"]
        for place, end in enumerate(ends, start=1):
            yield f'{SECONDS}_bucket{{{label},le="{end}"}} {sum(counts[:place]):g}'
        yield f"{SECONDS}_sum{{{label}}} {seconds:.6f}"
        yield f"{SECONDS}_count{{{label}}} {sum(counts):g}"


def _queue() -> Iterator[str]:
    found = dict(DBTaskResult.objects.values_list("status").annotate(count=Count("pk")).order_by())
    yield "# TYPE commonroom_jobs gauge"
    for state in TaskResultStatus.values:
        yield f'commonroom_jobs{{state="{state.lower()}"}} {found.get(state, 0)}'
    now = timezone.now()
    oldest = DBTaskResult.objects.ready().filter(enqueued_at__lte=now).aggregate(at=Min("enqueued_at"))["at"]
    yield "# TYPE commonroom_queue_age_seconds gauge"
    yield f"commonroom_queue_age_seconds {(now - oldest).total_seconds() if oldest else 0:.1f}"
    yield "# TYPE commonroom_workers gauge"
    yield f"commonroom_workers {beats.alive(timedelta(seconds=working.Pace().lease))}"


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")

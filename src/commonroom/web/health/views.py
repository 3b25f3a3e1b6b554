"""Tell programs how the site is: nothing here is secret, and nothing is about a person."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from commonroom.web.health import queries
from commonroom.web.middleware import is_near


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database and the published pages can be read, else 503."""
    well = queries.are_well()
    state = {"status": "ok" if all(well.values()) else "unwell", **well}
    return JsonResponse(state, status=200 if all(well.values()) else 503)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer what was counted, as Prometheus reads it, to who asks from this machine or has the token."""
    if not _may(request):
        return HttpResponse("This is for who looks after the site.\n", status=403, content_type="text/plain")
    return HttpResponse(queries.tell(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _may(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), token.encode())
    return is_near(request)

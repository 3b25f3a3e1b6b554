"""What happens around every request."""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from commonroom.errors import SaidToPeople
from commonroom.web.counting import Counts
from commonroom.web.logs import path_of

log = logging.getLogger("commonroom.requests")

Answer = Callable[[HttpRequest], HttpResponse]


#: Headers by which a proxy says that somebody else asks.
PASSED_ON = (
    "HTTP_FORWARDED", "HTTP_VIA", "HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_REAL_IP",
)  # fmt: skip


def is_near(request: HttpRequest) -> bool:
    """Say whether somebody on this very machine asks, and not through a proxy that is on it."""
    near = ipaddress.ip_address(request.META["REMOTE_ADDR"]).is_loopback
    return near and not any(name in request.META for name in PASSED_ON)


class Requests:
    """Count every request, and write one line about it: what, how it was answered, how long it took.

    How long it took is in the answer too (Server-Timing); where only the moment is wrong, when to ask again
    (Retry-After). The line has no query, no body, no address of anybody, and nothing of a path that could be
    a token.
    """

    def __init__(self, get_response: Answer) -> None:
        """Keep what answers the request."""
        self.get_response = get_response
        self.counts = Counts(settings.COUNTS)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        begun = time.perf_counter()
        response = self.get_response(request)
        taken = time.perf_counter() - begun
        match = request.resolver_match
        view = f"/{match.route}" if match else "none"
        name = (match.url_name if match else None) or "none"
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            response["Retry-After"] = "60"
        response["Server-Timing"] = f'app;dur={1000 * taken:.1f};desc="{name}"'
        self.counts.add(view, response.status_code, taken)
        said = (request.method, path_of(request), response.status_code, 1000 * taken)
        log.info("%s %s %d %.1f ms", *said)
        return response


class Sentences:
    """Show what is said to people as a page: one sentence, and what to do next."""

    def __init__(self, get_response: Answer) -> None:
        """Keep what answers the request."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn what is said to people into a page, with status 400 or its own; leave other errors alone."""
        if not isinstance(exception, SaidToPeople):
            return None
        status = getattr(exception, "status", HTTPStatus.BAD_REQUEST)
        return render(request, "commonroom/said.html", {"said": exception}, status=status)

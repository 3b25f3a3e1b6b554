"""What happens around every request."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from commonroom.errors import SaidToPeople

Answer = Callable[[HttpRequest], HttpResponse]


class Sentences:
    """Show what is said to people as a page: one sentence, and what to do next."""

    def __init__(self, get_response: Answer) -> None:
        """Keep what answers the request."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Turn what is said to people into a page with status 400; leave every other error alone."""
        if not isinstance(exception, SaidToPeople):
            return None
        return render(request, "commonroom/said.html", {"said": exception}, status=400)

"""Tell the browser that what it kept of a form has arrived."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url

from commonroom.web.middleware import Answer

#: Seconds in which the next page reads it.
LIFE = 600


class Kept:
    """Name, in a cookie, the form that was taken: its page leads on elsewhere, and not to signing in."""

    def __init__(self, get_response: Answer) -> None:
        """Keep what answers the request."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request, and say which form was taken with it."""
        response = self.get_response(request)
        if request.method == "POST" and response.status_code in (302, 303) and "kept" in request.POST:
            to = urlsplit(response.get("Location", "")).path
            if to != resolve_url(settings.LOGIN_URL):
                key = quote(request.POST["kept"][:80], safe="")
                response.set_cookie("kept", key, max_age=LIFE, samesite="Lax", secure=settings.SECURE)
        return response

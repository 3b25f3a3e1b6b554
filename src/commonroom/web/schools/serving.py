"""Answers that a reader may keep: made once for a version of the evidence."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponsePermanentRedirect
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language

import commonroom
from commonroom.web import evidence

TURN = threading.Lock()
View = Callable[..., HttpResponse]
#: Seconds in which nobody asks again for what bears its version in its address.
FOREVER = 365 * 24 * 3600


def public(view: View) -> View:
    """Let a reader who has a page already keep it: nothing of it is made again before the evidence changes.

    Only for pages that say the same to everybody who is not signed in. A reader with a session gets the
    page made for them each time.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        with TURN:
            return make(request, *args, **kwargs)

    def make(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        tag = None if settings.SESSION_COOKIE_NAME in request.COOKIES else _tag(request)
        known = get_conditional_response(request, etag=tag) if tag else None
        response = known or view(request, *args, **kwargs)
        if tag and response.status_code in (200, 304):
            # Asked again: a page with a form has by now the token that its reader will bring next time.
            response.headers["ETag"] = _tag(request)
        if "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "private, no-cache"
            patch_vary_headers(response, ("Cookie", "Accept-Language"))
        return response

    return answer


def mark() -> str:
    """Return what stands in the address of a picture for the evidence and the program that it is from."""
    return f"{evidence.version()}-{commonroom.__version__}"


def kept(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """Let anybody keep an answer for good when its address names all that it depends on (see `mark`)."""
    if request.GET.get("v") == mark() and "language" in request.GET:
        response.headers["Cache-Control"] = f"public, max-age={FOREVER}, immutable"
    return response


def moved(request: HttpRequest, path: str) -> HttpResponse:
    """Lead from an earlier address of a page to the one it has now, with all that was asked of it."""
    asked = request.META.get("QUERY_STRING", "")
    return HttpResponsePermanentRedirect(f"{path}?{asked}" if asked else path)


def _tag(request: HttpRequest) -> str:
    """What a page depends on, as a tag; the token of forms is part of the page."""
    parts = (
        evidence.version(),
        _program(),
        get_language() or "",
        request.get_full_path(),
        request.META.get("CSRF_COOKIE", ""),
    )
    return f'W/"{hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]}"'


@lru_cache(maxsize=1)
def _program() -> str:
    """The program that makes pages: its version, and when its files were written last.

    A program that is taken from its repository keeps its version while its files change.
    """
    files = (
        file for file in settings.HERE.rglob("*") if file.suffix in (".py", ".html", ".css", ".js", ".mo")
    )
    return f"{commonroom.__version__}-{max(file.stat().st_mtime_ns for file in files)}"

"""How long somebody stays signed in, and who is led to set up a second step first."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from commonroom.web.accounts import queries
from commonroom.web.accounts.models import Kept, Person

Answer = Callable[[HttpRequest], HttpResponse]

#: Somebody who did nothing for so long is signed out, and everybody after the longest.
IDLE = timedelta(hours=8)
LONGEST = timedelta(days=7)
#: How often it is written down that somebody is still there.
NOTED = timedelta(minutes=5)

#: Pages that somebody reaches who has yet to set up a second step, by the beginning of their name.
OPEN = ("account_", "mfa_", "usersessions_", "security", "join", "set_language", "health", "metrics")


class Ends:
    """Signs out whoever was away too long or is in for too long."""

    def __init__(self, get_response: Answer) -> None:
        """Keep what answers the request."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; who has no session costs nothing.

        What somebody sees who is signed in is theirs: no cache on the way keeps it.
        """
        known = settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated
        if known:
            self._look(request, time.time())
        answer = self.get_response(request)
        if known and "Cache-Control" not in answer:
            patch_cache_control(answer, private=True, no_cache=True)
        if known and settings.SECURE and not request.user.is_authenticated:
            # Nobody goes back to what somebody saw who has signed out.
            answer["Clear-Site-Data"] = '"cache"'
        return answer

    def _look(self, request: HttpRequest, now: float) -> None:
        begun, seen = request.session.get("begun", now), request.session.get("seen", 0)
        away = seen and now - seen > IDLE.total_seconds()
        if away or now - begun > LONGEST.total_seconds():
            UserSession.objects.filter(session_key=request.session.session_key).delete()
            logout(request)
            messages.info(request, _("You were signed out, because you were away for long."))
        elif now - seen > NOTED.total_seconds():
            request.session.update({"begun": begun, "seen": now})
            known = UserSession.objects.filter(session_key=request.session.session_key)
            known.update(last_seen_at=timezone.now())


def forget(*, now: datetime) -> None:
    """Delete sessions that ended or were left alone, and counts of tries that no longer matter."""
    left = UserSession.objects.filter(last_seen_at__lt=now - IDLE - NOTED)
    Session.objects.filter(session_key__in=left.values("session_key")).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    Kept.objects.filter(expires__lt=now).delete()


class SecondStep:
    """Leads whoever acts for a school or system to set up a second step before anything else."""

    def __init__(self, get_response: Answer) -> None:
        """Keep what answers the request."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Lead to the page of security, or let pass."""
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not isinstance(request.user, Person):
            return None
        match = request.resolver_match
        if match and (match.url_name or "").startswith(OPEN):
            return None
        if not queries.needs_second_step(request.user):
            return None
        if request.path.startswith("/api/"):
            said = {"what": _("You act for others here, so you need a second step."), "where": ""}
            return JsonResponse(said | {"remedy": _("Set it up on the site first.")}, status=403)
        return redirect("security")

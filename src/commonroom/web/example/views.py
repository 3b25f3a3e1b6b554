"""The door of the demo: whoever sits at this machine may sign in as a made-up person."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from commonroom.web.accounts.models import Person
from commonroom.web.middleware import is_near


def door(request: HttpRequest) -> HttpResponse:
    """List the made-up people, with what each is where."""
    _check(request)
    people = Person.objects.filter(made_up=True).prefetch_related(
        "memberships__school", "memberships__system"
    )
    return render(request, "commonroom/example/door.html", {"people": people.order_by("pk")})


@require_POST
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign in as a made-up person."""
    _check(request)
    person = get_object_or_404(Person, pk=pk, made_up=True)
    login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
    return redirect("me")


def _check(request: HttpRequest) -> None:
    """Let nobody in but at the site of the demo, from the machine it runs on and not through another."""
    if not settings.EXAMPLE or not is_near(request):
        raise Http404

"""A page with a form: shown, sent, and shown again with what was typed when something is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Person
from commonroom.web.partnerships import figures
from commonroom.web.partnerships.asks.models import Ask
from commonroom.web.partnerships.board.models import Proposal
from commonroom.web.schools.models import School

Form = TypeVar("Form", bound=BaseForm)

#: Does what a form asks for, and returns where to go next and what to say there.
Act = Callable[[Form], tuple[str, str]]


class SeeOther(HttpResponseRedirect):
    """Sends the browser on after a change, so that reloading the page sends nothing again."""

    status_code = 303


@dataclass(frozen=True)
class Page:
    """The template of a page with a form, and what else it shows."""

    template: str
    context: dict[str, Any] = field(default_factory=dict)


def answer(request: HttpRequest, form: Form, act: Act[Form], *, page: Page) -> HttpResponse:
    """Show a form, or do what it asks for and go on; show it again, with 422, when something is wrong."""
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                path, said = act(form)
            except SaidToPeople as error:
                form.add_error(None, str(error))
            else:
                messages.success(request, said)
                return SeeOther(path)
        status = 422
    return render(request, page.template, {**page.context, "form": form}, status=status)


@dataclass(frozen=True)
class Doubt:
    """What somebody is asked before something is done: the question, what it means, what yes is called."""

    question: str
    meaning: str
    yes: str


def confirm(request: HttpRequest, act: Callable[[], object], *, doubt: Doubt, back: str) -> HttpResponse:
    """Ask whether something is meant; do it, and go `back`, when it is."""
    if request.method == "POST":
        act()
        return SeeOther(back)
    shown = {"question": doubt.question, "sentences": [doubt.meaning], "yes": doubt.yes, "back": back}
    return render(request, "commonroom/parts/confirm.html", shown)


def bring(
    request: HttpRequest, topic: Ask | Proposal, schools: tuple[School, School], *, back: str
) -> HttpResponse:
    """Show the page to bring: published figures of two schools in a theme, side by side, to print."""
    first, second = (figures.find(school.pk, topic.theme, topic.phase) for school in schools)
    context = {
        "topic": topic,
        "both": list(zip(schools, (first, second), strict=True)),
        "measures": figures.beside(first, second),
        "stale": bool(topic.evidence and first.version) and topic.evidence != first.version,
        "back": back,
    }
    return render(request, "commonroom/partnerships/page.html", context)


def who(request: HttpRequest) -> Person:
    """Return who is signed in, in a view that nobody else reaches."""
    return cast(Person, request.user)

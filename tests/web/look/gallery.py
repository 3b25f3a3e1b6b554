"""Every pattern of the site on a page of its own, to be looked at and scanned; addresses for tests alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import include, path

from commonroom.errors import SaidToPeople

HERE = Path(__file__).parent


class Ask(forms.Form):
    """A form with every kind of field."""

    THEMES: ClassVar = [("attendance", "Attendance"), ("reading", "Reading")]
    message = forms.CharField(widget=forms.Textarea, help_text="Say what you would like to see.")
    theme = forms.ChoiceField(choices=[("", "Choose one"), *THEMES])
    days = forms.DecimalField(required=False, help_text="In half days, as 2.5.")
    when = forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    share = forms.ChoiceField(choices=[("all", "All"), ("some", "Some")], widget=forms.RadioSelect)
    who = forms.MultipleChoiceField(
        choices=THEMES, widget=forms.CheckboxSelectMultiple, required=False, help_text="As many as you like."
    )
    sure = forms.BooleanField(label="I have spoken with my colleagues")
    secret = forms.CharField(widget=forms.PasswordInput, required=False)
    file = forms.FileField(required=False)


def read(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def render(request: HttpRequest, text: str, status: int = 200, **context: Any) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(text).render(context, request), status=status)


def patterns(request: HttpRequest) -> HttpResponse:
    moments = [
        {"date": date(2026, 11, 22), "title": "First visit", "path": "#visit", "who": "Ann Price"},
        {"date": date(2026, 9, 7), "title": "Agreed", "path": "", "who": ""},
    ]
    messages.success(request, "Saved: the offer.")
    page = Paginator(range(100), 10).page(2)
    rows = [(str(year), "5.1", "4.8 to 5.4") for year in range(2015, 2025)]
    return render(
        request,
        read("patterns.html"),
        moments=moments,
        page=page,
        heads=("Year", "Figure", "Range"),
        rows=rows,
        numeric=(1,),
    )


def ask(request: HttpRequest) -> HttpResponse:
    form = Ask(request.POST or None, request.FILES or None)
    if form.is_valid():
        messages.success(request, "Sent.")
        return redirect("patterns")
    return render(request, read("asking.html"), 422 if form.is_bound else 200, form=form)


def confirm(request: HttpRequest) -> HttpResponse:
    said = {
        "question": "Close this partnership?",
        "sentences": ["Nothing is lost."],
        "yes": "Close it",
        "back": "/",
    }
    return render(request, '{% extends "commonroom/parts/confirm.html" %}', **said, grave=True)


def said(request: HttpRequest) -> HttpResponse:
    raise SaidToPeople("the file has no column of dates.", where="events.csv", remedy="Add one named date.")


def refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a fault")


urlpatterns = [
    path("gallery/patterns/", patterns, name="patterns"),
    path("gallery/ask/", ask, name="gallery-ask"),
    path("gallery/confirm/", confirm, name="gallery-confirm"),
    path("gallery/said/", said),
    path("gallery/refuse/", refuse),
    path("gallery/fail/", fail),
    path("", include("commonroom.web.urls")),
]

"""Every pattern of the site on a page of its own, to be looked at and scanned; addresses for tests alone."""

from __future__ import annotations

from datetime import date
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

PATTERNS = """{% extends "commonroom/page.html" %}{% load i18n %}
{% block title %}Patterns{% endblock %}
{% block crumbs %}<nav class="crumbs" aria-label="Where you are"><ol><li><a href="/">Find a school</a></li><li>Patterns</li></ol></nav>{% endblock %}
{% block main %}
<h1>Ashfield School {% include "commonroom/parts/made_up.html" %}</h1>
<p class="lead">Oldham, secondary. 1,100 pupils; beside fifty schools alike, attendance is <a href="#t">in the upper fifth</a>.</p>
<nav class="tabs" aria-label="Parts of the room"><ul><li><a href="#a" aria-current="page">Plan</a></li><li><a href="#b">Cycles</a></li><li><a href="#c">Notes and files</a></li></ul></nav>
<ol class="steps"><li class="done">Asked</li><li class="done">Accepted</li><li aria-current="step">At work</li><li>Reviewed</li></ol>
<ul class="figures"><li><strong>7</strong> <span>days agreed</span></li><li><strong>2.5</strong> <span>days used</span></li><li><strong>12 October 2026</strong> <span>next visit</span></li></ul>
<p class="notice">A plain notice with <a href="#x">a link</a>.</p><p class="notice good">Saved.</p><p class="notice warn">Two days are left.</p><p class="notice bad">This was refused.</p>
<p class="row"><span class="badge">Draft</span> <span class="badge good">Agreed</span> <span class="badge warn">Waiting</span> <span class="badge bad">Declined</span> <span class="badge here">At work</span></p>
<div class="beside"><div>
<h2 id="t">Themes</h2>
<ul class="list"><li><a class="name" href="#1">Attendance</a> <span class="standing strength">a strength</span><p class="quiet">Overall absence, 2024.</p></li><li><a class="name" href="#2">Reading</a> <span class="standing need">a need</span></li><li><a class="name" href="#3">Behaviour</a> <span class="standing unsaid">cannot be said</span></li></ul>
{% include "commonroom/parts/grid.html" with caption="Overall absence by year" heads=heads rows=rows numeric=numeric %}
{% include "commonroom/parts/csv.html" with href="#csv" %}
<figure class="picture"><img src="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 400 120'%3E%3Cpath d='M10 100L100 60 200 80 390 20' fill='none' stroke='%2314456b' stroke-width='3'/%3E%3C/svg%3E" alt="Absence rose in every year"><figcaption>Source: School absence, 2024.</figcaption></figure>
<p class="source">Source: <a href="https://www.gov.uk/">Department for Education</a>.</p>
{% include "commonroom/parts/timeline.html" %}
{% include "commonroom/parts/empty.html" with said="No offers yet." link="#new" text="Write the first" %}
{% include "commonroom/parts/pages.html" %}
</div><aside class="card" aria-label="Facts"><h2>Facts</h2><dl class="facts"><dt>Theme</dt><dd>Attendance</dd><dt>Days</dt><dd>7</dd></dl><details><summary>How this is counted</summary><p>Sessions missed of all.</p></details></aside></div>
<ul class="cards"><li class="card"><h3>One</h3><p>Text.</p></li><li class="card"><h3>Two</h3><p>Text.</p></li></ul>
<blockquote>Dear colleague,
we would like to see how you do this.</blockquote>
<p class="actions"><a class="button" href="#n">Ask for help</a> <a class="button plain" href="#p">Go back</a> <button class="grave">End it</button> <button class="little">Small</button> <button class="link">Like a link</button></p>
{% endblock %}"""

ASKING = """{% extends "commonroom/page.html" %}
{% block title %}Ask{% endblock %}
{% block main %}
<h1>Ask for help</h1>
<form method="post" data-keep="gallery" enctype="multipart/form-data">{% csrf_token %}{% include "commonroom/parts/form.html" %}<div class="actions"><button>Send</button> <a class="button plain" href="/">Go back</a></div></form>
{% endblock %}"""

CONFIRM = """{% extends "commonroom/parts/confirm.html" %}"""


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
        PATTERNS,
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
    return render(request, ASKING, 422 if form.is_bound else 200, form=form)


def confirm(request: HttpRequest) -> HttpResponse:
    said = {
        "question": "Close this partnership?",
        "sentences": ["Nothing is lost."],
        "yes": "Close it",
        "back": "/",
    }
    return render(request, CONFIRM, **said, grave=True)


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

"""What pages of people share: forms that call an action, and answers of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from commonroom.errors import SaidToPeople
from commonroom.web.accounts.models import Person


def person(request: HttpRequest) -> Person:
    """Return who is signed in, on a page that asks for it."""
    found: Any = request.user
    known: Person = found
    return known


def filled(form: forms.BaseForm, act: Callable[[dict[str, Any]], object]) -> bool:
    """Say whether a form was filled in well and acted upon; what is said to people stands on the form."""
    if not form.is_valid():
        return False
    try:
        act(form.cleaned_data)
    except SaidToPeople as said:
        form.add_error(None, str(said))
        return False
    return True


def show(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """Show a page; a form that was not filled in well with status 422."""
    wrong = bool(getattr(context.get("form"), "errors", None))
    return render(request, f"commonroom/accounts/{template}.html", context, status=422 if wrong else 200)


def go(request: HttpRequest, to: str, said: str = "") -> HttpResponse:
    """Lead on to a page, with something said there."""
    if said:
        messages.success(request, said)
    return HttpResponseRedirect(to, status=303)


def ask(request: HttpRequest, **context: Any) -> HttpResponse:
    """Ask before something grave: `question`, `sentences`, `yes`, and where `back` leads."""
    return render(request, "commonroom/parts/confirm.html", {"grave": True} | context)

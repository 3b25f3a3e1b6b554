"""Public pages of schools."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def find(request: HttpRequest) -> HttpResponse:
    """Find a school by name, place or number."""
    return render(request, "commonroom/schools/find.html")

"""Pages of a person's own."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


@login_required
def me(request: HttpRequest) -> HttpResponse:
    """Show what a person belongs to."""
    return render(request, "commonroom/accounts/me.html")

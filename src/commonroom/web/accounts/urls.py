"""Addresses of people's own pages."""

from __future__ import annotations

from django.urls import URLPattern, path

from commonroom.web.accounts import views

urlpatterns: list[URLPattern] = [
    path("me/", views.me, name="me"),
]

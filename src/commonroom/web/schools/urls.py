"""Addresses of the pages of schools."""

from __future__ import annotations

from django.urls import URLPattern, path

from commonroom.web.schools import views

urlpatterns: list[URLPattern] = [
    path("", views.find, name="find"),
]

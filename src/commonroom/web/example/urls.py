"""Addresses of the demo's door."""

from __future__ import annotations

from django.urls import URLPattern, path

from commonroom.web.example import views

urlpatterns: list[URLPattern] = [
    path("example/", views.door, name="example"),
    path("example/<int:pk>/", views.enter, name="example-enter"),
]

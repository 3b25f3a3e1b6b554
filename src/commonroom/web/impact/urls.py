"""Addresses of the impact plan of a partnership."""

from __future__ import annotations

from django.urls import URLPattern, path

from commonroom.web.impact import views

urlpatterns: list[URLPattern] = [
    path("partnerships/<int:pk>/impact/", views.plans, name="room-impact"),
    path("partnerships/<int:pk>/impact/new/", views.new, name="room-impact-new"),
]

"""Addresses of the page of the system and of the pages of methods."""

from __future__ import annotations

from django.urls import URLPattern, path

from commonroom.web.narrative import views

urlpatterns: list[URLPattern] = [
    path("system/", views.system, name="system"),
    path("system/schools/", views.schools, name="system-schools"),
    path("system/schools.csv", views.schools_list, name="system-schools-csv"),
    path("system/places.<str:form>", views.places, name="system-places"),
    path("system/<slug:part>.csv", views.part_list, name="system-csv"),
    path("methods/", views.methods, name="methods"),
    path("methods/<slug:name>/", views.method, name="method"),
]

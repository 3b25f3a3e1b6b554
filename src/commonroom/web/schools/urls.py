"""Addresses of the pages of schools."""

from __future__ import annotations

from django.urls import URLPattern, path

from commonroom.web.schools import downloads, pictures, views

urlpatterns: list[URLPattern] = [
    path("", views.find, name="find"),
    path("schools/", views.find, name="schools"),
    path("schools/suggestions.json", views.suggest, name="school-suggestions"),
    path("schools/found.csv", downloads.found, name="schools-found-csv"),
    path("schools/<str:number>/", views.school, name="school"),
    path("schools/<str:number>/figures.csv", downloads.figures, name="school-csv"),
    path("schools/<str:number>/trend.<str:form>", pictures.trend, name="school-trend"),
    path("schools/<str:number>/position.<str:form>", pictures.position, name="school-position"),
    path("charts/<str:version>.js", pictures.program, name="charts"),
]

"""Addresses of the pages of families."""

from __future__ import annotations

from django.urls import URLPattern, path

from commonroom.web.families import views

urlpatterns: list[URLPattern] = [
    path("schools/<str:number>/alike/", views.alike, name="alike"),
    path("schools/<str:number>/alike.csv", views.alike_list, name="alike-csv"),
    path("schools/<str:number>/alike.<str:form>", views.alike_picture, name="alike-picture"),
    path("families/<str:phase>/", views.families, name="families"),
    path("families/<str:phase>/<str:code>/", views.family, name="family"),
    path("families/<str:phase>/<str:code>/members.csv", views.family_list, name="family-csv"),
    path("families/<str:phase>/<str:code>/map.<str:form>", views.family_picture, name="family-picture"),
]

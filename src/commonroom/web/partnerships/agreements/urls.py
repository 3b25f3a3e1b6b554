"""Addresses of what two heads agree on, and of the list of partnerships."""

from __future__ import annotations

from django.urls import URLPattern, path

from commonroom.web.partnerships.agreements import views

urlpatterns: list[URLPattern] = [
    path("partnerships/", views.partnerships, name="partnerships"),
    path("partnerships.csv", views.partnerships_file, name="partnerships-file"),
    path("agreements/<int:pk>/", views.show, name="agreement"),
    path("agreements/<int:pk>/terms/", views.set_terms, name="agreement-terms"),
    path("agreements/<int:pk>/yes/", views.say_yes, name="agreement-yes"),
    path("agreements/<int:pk>/drop/", views.drop, name="agreement-drop"),
]

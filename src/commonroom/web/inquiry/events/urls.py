"""Addresses of files of events."""

from __future__ import annotations

from django.urls import URLPattern, path

from commonroom.web.inquiry.events import views

urlpatterns: list[URLPattern] = [
    path("schools/<str:number>/events/", views.send, name="events"),
    path("schools/<str:number>/events/example.csv", views.example, name="events-example"),
    path("events/<int:pk>/", views.show, name="event-file"),
    path("events/<int:pk>/to-mend.csv", views.refused, name="event-file-refused"),
    path("events/<int:pk>/throw-away/", views.throw_away, name="event-file-throw"),
]

"""Addresses of a person's own pages, of their calendar, and of what a school takes away."""

from __future__ import annotations

from django.urls import URLPattern, path

from commonroom.web.narrative.feeds import views

urlpatterns: list[URLPattern] = [
    path("me/", views.me, name="me"),
    path("me/week.csv", views.week, name="week-file"),
    path("me/calendar/", views.address, name="calendar"),
    path("me/calendar/renew/", views.renew, name="calendar-renew"),
    path("me/calendar/end/", views.end, name="calendar-end"),
    path("calendar/<str:token>.ics", views.feed, name="calendar-feed"),
    path("digest/off/<str:token>/", views.digest_off, name="digest-off"),
    path("schools/<str:number>/export/", views.take, name="take"),
    path("schools/<str:number>/export/workbook.xlsx", views.take_workbook, name="take-workbook"),
    path("schools/<str:number>/export/archive.zip", views.take_archive, name="take-archive"),
]

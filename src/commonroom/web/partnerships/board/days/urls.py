"""Addresses of days that trusts, authorities and system leaders have for a system."""

from __future__ import annotations

from django.urls import URLPattern, path

from commonroom.web.partnerships.board.days import views

urlpatterns: list[URLPattern] = [
    path("systems/<slug:slug>/board/days/", views.days, name="board-days"),
    path("systems/<slug:slug>/board/days.csv", views.days_file, name="board-days-file"),
    path("systems/<slug:slug>/board/days/<int:pk>/withdraw/", views.withdraw, name="board-days-withdraw"),
    path("systems/<slug:slug>/board/trusts/", views.trusts, name="board-trusts"),
    path("systems/<slug:slug>/board/trusts.csv", views.trusts_file, name="board-trusts-file"),
]

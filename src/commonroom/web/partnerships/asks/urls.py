"""Addresses of questions between schools."""

from __future__ import annotations

from django.urls import URLPattern, path

from commonroom.web.partnerships.asks import views

urlpatterns: list[URLPattern] = [
    path("asks/", views.asks, name="asks"),
    path("asks.csv", views.asks_file, name="asks-file"),
    path("asks/new/", views.ask, name="ask-new"),
    path("asks/<int:pk>/", views.show, name="ask"),
    path("asks/<int:pk>/page/", views.page, name="ask-page"),
    path("asks/<int:pk>/answer/", views.reply, name="ask-answer"),
    path("asks/<int:pk>/messages/", views.write, name="ask-write"),
    path("asks/<int:pk>/withdraw/", views.withdraw, name="ask-withdraw"),
]

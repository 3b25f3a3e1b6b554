"""Addresses of offers and requests."""

from __future__ import annotations

from django.urls import URLPattern, path

from commonroom.web.partnerships.market import views

urlpatterns: list[URLPattern] = [
    path("offers/", views.market, name="offers"),
    path("offers.csv", views.market_file, name="offers-file"),
    path("offers/ours/", views.own, name="offers-own"),
    path("offers/new/", views.write, name="offer-new"),
    path("offers/days/<str:number>/", views.capacity, name="offer-days"),
    path("offers/<int:pk>/change/", views.revise, name="offer-change"),
    path("offers/<int:pk>/withdraw/", views.withdraw, name="offer-withdraw"),
]

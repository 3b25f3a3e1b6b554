"""Addresses of offers, asks, agreements, the brokering board and proposals."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("commonroom.web.partnerships.market.urls")),
    path("", include("commonroom.web.partnerships.asks.urls")),
    path("", include("commonroom.web.partnerships.agreements.urls")),
    path("", include("commonroom.web.partnerships.board.urls")),
]

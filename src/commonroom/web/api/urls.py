"""Where programs ask."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from commonroom.web.api import assembly

api = assembly.build()

urlpatterns: list[URLPattern | URLResolver] = [path("api/", api.urls)]

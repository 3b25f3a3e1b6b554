"""Every address of the site."""

from __future__ import annotations

from django.urls import include, path

from commonroom.web import language

urlpatterns = [
    path("language/", language.change, name="set_language"),
    path("", include("commonroom.web.accounts.urls")),
    path("", include("commonroom.web.inquiry.events.urls")),
    path("", include("commonroom.web.narrative.feeds.urls")),
    path("", include("commonroom.web.example.urls")),
    path("", include("commonroom.web.health.urls")),
    path("people/", include("allauth.urls")),
    path("", include("commonroom.web.inquiry.urls")),
    path("", include("commonroom.web.impact.urls")),
    path("", include("commonroom.web.jobs.urls")),
    path("", include("commonroom.web.partnerships.urls")),
    path("", include("commonroom.web.schools.urls")),
    path("", include("commonroom.web.families.urls")),
    path("", include("commonroom.web.narrative.urls")),
    path("", include("commonroom.web.api.urls")),
]

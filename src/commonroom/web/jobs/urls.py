"""Addresses of jobs."""

from __future__ import annotations

from django.urls import path

from commonroom.web.jobs import views

urlpatterns = [
    path("jobs/", views.show_all, name="jobs"),
    path("jobs.csv", views.file, name="jobs-file"),
    path("jobs/<int:pk>/", views.show, name="job"),
    path("jobs/<int:pk>/progress", views.progress, name="job-progress"),
    path("jobs/<int:pk>/again/", views.start_again, name="job-again"),
]

"""Addresses of the brokering board and of proposals."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from commonroom.web.partnerships.board import proposals, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("commonroom.web.partnerships.board.days.urls")),
    path("systems/<slug:slug>/board/", views.board, name="board"),
    path("systems/<slug:slug>/board.csv", views.board_file, name="board-file"),
    path("systems/<slug:slug>/board/alone/", views.alone, name="board-alone"),
    path("systems/<slug:slug>/board/alone.csv", views.alone_file, name="board-alone-file"),
    path("systems/<slug:slug>/board/share/", views.share, name="board-share"),
    path("systems/<slug:slug>/board/run/", views.run, name="board-run"),
    path("systems/<slug:slug>/board/send/", views.send, name="board-send"),
    path("systems/<slug:slug>/board/send/all/", views.send_all, name="board-send-all"),
    path("systems/<slug:slug>/board/runs/<int:pk>/progress", views.progress, name="board-progress"),
    path("proposals/", proposals.proposals, name="proposals"),
    path("proposals.csv", proposals.proposals_file, name="proposals-file"),
    path("proposals/<int:pk>/", proposals.show, name="proposal"),
    path("proposals/<int:pk>/page/", proposals.page, name="proposal-page"),
    path("proposals/<int:pk>/answer/", proposals.reply, name="proposal-answer"),
    path("proposals/<int:pk>/take-back/", proposals.take_back, name="proposal-take-back"),
]

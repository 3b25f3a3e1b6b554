"""Addresses of the room of a partnership."""

from __future__ import annotations

from django.urls import URLPattern, path

from commonroom.web.inquiry.views import cycles, files, notes, points, reviews, rooms, visits

ROOM = "partnerships/<int:pk>/"

urlpatterns: list[URLPattern] = [
    path(f"{ROOM}", rooms.room, name="room"),
    path(f"{ROOM}aim/", rooms.aim, name="room-aim"),
    path(f"{ROOM}supporters/", rooms.supporters, name="room-supporters"),
    path(f"{ROOM}begin/", rooms.begin, name="room-begin"),
    path(f"{ROOM}close/", rooms.close, name="room-close"),
    path(f"{ROOM}reopen/", rooms.reopen, name="room-reopen"),
    path(f"{ROOM}lessons/<str:school>/", rooms.lesson, name="room-lesson"),
    path(f"{ROOM}cycles/", cycles.cycles, name="room-cycles"),
    path(f"{ROOM}cycles/new/", cycles.new, name="room-cycle-new"),
    path(f"{ROOM}cycles/<int:number>/", cycles.cycle, name="room-cycle"),
    path(f"{ROOM}cycles/<int:number>/resume/", cycles.resume, name="room-cycle-resume"),
    path(f"{ROOM}cycles/<int:number>/to/<slug:stage>/", cycles.move, name="room-cycle-move"),
    path(f"{ROOM}cycles/<int:number>/<slug:stage>/", cycles.stage, name="room-cycle-stage"),
    path(f"{ROOM}notes/", notes.notes, name="room-notes"),
    path(f"{ROOM}notes/new/", notes.new, name="room-note-new"),
    path(f"{ROOM}notes/<int:number>/", notes.change, name="room-note"),
    path(f"{ROOM}notes/<int:number>/remove/", notes.remove, name="room-note-remove"),
    path(f"{ROOM}files/", files.files, name="room-files"),
    path(f"{ROOM}files/new/", files.new, name="room-file-new"),
    path(f"{ROOM}files/<int:number>/", files.send, name="room-file"),
    path(f"{ROOM}files/<int:number>/remove/", files.remove, name="room-file-remove"),
    path(f"{ROOM}visits/", visits.visits, name="room-visits"),
    path(f"{ROOM}visits/new/", visits.new, name="room-visit-new"),
    path(f"{ROOM}visits/<int:number>/", visits.visit, name="room-visit"),
    path(f"{ROOM}visits/<int:number>/change/", visits.change, name="room-visit-change"),
    path(f"{ROOM}visits/<int:number>/join/", visits.join, name="room-visit-join"),
    path(f"{ROOM}actions/", points.points, name="room-points"),
    path(f"{ROOM}actions/new/", points.new_point, name="room-point-new"),
    path(f"{ROOM}actions/<int:number>/", points.change_point, name="room-point"),
    path(f"{ROOM}actions/<int:number>/tick/", points.tick, name="room-point-tick"),
    path(f"{ROOM}decisions/", points.decisions, name="room-decisions"),
    path(f"{ROOM}decisions/new/", points.new_decision, name="room-decision-new"),
    path(f"{ROOM}decisions/<int:number>/", points.change_decision, name="room-decision"),
    path(f"{ROOM}reviews/", reviews.reviews, name="room-reviews"),
    path(f"{ROOM}reviews/new/", reviews.new, name="room-review-new"),
    path(f"{ROOM}reviews/<int:number>/", reviews.change, name="room-review"),
    path(f"{ROOM}timeline/", reviews.timeline, name="room-timeline"),
    path(f"{ROOM}<slug:what>.csv", reviews.table, name="room-table"),
]

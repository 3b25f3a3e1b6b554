"""The room of a partnership, for programs."""

from __future__ import annotations

from ninja import Router

from commonroom.web.inquiry.api import cycles, notes, rooms, visits

router = Router(tags=["rooms"])
for one in (rooms.router, cycles.router, notes.router, visits.router):
    router.add_router("", one)

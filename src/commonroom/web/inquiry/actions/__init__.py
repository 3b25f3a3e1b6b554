"""Changes in a room: each is permitted, one transaction, one line of the audit, one of the timeline."""

from commonroom.web.inquiry.actions import cycles, decisions, files, notes, points, reviews, rooms, visits

__all__ = ["cycles", "decisions", "files", "notes", "points", "reviews", "rooms", "visits"]

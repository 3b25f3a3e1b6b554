"""Words that tests of a room write."""

from __future__ import annotations

from datetime import date

from commonroom.web.inquiry import actions, words

TODAY = date(2026, 11, 22)


def begin_cycle(who, partnership, **others):
    planned = words.Planned(**{"question": "Do calls help?", **others})
    return actions.cycles.begin(who=who, partnership=partnership, words=planned, today=TODAY)


def write_note(who, partnership, text="First calls answered.", **others):
    noted = words.Noted(text, TODAY, **others)
    return actions.notes.write(who=who, partnership=partnership, words=noted, today=TODAY)


def record_visit(who, partnership, **others):
    came = words.Came(**{"date": TODAY, "purpose": "See registration", **others})
    return actions.visits.record(who=who, partnership=partnership, words=came, today=TODAY)


def agree_point(who, partnership, **others):
    point = words.Point(**{"what": "Send figures", "owner": who, "due": TODAY, **others})
    return actions.points.agree(who=who, partnership=partnership, words=point, today=TODAY)


def take_decision(who, partnership, **others):
    decided = words.Decided(**{"what": "Year 9 first", "date": TODAY, **others})
    return actions.decisions.take(who=who, partnership=partnership, words=decided, today=TODAY)


def write_review(who, partnership, **others):
    reviewed = words.Reviewed(**{"year": 2027, "term": "autumn", "well": "Trust", "word": "Again", **others})
    return actions.reviews.write(who=who, partnership=partnership, words=reviewed, today=TODAY)


def read(client, partnership, part=""):
    """The text of a page of the room."""
    return client.get(f"/partnerships/{partnership.pk}/{part}").content.decode()

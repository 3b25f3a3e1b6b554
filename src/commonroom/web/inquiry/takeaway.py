"""Lists of a room as tables that people take away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from commonroom.web.inquiry import kinds, queries
from commonroom.web.inquiry.models import ActionPoint, Cycle, Decision, Review, Visit
from commonroom.web.partnerships.models import Partnership

Table = tuple[Sequence[str], Iterable[Sequence[Any]]]


def cycles(person: queries.Anyone, partnership: Partnership) -> Table:
    """Return the cycles of a room."""
    heads = (
        "question", "practice", "trying", "knowing", "happened", "learned", "next", "next_why", "stage",
        "plan_by", "do_by", "study_by", "act_by", "ended",
    )  # fmt: skip
    return heads, Cycle.objects.filter(partnership=partnership).order_by("pk").values_list(*heads)


def notes(person: queries.Anyone, partnership: Partnership) -> Table:
    """Return the notes of a room that a person may read."""
    found = queries.notes(person, partnership)
    rows = (
        (one.date, one.who, one.school_id, one.visibility, one.cycle, one.stage, one.text) for one in found
    )
    return ("date", "who", "school", "visibility", "cycle", "stage", "text"), rows


def files(person: queries.Anyone, partnership: Partnership) -> Table:
    """Return the files of a room that a person may take."""
    found = queries.files(person, partnership)
    rows = ((one.name, one.media_type, one.size, one.who, one.visibility, one.sha256) for one in found)
    return ("name", "type", "bytes", "who", "visibility", "sha256"), rows


def visits(person: queries.Anyone, partnership: Partnership) -> Table:
    """Return the visits and meetings of a room."""
    plain = (
        "kind", "state", "date", "begins", "ends", "location", "purpose", "outcome", "receiver_hours",
        "provider_hours", "travel_hours",
    )  # fmt: skip
    found = Visit.objects.filter(partnership=partnership).prefetch_related("people")
    rows = (
        (*(getattr(one, name) for name in plain), "; ".join(map(str, one.people.all())), one.others)
        for one in found
    )
    return (*plain, "people", "others"), rows


def points(person: queries.Anyone, partnership: Partnership) -> Table:
    """Return the actions of a room."""
    found = ActionPoint.objects.filter(partnership=partnership).select_related("owner")
    return ("what", "owner", "due", "done"), ((one.what, one.owner, one.due, one.done) for one in found)


def decisions(person: queries.Anyone, partnership: Partnership) -> Table:
    """Return the decisions of a room."""
    heads = ("date", "what", "why", "by")
    return heads, Decision.objects.filter(partnership=partnership).values_list(*heads)


def reviews(person: queries.Anyone, partnership: Partnership) -> Table:
    """Return the reviews of a room."""
    heads = ("year", "term", "well", "badly", "change", "days", "receiver_word", "provider_word")
    return heads, Review.objects.filter(partnership=partnership).values_list(*heads)


def timeline(person: queries.Anyone, partnership: Partnership) -> Table:
    """Return the timeline of a room."""
    found = queries.moments(partnership)
    rows = ((one.date, one.kind, kinds.label(one.kind), one.title, one.who) for one in found)
    return ("date", "kind", "what", "title", "who"), rows


#: Every list of a room that can be taken away, by its name in the address.
TABLES: Mapping[str, Callable[[queries.Anyone, Partnership], Table]] = {
    "cycles": cycles,
    "notes": notes,
    "files": files,
    "visits": visits,
    "actions": points,
    "decisions": decisions,
    "reviews": reviews,
    "timeline": timeline,
}

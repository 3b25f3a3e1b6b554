"""Public pages of schools."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse

from commonroom.web import evidence
from commonroom.web.schools import labels, page, queries
from commonroom.web.schools.figures import whole
from commonroom.web.schools.serving import moved, public

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Found


@public
def find(request: HttpRequest) -> HttpResponse:
    """Find a school by name, place or number."""
    text = queries.typed(request.GET.get("q", ""))
    found = queries.search(text)
    facts = evidence.shown().facts
    rows = [
        (
            one["number"],
            one["name"],
            one["authority"] or "",
            _what(one),
        )
        for one in found
    ]
    said = {
        "asked": text,
        "found": rows,
        "full": len(rows) == queries.LIMIT,
        "guessed": bool(found) and all(one["how"] == "fuzzy" for one in found),
        "schools": whole(facts["schools"]),
        "known": whole(facts["known"]),
        "system": labels.say(facts["system"]),
        "nation": labels.say(facts["nation"]),
    }
    return render(request, "commonroom/schools/find.html", said)


def _what(found: Found) -> str:
    """What kind of school was found, in a few words."""
    kind = labels.school(found["kind"], found["phases"])
    if found["kind"] == "mainstream":
        return kind
    return " · ".join([*(str(labels.PHASE[phase]) for phase in found["phases"]), kind])


@public
def suggest(request: HttpRequest) -> HttpResponse:
    """Return the schools that a text finds so far, for the list below the field."""
    found = queries.search(request.GET.get("q", ""), limit=8)
    rows = [
        {
            "name": one["name"],
            "place": one["authority"] or "",
            "path": reverse("school", args=[one["number"]]),
        }
        for one in found
    ]
    return JsonResponse({"found": rows})


@public
def school(request: HttpRequest, number: str) -> HttpResponse:
    """Show a school fairly; one that has a new number is shown under that."""
    found = queries.school(number)
    if found["number"] != number:
        return moved(request, reverse("school", args=[found["number"]]))
    facts = evidence.shown().facts
    told = page.tell(found, facts, phase=request.GET.get("phase"), measure=request.GET.get("measure"))
    said = {
        "page": told,
        "body": told.body,
        "facts": facts,
        "language": labels.language(),
        "nation": labels.say(facts["nation"]),
        "system": labels.say(facts["system"]),
    }
    return render(request, "commonroom/schools/school.html", said)

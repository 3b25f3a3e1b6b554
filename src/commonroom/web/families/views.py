"""Public pages of families: the schools most like one school, and the standing families."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import render
from django.urls import reverse

from commonroom.web import evidence
from commonroom.web.families import page, queries
from commonroom.web.schools import downloads, labels, likeness, pictures
from commonroom.web.schools.serving import public

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Member, Phase


@public
def alike(request: HttpRequest, number: str) -> HttpResponse:
    """Show the schools most like a school, and who does better at a theme."""
    found = queries.alike(number, request.GET.get("phase"), request.GET.get("preset"))
    if found["number"] != number:
        return HttpResponsePermanentRedirect(reverse("alike", args=[found["number"]]))
    shown, language = evidence.shown(), labels.language()
    said = _listed(request, found["members"], found["phase"])
    said |= {
        "page": found,
        "phases": [(one, labels.PHASE[one]) for one in queries.phases(found)],
        "presets": [(one, labels.preset(shown.facts, one)) for one in found["presets"]],
        "preset": labels.preset(shown.facts, found["preset"]),
        "match": likeness.sentences(found["match"], shown.facts),
        "picture": shown.picture("alike", (number, found["phase"], found["preset"]), language=language),
    }
    return render(request, "commonroom/families/alike.html", said)


@public
def family(request: HttpRequest, phase: str, code: str) -> HttpResponse:
    """Show a standing family: schools that are convened together."""
    school = request.GET.get("from") or None
    found = queries.family(phase, code, school)
    shown = evidence.shown()
    said = _listed(request, found["members"], found["phase"], order="name")
    said |= {
        "page": found,
        "near": page.near(found),
        "school": school,
        "picture": shown.picture("family", (phase, code), language=labels.language()),
    }
    return render(request, "commonroom/families/family.html", said)


def _listed(request: HttpRequest, members: list[Member], phase: Phase, *, order: str = "") -> dict[str, Any]:
    """What a page says of a list of schools, in the order and about the theme that the reader asks for."""
    facts = evidence.shown().facts
    system = labels.say(facts["system"])
    asked = order or request.GET.get("sort", "")
    themes = page.themes(facts, phase)
    theme = next((one for one in themes if one[0] == request.GET.get("theme")), None)
    rows = page.rows(members, facts, order=asked)
    better = page.better(members, rows, theme[0], facts) if theme else []
    return {
        "rows": rows,
        "sort": "name" if asked == "name" else "likeness",
        "themes": themes,
        "theme": theme,
        "better": better,
        "system": system,
        "elsewhere": not all(one["in_system"] for one in members),
        "counted": page.counted(better, members, theme[1], system) if theme else "",
        "phase": phase,
        "phase_name": labels.PHASE[phase],
        "facts": facts,
        "language": labels.language(),
        "nation": labels.say(facts["nation"]),
        "headline": labels.measure(facts, facts["headline"][phase]),
    }


@public
def alike_list(request: HttpRequest, number: str) -> HttpResponse:
    """Return the schools most like a school as a list to take away."""
    found = queries.alike(number, request.GET.get("phase"), request.GET.get("preset"))
    key = (found["number"], found["phase"], found["preset"])
    return downloads.table("alike", key, name=f"alike-{found['number']}-{found['phase']}")


@public
def alike_picture(request: HttpRequest, number: str, form: str) -> HttpResponse:
    """Draw the performance map of the schools most like a school."""
    key = (number, request.GET.get("phase", ""), request.GET.get("preset", ""))
    return pictures.draw(request, "alike", key, form)


@public
def family_list(request: HttpRequest, phase: str, code: str) -> HttpResponse:
    """Return the schools of a standing family as a list to take away."""
    queries.family(phase, code)
    return downloads.table("family", (phase, code), name=f"family-{phase}-{code}")


@public
def family_picture(request: HttpRequest, phase: str, code: str, form: str) -> HttpResponse:
    """Draw the performance map of a standing family."""
    queries.family(phase, code)
    return pictures.draw(request, "family", (phase, code), form)

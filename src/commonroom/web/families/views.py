"""Public pages of families: the schools most like one school, and the standing families."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from commonroom.web import evidence
from commonroom.web.families import page, queries
from commonroom.web.schools import downloads, labels, likeness, pictures, tables
from commonroom.web.schools.serving import moved, public

#: Families on one page of the list.
SHOWN = 100

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Family, Member, Phase
    from commonroom.narrative.pages.pictures import Picture


@public
def alike(request: HttpRequest, number: str) -> HttpResponse:
    """Show the schools most like a school, and who does better at a theme."""
    found = queries.alike(number, request.GET.get("phase"), request.GET.get("preset"))
    if found["number"] != number:
        return moved(request, reverse("alike", args=[found["number"]]))
    shown, language = evidence.shown(), labels.language()
    said = _listed(request, found["members"], found["phase"])
    said |= {
        "page": found,
        "phases": [(one, labels.PHASE[one]) for one in queries.phases(found)],
        "presets": [(one, labels.preset(shown.facts, one)) for one in found["presets"]],
        "preset": labels.preset(shown.facts, found["preset"]),
        "match": likeness.sentences(found["match"], shown.facts),
        **_drawn(shown.picture("alike", (number, found["phase"], found["preset"]), language=language)),
    }
    return render(request, "commonroom/families/alike.html", said)


@public
def family(request: HttpRequest, phase: str, code: str) -> HttpResponse:
    """Show a standing family: schools that are convened together."""
    found, school = _seen(request, phase, code)
    shown = evidence.shown()
    said = _listed(request, found["members"], found["phase"], order="name")
    said |= {
        "page": found,
        "near": page.near(found),
        "school": school,
        "seen_from": next((one["name"] for one in found["members"] if one["number"] == school), ""),
        **_drawn(shown.picture("family", (phase, code, school), language=labels.language())),
    }
    return render(request, "commonroom/families/family.html", said)


@public
def families(request: HttpRequest, phase: str) -> HttpResponse:
    """List the standing families of a phase, by their names."""
    shown = evidence.shown()
    rows = [one for one in shown.system()["families"] if one["phase"] == phase]
    if not rows:
        raise Http404(_("There are no families of this phase."))
    paged = Paginator(rows, SHOWN).get_page(request.GET.get("page"))
    said = {
        "system": labels.say(shown.facts["system"]),
        "phase_name": labels.PHASE[phase],
        "page": paged,
        "table": page.listed(list(paged)),
    }
    return render(request, "commonroom/families/families.html", said)


def _seen(request: HttpRequest, phase: str, code: str) -> tuple[Family, str]:
    """A family, and the member that it is seen from: roads begin there, and the map marks it."""
    asked = request.GET.get("from", "")
    found = queries.family(phase, code, asked)
    return found, asked if any(one["number"] == asked for one in found["members"]) else ""


def _drawn(picture: Picture | None) -> dict[str, Any]:
    """A picture, and the table behind it."""
    if picture is None:
        return {}
    behind = tables.table(picture.caption, picture.heads, picture.rows, numeric=picture.numeric)
    return {"picture": picture, "behind": behind}


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
        "count": len(rows),
        "table": page.table(rows, facts, phase, seen=not order),
        "sort": "name" if asked == "name" else "likeness",
        "themes": themes,
        "theme": theme,
        "better": better,
        "named": [] if theme else page.named(members, facts),
        "system": system,
        "roads": any(one["km"] is not None for one in members),
        "elsewhere": not all(one["in_system"] for one in members),
        "counted": page.counted(better, members, theme[1], system) if theme else "",
        "phase": phase,
        "phase_name": labels.PHASE[phase],
        "facts": facts,
        "language": labels.language(),
        "nation": labels.say(facts["nation"]),
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
    _found, school = _seen(request, phase, code)
    return downloads.table("family", (phase, code, school), name=f"family-{phase}-{code}")


@public
def family_picture(request: HttpRequest, phase: str, code: str, form: str) -> HttpResponse:
    """Draw the performance map of a standing family."""
    _found, school = _seen(request, phase, code)
    return pictures.draw(request, "family", (phase, code, school), form)

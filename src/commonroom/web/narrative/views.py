"""The public page of the system, its list of schools, and the pages on methods."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from commonroom.web import evidence
from commonroom.web.narrative import methods as documents
from commonroom.web.narrative import page, quality, queries
from commonroom.web.schools import downloads, labels, pictures
from commonroom.web.schools.figures import day, whole
from commonroom.web.schools.serving import public

#: Schools on one page of the list.
SHOWN = 100
#: Parts of the page that can be taken away.
PARTS = {"glance", "gap", "floor", "families"}


@public
def system(request: HttpRequest) -> HttpResponse:
    """Show the system at a glance."""
    return render(request, "commonroom/narrative/system.html", _system(evidence.version(), labels.language()))


@lru_cache(maxsize=4)
def _system(version: str, language: labels.Language) -> dict[str, Any]:
    """What the page of the system says: put into words once for a version and a language."""
    shown = evidence.shown()
    found, facts = shown.system(), shown.facts
    return {
        "page": found,
        "name": labels.say(found["label"]),
        "counts": page.counts(found),
        "parts": page.tell(found, facts),
        "quality": quality.tell(found, facts),
        "facts": facts,
        "schools": whole(facts["schools"]),
        "built": day(facts["date"]),
        "language": language,
        "nation": labels.say(facts["nation"]),
        "phases": [(one, labels.PHASE[one]) for one in facts["phases"]],
        "picture": shown.picture("places", (), language=language),
    }


@public
def schools(request: HttpRequest) -> HttpResponse:
    """Show the schools of the system by name, a page at a time."""
    shown = evidence.shown()
    found, facts = shown.system(), shown.facts
    authority, phase = request.GET.get("authority", ""), request.GET.get("phase", "")
    rows = queries.schools(authority, phase)
    paged = Paginator(rows, SHOWN).get_page(request.GET.get("page"))
    names = {one: str(labels.PHASE[one]) for one in facts["phases"]}
    said = {
        "name": labels.say(found["label"]),
        "authorities": [(one["code"], one["name"]) for one in found["authorities"]],
        "authority": authority,
        "phase": phase,
        "phases": list(names.items()),
        "page": paged,
        "count": len(rows),
        "counted": whole(len(rows)),
        "rows": [
            (number, called, _about(number, called, place, [names[one] for one in phases if one in names]))
            for number, called, place, phases in paged
        ],
    }
    return render(request, "commonroom/narrative/schools.html", said)


def _about(number: str, called: str, place: str, phases: list[str]) -> str:
    """Where a school is, what it is, and its number: only what is known, and nothing twice."""
    told = [place, ", ".join(phases), number if called != number else _("its name is not known")]
    return " · ".join(filter(None, told))


@public
def schools_list(request: HttpRequest) -> HttpResponse:
    """Return the schools of the system, of an authority and a phase where they are named, to take away."""
    authority, phase = request.GET.get("authority", ""), request.GET.get("phase", "")
    known = phase if phase in evidence.shown().facts["phases"] else ""
    name = "-".join(filter(None, ("schools", authority, known)))
    return downloads.table("system-schools", (authority, known), name=name)


@public
def part_list(request: HttpRequest, part: str) -> HttpResponse:
    """Return the figures of a part of the system's page as a list to take away."""
    if part not in PARTS:
        raise Http404(_("There is no such list."))
    return downloads.table(f"system-{part}", (), name=part)


@public
def places(request: HttpRequest, form: str) -> HttpResponse:
    """Draw where the schools of the system are."""
    return pictures.draw(request, "places", (), form)


@public
def methods(request: HttpRequest) -> HttpResponse:
    """List the pages on methods."""
    return render(request, "commonroom/narrative/methods.html", {"methods": documents.listed()})


@public
def method(request: HttpRequest, name: str) -> HttpResponse:
    """Show a page on methods."""
    found = documents.read(name)
    if found is None:
        raise Http404(_("There is no such page on methods."))
    return render(request, "commonroom/narrative/method.html", {"method": found})

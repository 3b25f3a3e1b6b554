"""What the pages of families ask of the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _

from commonroom.web import evidence

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Alike, Family, Phase


def alike(number: str, phase: str | None, preset: str | None) -> Alike:
    """Return the schools most like a school in a phase (its first when none is asked for), by one definition.

    An earlier number leads to the school that it is now. Http404 where the school is not known, or is not
    compared with others.
    """
    shown = evidence.shown()
    asked: list[Phase] = [one for one in shown.facts["phases"] if phase in (one, None, "")]
    for one in asked:
        found = shown.alike(number, one, preset=preset or None)
        if found is not None:
            return found
    known = shown.school(number)
    if known is not None and known["number"] != number:
        return alike(known["number"], phase, preset)
    raise Http404(_("No schools alike are known for this school."))


def family(phase: str, code: str, school: str = "") -> Family:
    """Return a standing family, seen from one of its schools where one is named; Http404 if there is none."""
    shown = evidence.shown()
    for one in shown.facts["phases"]:
        found = shown.family(one, code, school=school or None) if one == phase else None
        if found is not None:
            return found
    raise Http404(_("There is no such family."))


def phases(found: Alike) -> list[Phase]:
    """Return the phases in which a school has schools alike."""
    shown = evidence.shown()
    return [
        one
        for one in shown.facts["phases"]
        if one == found["phase"] or shown.alike(found["number"], one) is not None
    ]

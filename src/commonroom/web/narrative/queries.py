"""What the page of the system asks of the evidence."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _

from commonroom.web import evidence

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Listed

#: A school in a list: number, name, authority, phases.
Row = tuple[str, str, str, tuple[str, ...]]


def schools(authority: str, phase: str) -> list[Row]:
    """Return the schools of the system by name, of an authority and a phase where they are named."""
    shown = evidence.shown()
    if authority:
        found = shown.authority(authority)
        if found is None:
            raise Http404(_("There is no such authority in the system."))
        rows = [_row(one) for one in found["schools"] if one["in_system"]]
    else:
        rows = list(_all(shown.facts["version"]))
    return [one for one in rows if not phase or phase in one[3]]


@lru_cache(maxsize=2)
def _all(version: str) -> tuple[Row, ...]:
    """Every school of the system by name: kept for a version, since no page asks for it whole."""
    rows = (_row(one) for one in evidence.shown().register() if one["in_system"])
    return tuple(sorted(rows, key=lambda one: (one[1].casefold(), one[0])))


def _row(one: Listed) -> Row:
    return one["number"], one["name"], one["authority"] or "", tuple(one["phases"])

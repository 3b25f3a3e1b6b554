"""What the page of the system asks of the evidence."""

from __future__ import annotations

from collections.abc import Iterable
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
        rows = _ordered(found["schools"])
    else:
        rows = _all(shown.facts["version"])
    return [one for one in rows if not phase or phase in one[3]]


@lru_cache(maxsize=2)
def _all(version: str) -> list[Row]:
    """Every school of the system by name: kept for a version, since no page asks for it whole."""
    return _ordered(evidence.shown().register())


def _ordered(listed: Iterable[Listed]) -> list[Row]:
    """Those in the system by name, and at the end those whose name is not known: their number is."""
    rows = (_row(one) for one in listed if one["in_system"])
    return sorted(rows, key=lambda one: (one[1] == one[0], one[1].casefold(), one[0]))


def _row(one: Listed) -> Row:
    return one["number"], one["name"], one["authority"] or "", tuple(one["phases"])

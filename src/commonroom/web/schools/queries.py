"""What the pages of schools ask of the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.utils.translation import gettext as _

from commonroom.web import evidence

if TYPE_CHECKING:
    from commonroom.narrative.pages.forms import Found, School

#: Schools that one search shows; who means another types more.
LIMIT = 30
#: Longest text that is searched for.
LONGEST = 100


def typed(text: str) -> str:
    """Return what somebody typed as it is searched for, and shown again."""
    return text.replace("\x00", "").strip()[:LONGEST]


def search(text: str, *, limit: int = LIMIT) -> list[Found]:
    """Return the schools that a text finds, the surest first; none for an empty text."""
    text = typed(text)
    return evidence.shown().search(text, limit=limit) if text else []


def school(number: str) -> School:
    """Return a school by its number, or by an earlier one; Http404 where there is none."""
    found = evidence.shown().school(number)
    if found is None:
        raise Http404(_("No school has the number {number}.").format(number=number[:20]))
    return found

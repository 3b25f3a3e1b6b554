"""Measures that a plan can be about, as the definitions name them."""

from __future__ import annotations

from functools import lru_cache

from django.utils.translation import get_language
from pydantic import BaseModel

from commonroom import settings

PHASES = ("primary", "secondary")


class Measure(BaseModel):
    """A measure: what it is called, what it means, its unit, and of which phase it is."""

    label: str
    label_cy: str
    meaning: str
    unit: str
    phase: str
    group: str


@lru_cache(maxsize=1)
def known() -> dict[str, Measure]:
    """Return every measure by name."""
    return {name: settings.load(Measure, f"measures/{name}") for name in settings.names("measures")}


def label(name: str) -> str:
    """Return what a measure is called in the language of the page; its name where it is not known."""
    measure = known().get(name)
    if measure is None:
        return name
    return measure.label_cy if get_language() == "cy" else measure.label


def choices(phase: str) -> list[tuple[str, str]]:
    """Return names and labels of the measures of a phase, by label; where none is said, of each phase's own.

    A measure of both phases is of the one that is said: without one, nobody knows which schools are meant.
    """
    found = [name for name, one in known().items() if one.phase in ((phase, "both") if phase else PHASES)]
    return sorted(((name, label(name)) for name in found), key=lambda one: one[1])

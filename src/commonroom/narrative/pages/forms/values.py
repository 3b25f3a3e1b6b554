"""Codes and small values that every document is made of."""

from __future__ import annotations

from typing import Literal, TypedDict

Phase = Literal["primary", "secondary"]
#: pandemic: no examinations that year; suppressed: the publisher withheld it for few pupils; not_published:
#: the release has no number for another reason; not_in_data: no publication of that year is in the data;
#: none: the publication does not have the school; withheld: our own rule (see Withheld).
Missing = Literal["pandemic", "suppressed", "not_published", "not_in_data", "none", "withheld"]
#: few: fewer than six pupils; subtraction: would follow by subtraction; unknown: number of pupils unknown.
Reason = Literal["few", "subtraction", "unknown"]
#: How alike: near, fair, stretched, or none (no fair family).
Grade = Literal["near", "fair", "stretched", "none"]
Quadrant = Literal["higher_rising", "lower_rising", "higher_falling", "lower_falling"]


class Label(TypedDict):
    """A name in both languages."""

    en: str
    cy: str


class Range(TypedDict):
    """A figure and the range it is in; all three None where it was withheld."""

    value: float | None
    low: float | None
    high: float | None


class Withheld(TypedDict):
    """One thing that was withheld, and why."""

    phase: Phase | None
    measure: str | None
    year: int | None  # None: of all the years that an estimate rests on
    what: str  # outcome, gap, map, claim, position
    reason: Reason

"""Interference: does the answer change without comparison schools near enough to have heard of the work?"""

from __future__ import annotations

import numpy as np

from commonroom.impact import comparison
from commonroom.impact.guards.question import Question, Row, Verdict, cannot, once, side, told
from commonroom.impact.study import Estimate, Floats
from commonroom.partnerships import definition as partnerships

#: Other radii that are tried, as multiples of the one defined.
RADII = (0.5, 1.0, 2.0)
#: A change of the effect by less than this many of its standard errors is none.
MOVED = 1.0


def look(question: Question) -> list[Row]:
    """Return the effect without comparison schools within so many minutes of one that took part.

    Minutes by car as in partnerships; the radius of the definition, half and twice that. If the work spread
    to schools near by, the headline is too small, and grows without them; if it drew pupils or teachers from
    them, too large. At the radius of the definition it holds where the answer is on the same side of zero, or
    moves by less than a standard error, and fails where the effect changes its sign besides; at the other
    radii the effect is shown.
    """
    radius = question.definition.comparison.radius_minutes
    if np.isnan(question.study.easting).all() or radius == 0:
        return cannot("", "no_place")
    minutes = comparison.minutes(question.study, travel=partnerships.load().travel)
    return [row for times in RADII for row in _within(question, minutes, radius * times)]


def _within(question: Question, minutes: Floats, radius: float) -> list[Row]:
    """The row of one radius."""
    at = f"{radius:g} minutes"
    near = ~question.study.joined & (minutes <= radius)
    joined = int(question.counted.sum())
    if not (near & question.pool).any():
        return [told(question.headline, at=at, schools=joined, verdict="holds", why="nobody_near")]
    found = once(question, study=question.study, pool=question.pool & ~near)
    if found is None:
        return cannot(at, "too_few_outside")
    verdict, why = _judge(found, question)
    if radius != question.definition.comparison.radius_minutes:
        verdict = "shown"
    return [told(found, at=at, schools=joined, verdict=verdict, why=why)]


def _judge(found: Estimate, question: Question) -> tuple[Verdict, str]:
    """What the effect without near schools says about the answer."""
    moved = abs(found.effect - question.headline.effect) > MOVED * question.headline.se
    if not moved or side(found.low, found.high) == question.sign:
        return "holds", ""
    turned = np.sign(found.effect) != np.sign(question.headline.effect)
    return ("fails" if turned and question.sign else "unclear"), "changes_outside"

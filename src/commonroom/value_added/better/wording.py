"""What may be said of a school beside schools alike, in one plain sentence."""

from __future__ import annotations

from typing import Any

from commonroom.panel.measures import Measure

ALIKE = "pupils in schools with similar measured context"


def say(row: dict[str, Any], measure: Measure, *, scale: float | None) -> str:
    """Return the sentence of a row of `find`: about pupils, with its probability and its range.

    The range is in the measure's unit and sign where `scale` (units in one sd) is given, else in
    standard deviations of schools. It never says that a school is better. METHODS.md section 6.
    """
    ends = sorted(end * (scale or 1.0) * turn(measure) for end in (row["low"], row["high"]))
    digits = 1 if scale and scale >= 2 else 2
    name = _unit(measure) if scale else "standard deviations"
    span = f"range {_signed(ends[0], digits)} to {_signed(ends[1], digits)} {name}"
    chance = f"probability {100 * min(row['probability'], 0.99):.0f} %"
    if row["probability"] > 0.99:
        chance = f"probability over {99} %"
    if row["claim"]:
        verb = _better(measure) if row["better"] else _less(measure)
        return f"{measure.label}: pupils here {verb} than {ALIKE} ({chance}, {span})."
    return (
        f"{measure.label}: we cannot say whether pupils here differ from {ALIKE}"
        f" ({chance} that they {'do better' if row['better'] else 'do less well'}, {span})."
    )


def turn(measure: Measure) -> float:
    """Return -1 where less of the measure is better, else 1."""
    return -1.0 if measure.direction == "lower" else 1.0


def _unit(measure: Measure) -> str:
    return "percentage points" if measure.unit == "%" else measure.unit


def _signed(value: float, digits: int) -> str:
    return f"{round(value, digits) + 0.0:+.{digits}f}".replace("-", "−")


def _better(measure: Measure) -> str:
    return "made more progress" if measure.kind == "progress" else "did better"


def _less(measure: Measure) -> str:
    return "made less progress" if measure.kind == "progress" else "did less well"

"""What a mix is matched on: the path before the start and, if asked, context, on one scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from commonroom.impact.study import Floats
from commonroom.impact.synthetic.rows import Rows


@dataclass(frozen=True)
class Scale:
    """How figures become predictors: sd of donors in a year, sd of each variable (p), context's weight."""

    path: float
    context: Floats
    weight: float


def scale(donors: Rows, *, before: int, weight: float) -> Scale:
    """Return the scale that donors set: 1 is one standard deviation of theirs within a year."""
    path = float(np.sqrt(donors.figures[:, :before].var(axis=0).mean()))
    spread = donors.context.std(axis=0)
    return Scale(path if path > 0 else 1.0, np.where(spread > 0, spread, 1.0), weight)


def predictors(rows: Rows, *, before: int, by: Scale) -> Floats:
    """Return predictors (k, before + p) of rows, so that squared distance is mean squared over the years.

    Context counts beside the path with its weight, shared out alike among its variables (the diagonal V of
    Abadie, Diamond & Hainmueller 2010, given rather than fitted).
    """
    path = rows.figures[:, :before] / (by.path * np.sqrt(before))
    if not rows.context.shape[1]:
        return np.asarray(path)
    context = rows.context / by.context * np.sqrt(by.weight / rows.context.shape[1])
    return np.column_stack([path, context])


def squared(predictors: Floats, unit: Floats) -> Floats:
    """Return the squared distance (k) of rows' predictors (k, p) from a unit's (p)."""
    return np.asarray(((predictors - unit) ** 2).sum(axis=1))


def nearest(distance: Floats, *, most: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return the places of the `most` smallest distances, in the order of rows; of equals the first."""
    return np.sort(np.argsort(distance, kind="stable")[:most])

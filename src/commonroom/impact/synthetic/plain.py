"""Plain figures as a study: areas by year, a published panel."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from commonroom.impact.study import NEVER, Floats, Study


def plain(
    names: Sequence[str],
    *,
    years: Sequence[int],
    figures: Floats,
    sizes: Floats | None = None,
    places: Floats | None = None,
) -> Study:
    """Return figures of units by year as a study, each unit standing where a school would.

    Arguments: names (n) and years (T), both in order; `figures` (n, T), NaN where unknown; `sizes` (n), by
    which units weigh within groups where that is asked; `places` (n, 2), easting and northing in metres.
    """
    number = len(names)
    where = np.full((number, 2), np.nan) if places is None else np.asarray(places, dtype=np.float64)
    return Study(
        schools=np.array(names, dtype=np.str_),
        years=np.array(years, dtype=np.int64),
        figures=np.asarray(figures, dtype=np.float64),
        start=np.full(number, NEVER, dtype=np.int64),
        cluster=np.arange(number),
        area=np.arange(number),
        pupils=np.full(number, np.nan) if sizes is None else np.asarray(sizes, dtype=np.float64),
        context=np.empty((number, 0)),
        variables=(),
        family=np.full(number, -1),
        easting=where[:, 0],
        northing=where[:, 1],
    )

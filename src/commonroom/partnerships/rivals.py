"""Rivals: schools of the same phase that recruit from the same streets."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from commonroom.families.placement import Floats
from commonroom.partnerships import definition


def radii(easting: Floats, northing: Floats, *, rule: definition.Rivals) -> Floats:
    """Return the radius of each school's catchment in km, taken as a circle.

    Arguments: places (schools of one phase, all that there are) in metres, NaN where not known. Half the
    distance to the `rule.nearest`-th nearest other school; to the farthest where there are fewer, and 0
    where there is no other. NaN where the place is not known.
    """
    places = np.column_stack([easting, northing])
    known = np.flatnonzero(~np.isnan(places).any(axis=1))
    found = np.full(len(places), np.nan)
    if known.size:
        # The nearest of all is the school itself, or one at the same place.
        others = min(rule.nearest, known.size - 1)
        far, _ = cKDTree(places[known]).query(places[known], k=[others + 1])
        found[known] = far[:, 0] / 2000.0
    return found


def overlap(km: Floats, left: Floats, right: Floats, *, rule: definition.Rivals) -> npt.NDArray[np.bool_]:
    """Return whether the catchments of pairs overlap: distance and both radii (pairs) in km.

    Where a place is not known nobody is called a rival.
    """
    return np.asarray(km < rule.overlap * (left + right), dtype=np.bool_)

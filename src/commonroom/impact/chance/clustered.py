"""Intervals from many clusters: the influence of schools added up within what was chosen as one."""

from __future__ import annotations

import numpy as np

from commonroom.impact import staggered
from commonroom.impact.chance.comparing import interval
from commonroom.impact.staggered.aggregation import Combined
from commonroom.impact.study import Estimate, Flags, Study


def cluster(combined: Combined, *, study: Study, level: float) -> tuple[Estimate, ...]:
    """Return effects with intervals from clusters.

    Arguments: effects `combined` of the `study`; the `level` of the intervals. Standard errors are those of
    the influence function added up within `study.cluster`, as elsewhere in the field. Intervals are by
    Student's t with as many degrees of freedom as clusters took part, less one: those that did not are many,
    and say little of those that did (Cameron and Miller 2015; MacKinnon and Webb 2017).
    """
    errors = staggered.spread(combined, cluster=study.cluster)
    found = []
    for column, (effect, se) in enumerate(zip(combined.effect.tolist(), errors.tolist(), strict=True)):
        number = np.unique(study.cluster[counted(combined, study, column)]).size
        found.append(
            interval(effect, se, degrees=max(number - 1.0, 1.0), level=level, of=("clusters", number))
        )
    return tuple(found)


def counted(combined: Combined, study: Study, column: int) -> Flags:
    """Return which schools that took part move an effect (n)."""
    return np.asarray(study.joined & (combined.influence[:, column] != 0))

"""What a synthetic design goes by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Options:
    """Choices of a synthetic design; the defaults are those tried out on real schools.

    `penalty`: price of a donor's own distance from the unit, beside the distance of the mix (Abadie &
    L'Hour 2021), and `ridge`: price of the sum of squared weights; both in units of the squared distance
    (mean square over the years before the start, in sd of donors), and 0 for the plain method of 2010. They
    do not touch synthetic difference-in-differences, which has its own. `context`: variables matched beside
    the path, together weighing `context_weight` (None: as foresees the last year before the start best).
    `weighted`: by cohort within a unit of several schools. `least`: years that are needed before the start.
    `donors`: the nearest in path and context that a mix is made of; `placebos`: the nearest that are looked
    at as if they had taken part. `in_time`: earlier dates that are tried. `misfit`: placebos whose mean
    squared gap before the start is more than so many times the unit's are set aside in `Synthetic.p_near`.
    `floor`: a fit better than so many times the usual (median) mean squared gap counts as that, since few
    years can be fitted too well to divide by. `level` of the intervals; `seed` of drawn groups.
    """

    penalty: float = 0.0
    ridge: float = 0.01
    context: tuple[str, ...] = ()
    context_weight: float | None = 1.0
    weighted: bool = False
    least: int = 2
    donors: int = 200
    placebos: int = 199
    in_time: int = 2
    misfit: float = 5.0
    floor: float = 0.25
    level: float = 0.95
    seed: int = 0

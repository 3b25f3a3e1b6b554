"""A study: figures of schools by year, when each joined, and what belongs together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

#: The start of a school that never joined.
NEVER = 0


@dataclass(frozen=True)
class Study:
    """Schools (n) by years (T): the numbers that every estimator reads.

    `schools` (n): identities, in order; `years` (T): calendar years with figures, earliest first, gaps where
    there are none; `figures` (n, T): the outcome in standard deviations of schools of its year, turned so
    that more is better, NaN where unknown; `start` (n): first year whose results the work could touch, NEVER
    for the others; `cluster` (n): number of what was chosen as one (a partnership, a trust); a school that
    never joined has that of its trust or area; `area` (n): number of the authority; `pupils` (n): median
    cohort, NaN where unknown; `context` (n, p): what was known before the first start, NaN where unknown,
    named by `variables`; `family` (n): number of the family, -1 for none; `easting`, `northing` (n): metres,
    NaN where unknown.
    """

    schools: npt.NDArray[np.str_]
    years: Ints
    figures: Floats
    start: Ints
    cluster: Ints
    area: Ints
    pupils: Floats
    context: Floats
    variables: tuple[str, ...]
    family: Ints
    easting: Floats
    northing: Floats

    @property
    def joined(self) -> Flags:
        """Which schools took part (n)."""
        return np.asarray(self.start != NEVER)

    @property
    def cohorts(self) -> Ints:
        """Years in which schools joined, earliest first."""
        return np.unique(self.start[self.joined])

    def base(self, start: int) -> int:
        """Place in `years` of the last year before `start`; -1 where there is none."""
        return int(np.searchsorted(self.years, start)) - 1

    def column(self, year: int) -> Floats:
        """Figures of one year (n)."""
        return self.figures[:, int(np.searchsorted(self.years, year))]


@dataclass(frozen=True)
class Adjusted:
    """What comparison found for one cohort (schools that joined in one year).

    `covariates` (n, p): the path before the start and the context, known of every school with
    `weights` above 0; `weights` (n): 1 for a school of the cohort that is used, the weight of a comparison
    school (they sum to the number of the cohort), 0 for everybody else; `names` (p) of the covariates.
    """

    covariates: Floats
    weights: Floats
    names: tuple[str, ...]


@dataclass(frozen=True)
class Cells:
    """Effects by cohort and year (k cells), with how each school moves them.

    `cohort`, `year`, `effect`, `joiners`, `others` (k): the year joined, the year of the outcome, the effect
    in sd of schools, and how many schools on each side; `influence` (n, k): influence function, so that the
    variance of a sum of cells is that of the mean of its column, `sqrt(sum(cluster sums^2)) / n`;
    `residuals` (n, k): change of each school since the base year less what the comparison foresees, NaN
    where not used. Cells before the start (year < cohort) are pre-trends. `methods` (k): how each was made
    (dr, reg, ipw, or means where comparison schools were too few to regress on).
    """

    cohort: Ints
    year: Ints
    effect: Floats
    joiners: Ints
    others: Ints
    influence: Floats
    residuals: Floats
    methods: tuple[str, ...] = ()


@dataclass(frozen=True)
class Estimate:
    """One number with its uncertainty, in sd of schools.

    `low` and `high` are the interval at the level asked, `p` the two-sided p value, `inference` says where
    they come from (clusters, comparison, permutation, wild), `clusters` how many were chosen as one.
    """

    effect: float
    se: float
    low: float
    high: float
    p: float
    inference: str
    clusters: int

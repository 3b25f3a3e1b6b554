"""How much of a school's residual does not last, where a measure has two years only."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.optimize import nnls

from commonroom.panel import Measure
from commonroom.tables.value_added import NOISE
from commonroom.value_added import places
from commonroom.value_added.errors import NoSpread, NotEnoughYears
from commonroom.value_added.school_years import FEWEST_SCHOOLS, Floats, cohort_noise, fill_cohorts

#: Times the squares are weighted anew by what is expected of them.
ROUNDS = 3


def noise(rows: pl.DataFrame, *, measure: Measure) -> pl.DataFrame:
    """Variance of each school-year's residual that is not a lasting difference (tables.value_added.NOISE).

    Arguments: `rows` with school, year, value, expected (both in the unit of the measure) and cohort
    (pupils it is about), of the schools that are compared, in two years; the `measure`.

    Half the squared difference of a school's two residuals has the mean of what both years hold beside
    what lasts: a part the same for every school, and chance among pupils, which goes with the cohort. Both
    are fitted to the squares (least squares, neither negative, weighted by what is expected). A change of
    the school's own between the years counts as noise too, so that this is an upper bound, and what is
    left as true variance between schools is that of what lasted in both years.
    Raises NotEnoughYears or NoSpread. Method of moments (Searle, Casella and McCulloch, Variance
    Components, 1992); METHODS.md section 6.
    """
    schools = tuple(rows["school"].unique().sort())
    years = np.array(rows["year"].unique().sort(), dtype=np.int64)
    at = places.find(rows, schools, years)
    figures = at.grid(rows["value"])
    residuals = figures - at.grid(rows["expected"])
    twice = ~np.isnan(residuals).any(axis=1)
    if len(years) != 2 or twice.sum() < FEWEST_SCHOOLS:
        raise NotEnoughYears(
            f"{measure.label} has {len(years)} years and {twice.sum()} schools with two of them; "
            f"two years and {FEWEST_SCHOOLS} such schools are needed.",
            remedy="Add an earlier year, or more schools.",
        )
    spreads = np.nanstd(figures, axis=0, ddof=1)
    if not (spreads > 0).all():
        raise NoSpread(
            f"every school has the same {measure.label} in {years[np.argmin(spreads)]}.",
            remedy="Leave that year out, or check the file it came from.",
        )
    cohorts, _ = fill_cohorts(at.grid(rows["cohort"]), ~np.isnan(figures))
    chance = cohort_noise(measure, figures, cohorts, spreads)
    apart = np.diff(residuals[twice] / spreads, axis=1)[:, 0]
    own, multiplier = _split(apart**2 / 2, chance[twice].mean(axis=1))
    known, times = np.nonzero(~np.isnan(residuals))
    frame = pl.DataFrame(
        {
            "school": pl.Series(schools)[known],
            "year": years[times],
            "variance": own + multiplier * chance[known, times],
            "spread": spreads[times],
        }
    )
    return NOISE.check(frame.sort("school", "year"))


def _split(squares: Floats, chance: Floats) -> tuple[float, float]:
    """The part of the squares (J) that is the same for all, and the multiplier of `chance` (J)."""
    design = np.column_stack([np.ones_like(chance), chance])
    expected = np.full_like(squares, squares.mean())
    found = np.zeros(2)
    for _ in range(ROUNDS):
        weight = 1 / np.maximum(expected, 1e-3 * max(float(squares.mean()), 1e-12))
        found = nnls(design * weight[:, None], squares * weight)[0]
        expected = design @ found
    return float(found[0]), float(found[1])

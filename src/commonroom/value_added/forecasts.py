"""What to expect of a year before looking: a forecast with an interval for every school."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import t as student

from commonroom.panel import Measure
from commonroom.tables import value_added as tables
from commonroom.value_added import joint, regressions, scores, series
from commonroom.value_added.joint import Process
from commonroom.value_added.school_years import Floats
from commonroom.value_added.series import DISADVANTAGED, MEASURE, PRIOR, Series

#: Fewest earlier errors from which the spread of a forecast is learnt.
FEWEST_ERRORS = 30
#: How much a forecast from few years leans on the regression (two forecasts that err differently err
#: less together: Bates & Granger 1969); chosen without the held-out authorities.
LEANING = 0.3
#: Tail of the forecasts of newcomers: too few came before for it to be learnt, so it is a heavy one.
NEWCOMERS_FREEDOM = 4.0
#: Without enough earlier newcomers their errors are taken to be so many times as wide as the others'.
UNKNOWN_NEWCOMERS = 1.5


@dataclass(frozen=True)
class Foreseen:
    """t distributions of J schools: means, scales and degrees of freedom, in z of the year foreseen."""

    means: Floats
    scales: Floats
    freedom: Floats


def forecast(
    outcomes: pl.DataFrame, context: pl.DataFrame, *, schools: pl.DataFrame, measure: Measure, year: int
) -> pl.DataFrame:
    """What is expected of each school in `year` from what was known before its results.

    Arguments: `outcomes`, `context` and `schools` (tables.panel) of schools compared with each other,
    the `measure`, and the `year`. Results of that year and later are not read; of context, what was
    published of that year's own pupils is. The frame (tables.value_added.FORECASTS) is in standard
    deviations within the year foreseen. METHODS.md section 4; docs/explanation on forecasts.
    """
    known = series.gather(outcomes, context, schools=schools, measure=measure, year=year)
    found = foresee(known)
    reach80, reach95 = (found.scales * student.ppf(0.5 + share / 2, found.freedom) for share in (0.8, 0.95))
    frame = pl.DataFrame(
        {
            "school": known.schools,
            "history": known.history,
            "mean": found.means,
            "scale": found.scales,
            "freedom": found.freedom,
            "low80": found.means - reach80,
            "high80": found.means + reach80,
            "low95": found.means - reach95,
            "high95": found.means + reach95,
        }
    ).with_columns(
        phase=pl.lit(measure.phase), measure=pl.lit(measure.name), year=pl.lit(year, dtype=pl.Int32)
    )
    return tables.FORECASTS.check(frame.sort("school"))


def foresee(known: Series) -> Foreseen:
    """Fit the joint process, expect the last column, and widen by the errors made on earlier years.

    Spread and tail are learnt from the latest past year, foreseen from the years before it; those of
    schools without history, from the schools that were new in each past year.
    """
    process = joint.fit(known)
    column = len(known.names) - 1
    means, variances = process.expect(known.values, known.noise, column)
    new = known.history == 0
    regressed = None if joint.trend_is_allowed(known.past) else regressions.foresee(known)
    if regressed is not None:
        means = np.where(new, means, (1 - LEANING) * means + LEANING * regressed.means)
    usual = scores.scale_and_freedom(_errors(known, process, known.past[-1], new=False))
    arrivals = np.concatenate([_errors(known, process, year, new=True) for year in known.past[1:]])
    wide = UNKNOWN_NEWCOMERS * usual[0]
    if len(arrivals) >= FEWEST_ERRORS:
        wide = scores.scale_at(arrivals, NEWCOMERS_FREEDOM)
    scale = np.where(new, wide, usual[0])
    return Foreseen(means, np.sqrt(variances) * scale, np.where(new, NEWCOMERS_FREEDOM, usual[1]))


def _errors(known: Series, process: Process, year: int, *, new: bool) -> Floats:
    """Standardised errors of a past year foreseen from what was known before it."""
    years, names = known.years, np.array(known.names)
    own = np.isin(names, (PRIOR, DISADVANTAGED))
    later = (years > year) | ((years == year) & ~own)
    column = known.column(MEASURE, year)
    earlier = np.flatnonzero((names == MEASURE) & (years < year))
    seen = np.isfinite(known.values[:, earlier]).any(axis=1)
    asked = np.isfinite(known.values[:, column]) & (seen != new)
    values = np.where(later[None, :], np.nan, known.values[asked])
    means, variances = process.expect(values, known.noise[asked], column)
    return np.asarray((known.values[asked, column] - means) / np.sqrt(variances))

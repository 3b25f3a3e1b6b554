"""The honest test: a year left out, foreseen with an interval before looking, by every model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from commonroom.panel import Measure
from commonroom.tables import value_added as tables
from commonroom.value_added import forecasts, regressions, scores, series
from commonroom.value_added.forecasts import Foreseen
from commonroom.value_added.school_years import FEWEST_SCHOOLS, Floats
from commonroom.value_added.series import MEASURE, Series

OURS = "ours"
#: Authorities whose code modulo 5 is 2 never choose a model (METHODS.md section 4).
HELD_OUT_MODULUS, HELD_OUT_REST = 5, 2
FOLDS = 5
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class _Case:
    """One left-out year: what was known, what came, and where each school is."""

    known: Series
    came: Floats
    authorities: NDArray[np.str_]


def left_out_year(
    outcomes: pl.DataFrame,
    context: pl.DataFrame,
    *,
    schools: pl.DataFrame,
    measure: Measure,
    cases: Sequence[tuple[int, int]] | None = None,
) -> pl.DataFrame:
    """How well years left out were foreseen, by simple models and by ours, with authorities apart.

    Arguments: frames of tables.panel, the `measure`, and `cases`: pairs of the year left out and the
    latest year of results used (default: each year with two earlier ones, from the year before it).
    Ours and the regression must know coefficients and spread before; the others are given the spread
    of their own errors in hindsight, and the regression in hindsight its coefficients too.
    Returns tables.value_added.LEFT_OUT_YEARS. METHODS.md section 4.
    """
    chosen = cases if cases is not None else _cases(outcomes, measure)
    mine, beside = (series.compared(frame, schools, measure) for frame in (outcomes, context))
    rows: list[pl.DataFrame] = []
    for year, latest in chosen:
        case = _case(mine, beside, schools, measure, (year, latest))
        rows.append(_scored(case, latest))
    frame = pl.concat(rows) if rows else pl.DataFrame(schema=tables.LEFT_OUT_YEARS.schema)
    named = frame.with_columns(phase=pl.lit(measure.phase), measure=pl.lit(measure.name))
    return tables.LEFT_OUT_YEARS.check(named)


def _cases(outcomes: pl.DataFrame, measure: Measure) -> list[tuple[int, int]]:
    rows = outcomes.filter(
        (pl.col("measure") == measure.name) & (pl.col("phase") == measure.phase) & pl.col("value").is_finite()
    )
    years = rows.group_by("year").len().filter(pl.col("len") >= FEWEST_SCHOOLS)["year"].sort().to_list()
    return [(year, years[place - 1]) for place, year in enumerate(years) if place >= 2]


def _case(
    outcomes: pl.DataFrame,
    context: pl.DataFrame,
    schools: pl.DataFrame,
    measure: Measure,
    years: tuple[int, int],
) -> _Case:
    year, latest = years
    # Between the latest year used and the year left out nothing but cohorts is kept.
    hidden = pl.when(pl.col("year") <= latest).then(pl.col("value")).alias("value")
    known = series.gather(outcomes.with_columns(hidden), context, schools=schools, measure=measure, year=year)
    came = series.of_year(outcomes, measure, known.schools, year)
    codes = dict(schools.select("school", pl.col("authority_code").fill_null("")).iter_rows())
    return _Case(known, came, np.array([codes.get(school, "") for school in known.schools]))


def _scored(case: _Case, latest: int) -> pl.DataFrame:
    """Rows of one left-out year."""
    known, came = case.known, case.came
    there = np.isfinite(came)
    recent = there & np.isfinite(known.values[:, known.column(MEASURE, latest)])
    past = known.values[:, [known.column(MEASURE, year) for year in known.past]]
    held = np.array([_held_out(code) for code in case.authorities])
    found = {OURS: forecasts.foresee(known)}
    ones = np.ones(len(came))
    regressed = regressions.foresee(known)
    for model, means in _simple(case, recent).items():
        spread = float(np.sqrt(np.mean((came - means)[recent] ** 2)))
        found[model] = Foreseen(means, spread * ones, scores.NORMAL * ones)
    if regressed is not None:
        found["regression"] = Foreseen(regressed.means, regressed.spread * ones, scores.NORMAL * ones)
    parts = {
        "all": recent,
        "choosing": recent & ~held,
        "held-out": recent & held,
        "complete history": there & np.isfinite(past).all(axis=1),
        "without history": there & (known.history == 0),
    }
    judged = {model: _judge(came, one) for model, one in found.items()}
    _, places = np.unique(case.authorities, return_inverse=True)
    rows = [
        (int(known.years[-1]), latest, name, model, *_row(judged[model], judged[OURS], part, places))
        for name, part in parts.items()
        if part.sum() > 1
        for model in found
        if name != "without history" or model == OURS
    ]
    names = [column for column in tables.LEFT_OUT_YEARS.schema if column not in ("phase", "measure")]
    return pl.DataFrame(rows, schema=names, orient="row")


def _held_out(code: str) -> bool:
    return code.isdigit() and int(code) % HELD_OUT_MODULUS == HELD_OUT_REST


@dataclass(frozen=True)
class _Judged:
    """CRPS (J) of one model, and whether its intervals held the figures (3, J)."""

    crps: Floats
    inside: Flags


def _judge(came: Floats, one: Foreseen) -> _Judged:
    """One model beside all that came."""
    inside = [scores.covered(came, one.means, one.scales, one.freedom, share) for share in (0.5, 0.8, 0.95)]
    return _Judged(scores.crps(came, one.means, one.scales, one.freedom), np.array(inside))


def _row(one: _Judged, ours: _Judged, part: Flags, places: NDArray[np.intp]) -> tuple[float | int, ...]:
    """Schools, CRPS, three coverages, and the difference from ours with its interval."""
    less = (ours.crps - one.crps)[part]
    inside = one.inside[:, part].mean(axis=1)
    difference = scores.difference(less, places[part])
    return int(part.sum()), float(one.crps[part].mean()), *(float(share) for share in inside), *difference


def _simple(case: _Case, recent: Flags) -> dict[str, Floats]:
    """Means (J) of the models that ours is measured against, where they can be had."""
    known = case.known
    past = known.values[:, [known.column(MEASURE, year) for year in known.past]]
    found = {
        "last value": _last(past),
        "mean of three": _mean(past[:, -3:]),
        "shrunk to context": _shrunk(known),
    }
    found["regression in hindsight"] = _in_hindsight(regressions.use(known), case, recent)
    return found


def _last(past: Floats) -> Floats:
    """The latest value (J), the mean of the year (0) where there is none."""
    filled = np.zeros(len(past))
    for column in past.T:
        filled = np.where(np.isfinite(column), column, filled)
    return filled


def _mean(past: Floats) -> Floats:
    return np.asarray(np.nansum(past, axis=1) / np.maximum(np.isfinite(past).sum(axis=1), 1))


def _shrunk(known: Series) -> Floats:
    """Context, and the mean past residual shrunk to it by as much as schools' years disagree."""
    columns = [known.column(MEASURE, year) for year in known.past]
    figures = known.values[:, columns]
    designs = [regressions.beside(known, year) for year in known.past]
    seen = np.isfinite(figures)
    stacked = np.concatenate([design[seen[:, i]] for i, design in enumerate(designs)])
    effects = regressions.least_squares(
        stacked, np.concatenate([figures[seen[:, i], i] for i in range(len(columns))])
    )
    residuals = figures - np.column_stack([design @ effects for design in designs])
    count = np.maximum(seen.sum(axis=1), 1)
    mean = np.nansum(residuals, axis=1) / count
    within = np.nansum((residuals - mean[:, None]) ** 2) / max(float((count - 1).sum()), 1.0)
    between = max(float(np.var(mean[count > 1])) - within / float(np.mean(count[count > 1])), 1e-6)
    return np.asarray(
        regressions.beside(known, int(known.years[-1])) @ effects + mean * count / (count + within / between)
    )


def _in_hindsight(use: Floats, case: _Case, recent: Flags) -> Floats:
    """The regression learnt on the very year left out, in other authorities: not to be had beforehand."""
    _, place = np.unique(case.authorities, return_inverse=True)
    means = np.zeros(len(use))
    for fold in range(FOLDS):
        out = place % FOLDS == fold
        means[out] = use[out] @ regressions.least_squares(use[recent & ~out], case.came[recent & ~out])
    return means

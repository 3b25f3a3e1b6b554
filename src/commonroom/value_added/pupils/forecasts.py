"""The honest check of several years: the last one foreseen from those before, and scored."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
import polars as pl

from commonroom.tables.sums import Sums
from commonroom.value_added.pupils import effects, years
from commonroom.value_added.pupils.blocks import Blocks, Floats
from commonroom.value_added.pupils.model import Model, NotEnoughPupils, NotThisModel
from commonroom.value_added.pupils.quantiles import student
from commonroom.value_added.pupils.years import Years

#: Fewest schools with pupils in the last year and before, for a score that says anything.
FEWEST = 10


@dataclass(frozen=True)
class Forecast:
    """The last year foreseen, school by school, and how well.

    `schools`: school, pupils (of the last year), forecast and its sd, observed (the mean of what intake
    does not explain, less the year's own level), low95 and high95 of what was to be observed, and
    shrunken_last, the school's most recent earlier year alone, shrunk. `scores`, one row: schools,
    coverage (of the 95 % interval), correlation and rmse of the forecast, correlation_last and rmse_last of
    the shrunken last year, rmse_none of forecasting no difference, and noise, the rmse that the cohort's
    own chance alone makes. Correlations and errors are weighted by pupils. `found`: the fit before.
    """

    schools: pl.DataFrame
    scores: pl.DataFrame
    year: int
    found: Years


def forecast(sums: Sums, model: Model, covariates: pl.DataFrame | None = None) -> Forecast:
    """Foresee every school's effect in the last year from earlier years only, then look and score.

    Fixed effects and variances are those of the earlier years too. The level of the last year cannot be
    foreseen; it is taken off both. Only schools with pupils in both are scored. METHODS.md section 5
    (leave-year-out); Chetty, Friedman & Rockoff 2014. Raises NotThisModel under three years,
    NotEnoughPupils under ten schools.
    """
    parts = years.by_year(sums, model, covariates)
    if len(parts) < 3:
        raise NotThisModel(
            f"the sums have {len(parts)} years; leaving the last one out takes at least three.",
            remedy="Sum more years.",
        )
    *before, last = parts
    found = years.estimate({year: parts[year] for year in before}, reml=model.reml, terms=(last,))
    part = parts[last]
    both = (part.pupils > 0) & (found.pupils.sum(axis=1) > 0)
    if both.sum() < FEWEST:
        raise NotEnoughPupils(
            f"{both.sum()} schools have pupils both in {last} and before; at least {FEWEST} are needed.",
            remedy="Check that schools keep their identifier from year to year.",
        )
    own = effects.schools(found.spread, draws=2).filter(pl.col("term") == f"year {last}")
    mean, sd = own["effect"].to_numpy()[both], own["sd"].to_numpy()[both]
    weight = part.A[both, 0, 0]
    noise = found.fit.at.s2 / weight
    seen = _left(found, part, last)[both] / weight
    level = np.average(seen - mean, weights=1 / (sd**2 + noise))
    reach = student(0.975, inf) * np.sqrt(sd**2 + noise)
    frame = pl.DataFrame(
        {
            "school": np.array(part.schools)[both].tolist(),
            "pupils": part.pupils[both],
            "forecast": mean,
            "sd": sd,
            "observed": seen - level,
            "low95": mean - reach,
            "high95": mean + reach,
            "shrunken_last": _shrunken(found, {year: parts[year] for year in before})[both],
        }
    )
    return Forecast(frame, _scores(frame, weight, noise), last, found)


def _left(found: Years, part: Blocks, year: int) -> Floats:
    """The sum (J,) of what the fixed effects found before do not explain of one year's outcomes.

    The effect of a year that was not there before is 0.
    """
    known = dict(zip(found.fit.blocks.columns, found.fit.at.b.tolist(), strict=True))
    b = np.array([known.get(name, 0.0) for name in part.columns])
    level = known.get(f"year {year}", 0.0)
    return np.asarray(part.c[:, 0] - part.C[:, 0] @ b - level * part.A[:, 0, 0])


def _shrunken(found: Years, parts: dict[int, Blocks]) -> Floats:
    """The most recent earlier year of each school alone (J,), shrunk by its own reliability; 0 without."""
    at = found.fit.at
    between = found.structure.persistent + found.structure.drift
    value = np.zeros(len(at.e))
    for year, part in parts.items():
        weight = part.A[:, 0, 0]
        shrunk = _left(found, part, year) * between / (1 + weight * between)
        value = np.where(weight > 0, shrunk, value)
    return value


def _scores(frame: pl.DataFrame, weight: Floats, noise: Floats) -> pl.DataFrame:
    """One row: how often the interval held, and how near the forecasts came."""
    seen, mean, last = (frame[name].to_numpy() for name in ("observed", "forecast", "shrunken_last"))
    inside = (seen >= frame["low95"].to_numpy()) & (seen <= frame["high95"].to_numpy())
    row: dict[str, float | int | None] = {
        "schools": frame.height,
        "coverage": float(inside.mean()),
        "correlation": _correlation(mean, seen, weight),
        "rmse": _rmse(mean - seen, weight),
        "correlation_last": _correlation(last, seen, weight),
        "rmse_last": _rmse(last - seen, weight),
        "rmse_none": _rmse(seen, weight),
        "noise": float(np.sqrt(np.average(noise, weights=weight))),
    }
    return pl.DataFrame([row])


def _correlation(first: Floats, second: Floats, weight: Floats) -> float | None:
    """The weighted correlation; None where one of them is the same for all schools."""
    both = np.cov(first, second, aweights=weight)
    size = float(np.sqrt(both[0, 0] * both[1, 1]))
    return float(both[0, 1]) / size if size > 0 else None


def _rmse(error: Floats, weight: Floats) -> float:
    return float(np.sqrt(np.average(error**2, weights=weight)))

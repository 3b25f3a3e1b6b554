"""What each school adds on one measure: level, change, and how sure both are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import norm

from commonroom.errors import SaidToPeople
from commonroom.panel import Measure
from commonroom.tables import value_added as tables
from commonroom.value_added import fitting, likelihood, posterior, school_years
from commonroom.value_added.fitting import Fit
from commonroom.value_added.school_years import Floats, SchoolYears

#: Change is counted from the latest year with results that is at least this far back.
SHORTEST_SPAN = 2
MEANINGS = {
    "level": "variance of schools' own levels that drift (squared z)",
    "persistence": "share of the drifting level that is left a year later",
    "shock": "variance of one year only, beyond cohort noise (squared z)",
    "noise": "multiplier of the noise of a cohort",
    "intercept": "root of the variance of a lasting own level in the middle year (z)",
    "tilt": "how the own trend goes with the lasting own level (z in five years)",
    "slope": "root of the variance of the own trend beyond that (z in five years)",
}


@dataclass(frozen=True)
class Estimate:
    """Frames of one measure (tables.value_added): schools, components, coefficients, sentences, noise."""

    schools: pl.DataFrame
    components: pl.DataFrame
    coefficients: pl.DataFrame
    sentences: pl.DataFrame
    noise: pl.DataFrame

    @property
    def sentence(self) -> str:
        """What the measure tells and what it cannot know, in plain words."""
        return str(self.sentences["sentence"][0])


def estimate(
    outcomes: pl.DataFrame,
    context: pl.DataFrame,
    *,
    measure: Measure,
    span: tuple[int, int] | None = None,
    phase: str | None = None,
) -> Estimate:
    """Each school's own level and change on one measure, from its school-years, with intervals.

    Arguments: `outcomes` and `context` (tables.panel) of the schools that are compared with each
    other; the `measure`; `span`, the two years between which change is counted (default: the latest
    year, and the latest at least two years before it); `phase`, when the measure has both.
    Figures are in standard deviations within year and in the measure's unit; where lower is better
    nothing is turned round. Raises NotThisMeasure, NotEnoughYears, NoSpread. METHODS.md section 4.
    """
    if phase is None and measure.phase == "both":
        raise SaidToPeople(f"{measure.label} has two phases.", remedy="Say primary or secondary.")
    named = phase or measure.phase
    panel = school_years.arrange(outcomes, context, measure=measure, phase=named)
    fitted = fitting.choose(panel)
    years = _span(panel, span)
    key = [pl.lit(named).alias("phase"), pl.lit(measure.name).alias("measure")]
    schools = _schools(fitted, years).with_columns(key)
    sentence = _sentence(fitted, measure, schools, years)
    return Estimate(
        tables.SCHOOLS.check(schools),
        tables.COMPONENTS.check(_components(fitted, measure).with_columns(key)),
        tables.COEFFICIENTS.check(_coefficients(fitted).with_columns(key)),
        tables.SENTENCES.check(pl.DataFrame({"sentence": [sentence]}).with_columns(key)),
        _noise(fitted),
    )


def _noise(fitted: Fit) -> pl.DataFrame:
    """The variance of the cohort noise of each school-year: a share's is binomial times the multiplier,
    a score's inversely proportional to its cohort."""
    panel = fitted.panel
    places, times = np.nonzero(panel.seen)
    frame = pl.DataFrame(
        {
            "school": pl.Series(panel.schools)[places],
            "year": panel.years[times],
            "variance": fitted.components.noise * panel.noise[places, times],
            "spread": panel.spreads[times],
        }
    )
    return tables.NOISE.check(frame.sort("school", "year"))


def _span(panel: SchoolYears, span: tuple[int, int] | None) -> tuple[int, int]:
    first, last = int(panel.years[0]), int(panel.years[-1])
    if span is None:
        earlier = [int(year) for year in panel.years if year <= last - SHORTEST_SPAN]
        return (earlier[-1] if earlier else first), last
    if not (first <= span[0] < span[1] <= last) or span[1] not in panel.years:
        raise SaidToPeople(
            f"change from {span[0]} to {span[1]} cannot be counted.",
            remedy=f"Give two years from {first} to {last}, the second one with results.",
        )
    return span


def _schools(fitted: Fit, years: tuple[int, int]) -> pl.DataFrame:
    """One row per school with the three quantities."""
    panel = fitted.panel
    found = posterior.own_level(fitted, np.array(years))
    time = int(np.searchsorted(panel.years, years[1]))
    spread, mean = float(panel.spreads[time]), float(panel.means[time])
    attainment, deviation = found.means[:, 1], np.sqrt(found.covariances[:, 1, 1])
    improvement, uncertain = posterior.change(found)
    level, level_sd = posterior.with_context(fitted, found, time)
    latest = panel.seen.shape[1] - 1 - panel.seen[:, ::-1].argmax(axis=1)
    prior = likelihood.covariance(fitted.components, np.array(years), panel.years)
    prior_change = float(prior[0, 0] + prior[1, 1] - 2 * prior[0, 1])
    factor = found.priors[:, 1] / prior[1, 1]
    return pl.DataFrame(
        {
            "school": panel.schools,
            "from_year": np.full(len(panel.schools), years[0]),
            "year": np.full(len(panel.schools), years[1]),
            "last_seen": panel.years[latest],
            "history": panel.seen.sum(axis=1),
            "cohort": panel.cohorts[np.arange(len(panel.schools)), latest],
            **_quantity("attainment", attainment, deviation, (0.0, spread)),
            **_quantity("level", level, level_sd, (mean, spread)),
            **_quantity("improvement", improvement, uncertain, (0.0, spread)),
            "attainment_improvement_correlation": posterior.together(found),
            "attainment_reliability": _reliability(deviation, found.priors[:, 1]),
            "improvement_reliability": _reliability(uncertain, prior_change * factor),
        }
    ).sort("school")


def _quantity(name: str, mean: Floats, deviation: Floats, unit: tuple[float, float]) -> dict[str, Floats]:
    """Columns of one quantity: z, intervals, and the measure's unit (origin, size of one z)."""
    columns = {name: mean, f"{name}_sd": deviation}
    for percent in (80, 95):
        reach = float(norm.ppf(0.5 + percent / 200)) * deviation
        columns[f"{name}_low{percent}"] = mean - reach
        columns[f"{name}_high{percent}"] = mean + reach
    origin, size = unit
    return {**columns, f"{name}_unit": origin + size * mean, f"{name}_unit_sd": size * deviation}


def _reliability(deviation: Floats, prior: Floats) -> Floats:
    return np.asarray(np.clip(1 - deviation**2 / np.maximum(prior, 1e-12), 0, 1))


def _components(fitted: Fit, measure: Measure) -> pl.DataFrame:
    """One row per component with its interval and note."""
    vector = likelihood.to_vector(fitted.components, likelihood.NAMES)
    rows = []
    for index, name in enumerate(likelihood.NAMES):
        low = high = None
        note = "not estimated"
        value = _fixed(fitted, name)
        if name in fitted.free:
            place = fitted.free.index(name)
            reach = 1.96 * float(np.sqrt(fitted.covariance[place, place]))
            low, high = (_natural(name, vector[index] + sign * reach) for sign in (-1, 1))
            note = ""
        if low is not None and low == high:
            value, low, high = round(value, 3), None, None
            note = "not detectable: at the edge of what it can be"
        if name in ("shock", "noise") and fitted.separability < fitting.NOT_SEPARABLE:
            note = f"shock and noise cannot be told apart (correlation {fitted.separability:.2f})"
        rows.append((name, value, low, high, _meaning(name, measure, fitted), note))
    names = ["component", "value", "low95", "high95", "meaning", "note"]
    return pl.DataFrame(rows, schema=names, orient="row")


def _natural(name: str, at: float) -> float:
    if name == "persistence":
        return float(1 / (1 + np.exp(-at)))
    return float(np.exp(at)) if name in ("level", "shock", "noise") else float(at)


def _fixed(fitted: Fit, name: str) -> float:
    trend = dict(zip(likelihood.NAMES[4:], fitted.components.trend, strict=True))
    return float(trend[name] if name in trend else getattr(fitted.components, name))


def _meaning(name: str, measure: Measure, fitted: Fit) -> str:
    if name != "noise":
        return MEANINGS[name]
    if measure.kind == "share":
        return "multiplier of the binomial variance of a cohort's share"
    panel = fitted.panel
    pupil = np.sqrt(fitted.components.noise * panel.typical_cohort) * panel.spreads[-1]
    return (
        f"variance of cohort noise at {panel.typical_cohort:.0f} pupils (squared z); "
        f"as if pupils differed by {pupil:.3g} {measure.unit} (one standard deviation)"
    )


def _coefficients(fitted: Fit) -> pl.DataFrame:
    effect, error = fitted.at.effects, np.sqrt(np.diag(fitted.effects_covariance))
    return pl.DataFrame(
        {
            "variable": fitted.panel.columns,
            "effect": effect,
            "se": error,
            "low95": effect - 1.96 * error,
            "high95": effect + 1.96 * error,
        }
    )


def _sentence(fitted: Fit, measure: Measure, schools: pl.DataFrame, years: tuple[int, int]) -> str:
    """What the measure tells and what it cannot know."""
    panel = fitted.panel
    level = float(np.median(schools["attainment_reliability"].to_numpy()))
    turned = float(np.median(schools["improvement_reliability"].to_numpy()))
    clear = float(
        ((schools["improvement_low80"] > 0) | (schools["improvement_high80"] < 0)).to_numpy().mean()
    )
    told = any(not name.startswith("year") for name in panel.columns)
    beyond = "what its pupils brought beyond the context measured here" if told else "who its pupils are"
    # Not a number: one of the two was not estimated, or is at its edge.
    apart = not fitted.separability >= fitting.NOT_SEPARABLE
    mixed = ", nor whether an odd year was chance among pupils or something the school did" if apart else ""
    return (
        f"{measure.label}, {panel.years[0]} to {panel.years[-1]}, {len(panel.schools):,} schools: "
        f"a school's level is known with reliability {level:.2f}, its change from {years[0]} to {years[1]} "
        f"with {turned:.2f} (clear of zero at 80 % for {100 * clear:.0f} % of schools); "
        f"it cannot know {beyond}{mixed}, and it says nothing of causes."
    )

"""One measure as arrays: schools by years, standardised within year, with noise and context."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from commonroom.panel import Measure
from commonroom.value_added import contexts, layouts, places
from commonroom.value_added.errors import NoSpread, NotEnoughYears, NotThisMeasure

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

#: Fewest years of a measure, and fewest schools with two years of it, that are modelled.
FEWEST_YEARS, FEWEST_SCHOOLS = 3, 30


@dataclass(frozen=True)
class SchoolYears:
    """A measure of J schools in T years; gaps hold 0 (figures, design) or 1 (noise).

    `figures` (J, T) in standard deviations within the year, `seen` (J, T), `noise` (J, T): variance
    of the cohort noise for a multiplier of 1, `design` (J, T, p) with the names of its columns,
    `means` and `spreads` (T) in the unit of the measure, `cohorts` (J, T) in pupils, and
    `typical_cohort`, the cohort to which the noise of a score refers.
    """

    schools: tuple[str, ...]
    years: NDArray[np.int64]
    figures: Floats
    seen: Flags
    noise: Floats
    design: Floats
    columns: tuple[str, ...]
    means: Floats
    spreads: Floats
    cohorts: Floats
    typical_cohort: float

    @cached_property
    def layout(self) -> layouts.Layout:
        """The same as the likelihood reads it."""
        return layouts.lay_out(self.figures, self.seen, self.noise, self.design)

    def without_design(self, figures: Floats) -> SchoolYears:
        """The same school-years with other `figures` and no fixed effects."""
        none = np.zeros((*self.seen.shape, 0))
        return SchoolYears(
            self.schools, self.years, np.where(self.seen, figures, 0.0), self.seen, self.noise, none, (),
            self.means, self.spreads, self.cohorts, self.typical_cohort,
        )  # fmt: skip

    def every(self, step: int) -> SchoolYears:
        """Every `step`-th school, as it stands."""
        rows = slice(None, None, step)
        return replace(
            self, schools=self.schools[rows], figures=self.figures[rows], seen=self.seen[rows],
            noise=self.noise[rows], design=self.design[rows], cohorts=self.cohorts[rows],
        )  # fmt: skip


def arrange(outcomes: pl.DataFrame, context: pl.DataFrame, *, measure: Measure, phase: str) -> SchoolYears:
    """The school-years of one measure and phase as arrays, with the design of its context.

    Arguments: `outcomes` and `context` as in tables.panel; the schools to compare with each other.
    Raises NotThisMeasure, NotEnoughYears or NoSpread. METHODS.md section 4.
    """
    rows = _rows(outcomes, measure, phase)
    schools = tuple(rows["school"].unique().sort())
    years = np.array(rows["year"].unique().sort(), dtype=np.int64)
    at = places.find(rows, schools, years)
    figures = at.grid(rows["value"])
    seen = ~np.isnan(figures)
    _refuse_too_little(measure, years, seen)
    means = np.nanmean(figures, axis=0)
    spreads = np.nanstd(figures, axis=0, ddof=1)
    if not (spreads > 0).all():
        raise NoSpread(
            f"every school has the same {measure.label} in {years[np.argmin(spreads)]}.",
            remedy="Leave that year out, or check the file it came from.",
        )
    cohorts, typical = fill_cohorts(at.grid(rows["cohort"]), seen)
    standard = np.where(seen, (figures - means) / spreads, 0.0)
    noise = cohort_noise(measure, np.where(seen, figures, np.nan), cohorts, spreads)
    design, columns = contexts.design(context.filter(pl.col("phase") == phase), schools, years, seen)
    return SchoolYears(
        schools, years, standard, seen, np.where(seen, noise, 1.0), design, columns, means, spreads,
        cohorts, typical,
    )  # fmt: skip


def _rows(outcomes: pl.DataFrame, measure: Measure, phase: str) -> pl.DataFrame:
    rows = outcomes.filter(
        (pl.col("measure") == measure.name)
        & (pl.col("phase") == phase)
        & (pl.col("group") == measure.group)
        & pl.col("value").is_finite()
    )
    if rows.is_empty():
        raise NotThisMeasure(
            f"there is no figure of {measure.label} for {phase} schools.",
            remedy="Choose a measure that the panel holds, or add a source that has it.",
        )
    return rows


def _refuse_too_little(measure: Measure, years: NDArray[np.int64], seen: Flags) -> None:
    repeated = int((seen.sum(axis=1) > 1).sum())
    if len(years) < FEWEST_YEARS or repeated < FEWEST_SCHOOLS:
        raise NotEnoughYears(
            f"{measure.label} has {len(years)} years and {repeated} schools with two of them; "
            f"{FEWEST_YEARS} years and {FEWEST_SCHOOLS} such schools are needed.",
            remedy="Add earlier years, or more schools.",
        )


def fill_cohorts(published: Floats, seen: Flags) -> tuple[Floats, float]:
    """Cohorts (J, T), the school's nearest known year where one is missing, else the typical one."""
    known = np.where(published >= 1, published, np.nan)
    typical = float(np.nanmedian(known)) if np.isfinite(known).any() else 1.0
    filled = known.copy()
    years = known.shape[1]
    for distance in range(1, years):
        for step in (-distance, distance):
            shifted = np.full_like(known, np.nan)
            source = slice(max(0, step), years + min(0, step))
            target = slice(max(0, -step), years + min(0, -step))
            shifted[:, target] = known[:, source]
            filled = np.where(np.isnan(filled), shifted, filled)
    return np.where(np.isnan(filled), typical, filled), typical


def cohort_noise(measure: Measure, figures: Floats, cohorts: Floats, spreads: Floats) -> Floats:
    """Variance of cohort noise, in squared within-year standard deviations, for a multiplier of 1."""
    if measure.kind != "share":
        known = np.where(np.isnan(figures), np.nan, cohorts)
        return np.asarray(np.nanmedian(known) / cohorts)
    share = np.clip(figures / 100, 0, 1)
    national = np.nanmean(share, axis=0)
    relative = np.nanmean(share - national, axis=1, keepdims=True)
    # A share of 0 or 100 % in a small cohort is not without noise: half towards the nation's.
    expected = np.clip(national + 0.5 * relative, 0.02, 0.98)
    return np.asarray(expected * (1 - expected) / cohorts * (100 / spreads) ** 2)

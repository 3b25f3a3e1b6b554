"""Effects by cohort and year: who stands in each cell, beside whom, and since which year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from commonroom.errors import SaidToPeople
from commonroom.impact.definition import Controls, Method
from commonroom.impact.staggered import sides
from commonroom.impact.study import NEVER, Adjusted, Cells, Flags, Floats, Ints, Study

Base: TypeAlias = Literal["varying", "universal"]
#: A covariate that varies by less than this share of its size does not vary.
FLAT = 1e-12


@dataclass(frozen=True)
class Against:
    """Who may be compared, and since when.

    `controls`: `notyet` (schools that never join, or only after the year in question) or `never`; `base` of
    the years before the start: `varying` (each since the known year before it) or `universal` (each since the
    last known year before the start, as the bounds of Rambachan & Roth need). From the start on both agree.
    """

    controls: Controls = "notyet"
    base: Base = "varying"


@dataclass(frozen=True)
class _Usable:
    """Schools (n) that a cohort may use, covariates (n, p) with a column of ones or None, weights (n)."""

    flags: Flags
    x: Floats | None
    weights: Floats


@dataclass
class _Cohort:
    """One cohort, who may stand beside it, and what was reckoned so far for sides that come again."""

    study: Study
    start: int
    against: Against
    usable: _Usable
    method: Method
    reckoned: dict[tuple[int, bytes], sides.Reckoning] = field(default_factory=dict)
    standing: dict[int, tuple[Ints, int]] = field(default_factory=dict)

    def plan(self) -> list[tuple[int, int]]:
        """Places in the years of each cell: of its year and of the year it is compared since."""
        last = self.study.base(self.start)
        if last < 0:
            return []
        varying = self.against.base == "varying"
        before = [(at, at - 1 if varying else last) for at in range(1 if varying else 0, last + varying)]
        return before + [(at, last) for at in range(last + 1, self.study.years.size)]

    def stand(self, until: int) -> tuple[Ints, int]:
        """Places of the schools of both sides in a comparison that ends in a year, and how many joined."""
        if until not in self.standing:
            start = self.study.start
            joiners = np.flatnonzero((start == self.start) & self.usable.flags)
            free = start == NEVER
            if self.against.controls == "notyet":
                free |= (start > until) & (start != self.start)
            others = np.flatnonzero(free & self.usable.flags)
            self.standing[until] = np.concatenate([joiners, others]), joiners.size
        return self.standing[until]

    def reckon(self, known: Flags, until: int) -> sides.Reckoning | None:
        """Both sides among schools that are known (n) in both years; None where one is empty."""
        rows, joiners = self.stand(until)
        here = known[rows]
        key = until, b"" if here.all() else np.packbits(here).tobytes()
        if key not in self.reckoned:
            rows, joiners = rows[here], int(here[:joiners].sum())
            if joiners in (0, rows.size):
                return None
            x = None if self.usable.x is None else self.usable.x[rows]
            two = sides.Sides(rows, joiners, x=x, weights=self.usable.weights[rows])
            near = next(reversed(self.reckoned.values())).coefficients if self.reckoned else None
            self.reckoned[key] = sides.reckon(two, method=self.method, start=near)
        return self.reckoned[key]


def estimate(
    study: Study,
    *,
    method: Method = "dr",
    controls: Controls | Against = "notyet",
    adjusted: Mapping[int, Adjusted] | None = None,
    covariates: Floats | None = None,
) -> Cells:
    """Estimate the effect of every cohort in every year (Callaway & Sant'Anna 2021).

    `method`: `dr`, `reg` or `ipw` (Sant'Anna & Zhao 2020), all alike without covariates; `controls`: who is
    compared, or an `Against` that also says since when; `adjusted` by cohort: covariates and fixed weights
    from comparison; without it every school weighs alike, with `covariates` (n, q), the same in all years,
    or none. A cohort starts from the last known year before its start. A cell uses schools known in both of its
    years and in every covariate, and one without schools on both sides is left out. `Cells.methods` says how
    each was reckoned: where chances of joining cannot be fitted, by `reg`; where comparison schools are too
    few to regress on, by `means`. Raises SaidToPeople where no cell is left.
    """
    against = controls if isinstance(controls, Against) else Against(controls)
    alike = _alike(study, covariates) if adjusted is None else None
    figures = np.ascontiguousarray(study.figures.T)
    known = np.isfinite(figures)
    found: list[tuple[int, int, sides.Reckoning, Floats]] = []
    for start in study.cohorts.tolist():
        usable = alike or (_usable(adjusted[start]) if adjusted and start in adjusted else None)
        if usable is None:
            continue
        cohort = _Cohort(study, start, against, usable, method)
        for year, since in cohort.plan():
            until = int(study.years[max(year, since)])
            reckoning = cohort.reckon(known[year] & known[since], until)
            if reckoning is not None:
                found.append((start, int(study.years[year]), reckoning, figures[year] - figures[since]))
    if not found:
        raise SaidToPeople(
            "no year has both schools that joined and schools to compare them with",
            where="impact",
            remedy="Compare with schools that had not joined yet (controls: notyet), or take a wider pool.",
        )
    return _gather(found, study.start.size)


def _gather(found: list[tuple[int, int, sides.Reckoning, Floats]], schools: int) -> Cells:
    """All cells side by side."""
    effects = np.empty(len(found))
    # Laid out cell by cell, since every cell is written, and later read, as a whole.
    influence = np.zeros((len(found), schools))
    residuals = np.full((len(found), schools), np.nan)
    for at, (_, _, reckoning, change) in enumerate(found):
        rows = reckoning.sides.rows
        effects[at], moved, left = sides.effect(reckoning, change[rows])
        influence[at, rows] = schools * moved
        residuals[at, rows] = left
    return Cells(
        cohort=np.array([start for start, _, _, _ in found], dtype=np.int64),
        year=np.array([year for _, year, _, _ in found], dtype=np.int64),
        effect=effects,
        joiners=np.array([each.sides.joiners for _, _, each, _ in found], dtype=np.int64),
        others=np.array([each.beside.size for _, _, each, _ in found], dtype=np.int64),
        influence=influence.T,
        residuals=residuals.T,
        methods=tuple(each.method for _, _, each, _ in found),
    )


def _alike(study: Study, covariates: Floats | None) -> _Usable:
    """All schools, each with the same weight."""
    weights = np.ones(study.start.size)
    if covariates is None:
        return _Usable(weights > 0, None, weights)
    flags = np.asarray(np.isfinite(covariates).all(axis=1))
    return _Usable(flags, _standardise(covariates, flags), weights)


def _usable(adjusted: Adjusted) -> _Usable:
    """The schools that comparison gave a weight."""
    flags = adjusted.weights > 0
    x = _standardise(adjusted.covariates, flags) if adjusted.covariates.shape[1] else None
    return _Usable(flags, x, adjusted.weights)


def _standardise(covariates: Floats, flags: Flags) -> Floats:
    """A column of ones and covariates of mean 0 and sd 1 among some schools (0 where nothing varies)."""
    used = covariates[flags]
    found = np.zeros((covariates.shape[0], covariates.shape[1] + 1))
    found[:, 0] = 1
    sd = used.std(axis=0)
    varies = sd > FLAT * np.abs(used).max(axis=0)
    found[np.ix_(flags, np.flatnonzero(varies) + 1)] = (used - used.mean(axis=0))[:, varies] / sd[varies]
    return found

"""Effects by cohort and year: who stands in each cell, beside whom, and since which year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np

from commonroom.errors import SaidToPeople
from commonroom.impact.definition import Controls, Method
from commonroom.impact.staggered import ground, sides
from commonroom.impact.study import Adjusted, Cells, Flags, Floats, Ints, Study

Base: TypeAlias = Literal["varying", "universal"]


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
class _Cell:
    """One row of `Cells` but for what schools add to it."""

    cohort: int
    year: int
    effect: float
    joiners: int
    others: int
    method: str


@dataclass
class _Cohort:
    """One cohort on its ground, with the pairs of sides met so far."""

    start: int
    ground: ground.Ground
    controls: Controls
    method: Method
    pairs: dict[tuple[int, bytes], sides.Reckoning | None] = field(default_factory=dict)

    def reckon(self, years: Ints, at: int, since: int, out: tuple[Floats, Floats]) -> _Cell | None:
        """The cell of two places in `years`; influence and residuals (n) go into `out`; None if empty."""
        own, until = self.ground, int(years[max(at, since)])
        runs, key = ground.stand(own, cohort=self.start, until=until, controls=self.controls)
        change = ground.change(own, at, since, runs)
        here = None if own.known else np.isfinite(change)
        met = key, b"" if here is None else np.packbits(here).tobytes()
        if met not in self.pairs:
            self.pairs[met] = self._prepare(runs, here)
        pair = self.pairs[met]
        if pair is None:
            return None
        effect, influence, left = sides.effect(pair, change if here is None else change[here])
        influence *= out[0].size
        for values, into, fill in ((influence, out[0], 0.0), (left, out[1], np.nan)):
            if here is not None:
                change[:] = fill
                change[here] = values
            ground.put(own, values if here is None else change, runs, out=into, fill=fill)
        joiners = pair.sides.joiners
        return _Cell(self.start, int(years[at]), effect, joiners, pair.sides.size - joiners, pair.method)

    def _prepare(self, runs: list[slice], here: Flags | None) -> sides.Reckoning | None:
        """Prepare a pair of sides, looking for the chances of joining from those of the pair before."""
        own = self.ground
        joined, size = runs[0].stop - runs[0].start, sum(run.stop - run.start for run in runs)
        x = None if own.x is None else ground.take(own.x, runs)
        weights = None if own.weights is None else ground.take(own.weights, runs)
        if here is not None:
            joined, size = int(here[:joined].sum()), int(here.sum())
            x, weights = x if x is None else x[:, here], weights if weights is None else weights[here]
        if joined in (0, size):
            return None
        two = sides.Sides(joined, size, x=x, weights=weights)
        before = next((each for each in reversed(self.pairs.values()) if each is not None), None)
        return sides.reckon(two, method=self.method, start=None if before is None else before.near(two))


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
    or none. A cohort starts from the last known year before its start. A cell uses schools known in both of
    its years and in every covariate, and one without schools on both sides is left out. `Cells.methods` says
    how each was reckoned: where chances of joining cannot be fitted, by `reg`; where comparison schools are
    too few to regress on, by `means`. Raises SaidToPeople where no cell is left.
    """
    against = controls if isinstance(controls, Against) else Against(controls)
    every = ground.alike(study, covariates) if adjusted is None else None
    plan = [(start, *cell) for start in study.cohorts.tolist() for cell in _plan(study, start, against.base)]
    # Laid out cell by cell, since every cell is written, and later read, as a whole.
    influence, residuals = np.empty((2, len(plan), study.start.size))
    found: list[_Cell] = []
    cohort: _Cohort | None = None
    for start, at, since in plan:
        if cohort is None or cohort.start != start:
            own = every or ground.weighted(study, (adjusted or {}).get(start))
            cohort = _Cohort(start, own, against.controls, method)
        cell = cohort.reckon(study.years, at, since, (influence[len(found)], residuals[len(found)]))
        found += [] if cell is None else [cell]
    if not found:
        raise SaidToPeople(
            "no year has both schools that joined and schools to compare them with",
            where="impact",
            remedy="Compare with schools that had not joined yet (controls: notyet), or take a wider pool.",
        )
    return Cells(
        cohort=np.array([cell.cohort for cell in found], dtype=np.int64),
        year=np.array([cell.year for cell in found], dtype=np.int64),
        effect=np.array([cell.effect for cell in found]),
        joiners=np.array([cell.joiners for cell in found], dtype=np.int64),
        others=np.array([cell.others for cell in found], dtype=np.int64),
        influence=influence[: len(found)].T,
        residuals=residuals[: len(found)].T,
        methods=tuple(cell.method for cell in found),
    )


def _plan(study: Study, start: int, base: Base) -> list[tuple[int, int]]:
    """Places in the years of each cell of a cohort: of its year and of the year it is compared since."""
    last = study.base(start)
    if last < 0:
        return []
    varying = [(at, at - 1) for at in range(1, last + 1)]
    universal = [(at, last) for at in range(last)]
    before = varying if base == "varying" else universal
    return before + [(at, last) for at in range(last + 1, study.years.size)]

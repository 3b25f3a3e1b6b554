"""Comparison schools of every cohort: matched, or the whole pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from commonroom.impact.comparison import account, metric, weighing
from commonroom.impact.comparison.account import Pairs
from commonroom.impact.comparison.assignment import Links, assign
from commonroom.impact.comparison.cohort import Cohort, gather
from commonroom.impact.definition import Comparison
from commonroom.impact.study import NEVER, Adjusted, Flags, Floats, Ints, Study


@dataclass(frozen=True)
class Matched:
    """What comparison found: `adjusted` by cohort, and frames of who, how alike and why not.

    Frames are those of tables.impact without `role`, made when they are asked for: `pairs` (COMPARISONS),
    `left_out` (LEFT_OUT), `balance` (BALANCE). `cohorts` and `chosen` are what they are made from.
    """

    adjusted: Mapping[int, Adjusted]
    study: Study
    cohorts: tuple[Cohort, ...]
    chosen: tuple[Pairs, ...]

    @cached_property
    def pairs(self) -> pl.DataFrame:
        """Who stands beside whom; empty where the whole pool does."""
        return account.pairs(self.study, self.chosen)

    @cached_property
    def left_out(self) -> pl.DataFrame:
        """Schools that took part, or are of the pool, and cannot be used, with the reason."""
        return account.left_out(self.study, self.cohorts, self.adjusted)

    @cached_property
    def balance(self) -> pl.DataFrame:
        """How alike both sides were before the start."""
        return account.balance(self.cohorts, self.adjusted)


def match(study: Study, *, pool: Flags, comparison: Comparison) -> Matched:
    """Return comparison schools of every cohort, alike in context and in the whole path before the start.

    Arguments: the `study`; `pool` (n), who may stand beside somebody (see `pool`); the rules of `comparison`.
    All cohorts are matched at once, so that no school stands beside more than `reuse` in all. A school that
    joins later was, it may be, chosen for what happened since the start, so it stands beside an earlier
    cohort only where schools that never joined are too few to give every joiner its `neighbours`; it then
    counts in years before its own start alone, and who estimates has to see to that. The weight of a
    comparison school is the sum of its shares of those it stands beside. Equal distances go to the
    school whose identity comes first. Source: METHODS.md section 9; Stuart 2010; Abadie and Imbens 2006.
    """
    order = np.argsort(study.schools, kind="stable")
    cohorts = _gathered(study, pool & (study.start == NEVER), comparison)
    never = int(_either(study, cohorts).sum())
    wanted = sum(one.joiners.size for one in cohorts) * comparison.neighbours
    if never < comparison.neighbours or never * comparison.reuse < wanted:
        cohorts = _gathered(study, pool, comparison)
    chosen = _choose(study, cohorts, order, comparison)
    adjusted = {
        one.start: Adjusted(one.covariates, _weights(study.start.size, pairs), one.names)
        for one, pairs in zip(cohorts, chosen, strict=True)
    }
    return Matched(adjusted, study, cohorts, chosen)


def whole(study: Study, *, pool: Flags, comparison: Comparison) -> Matched:
    """Return the whole pool beside every cohort, each school alike, with the same covariates as `match`.

    Arguments as of `match`. Schools that joined later stand beside an earlier cohort while they have not
    joined, where the pool has them.
    """
    cohorts = _gathered(study, pool, comparison)
    adjusted = {}
    for one in cohorts:
        weights = np.zeros(study.start.size)
        if one.others.size:
            weights[one.joiners] = 1.0
            weights[one.others] = one.joiners.size / one.others.size
        adjusted[one.start] = Adjusted(one.covariates, weights, one.names)
    return Matched(adjusted, study, cohorts, ())


def _gathered(study: Study, pool: Flags, comparison: Comparison) -> tuple[Cohort, ...]:
    """Every cohort, earliest first."""
    return tuple(
        gather(study, int(start), pool=pool, comparison=comparison) for start in study.cohorts.tolist()
    )


def _either(study: Study, cohorts: tuple[Cohort, ...]) -> Flags:
    """Which schools may stand beside some cohort (n)."""
    found = np.zeros(study.start.size, dtype=bool)
    for one in cohorts:
        found[one.others] = True
    return found


def _choose(
    study: Study, cohorts: tuple[Cohort, ...], order: Ints, comparison: Comparison
) -> tuple[Pairs, ...]:
    """The pairs of every cohort, chosen together."""
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.arange(order.size)
    others = order[_either(study, cohorts)[order]]
    joiners = [one.joiners[np.argsort(rank[one.joiners])] for one in cohorts]
    ends = [0, *np.cumsum([rows.size for rows in joiners]).tolist()]
    metrics = [metric.measure(one) for one in cohorts]
    beside = [_Beside(study, one, others, comparison) for one in zip(cohorts, metrics, strict=True)]

    def distances(begin: int, end: int) -> Floats:
        spans = [(max(begin - first, 0), max(end - first, 0)) for first in ends[:-1]]
        parts = [
            one.apart(rows[slice(*span)]) for one, rows, span in zip(beside, joiners, spans, strict=True)
        ]
        return np.concatenate(parts)

    links = assign(
        distances, size=(ends[-1], others.size), each=comparison.neighbours, reuse=comparison.reuse
    )
    return tuple(
        _pairs(one, links, (rows, others), (ends[at], metrics[at]), hold=comparison.hold)
        for at, (one, rows) in enumerate(zip(cohorts, joiners, strict=True))
    )


class _Beside:
    """Distances of one cohort's schools from all that may stand beside some cohort."""

    def __init__(
        self, study: Study, measured: tuple[Cohort, metric.Metric], others: Ints, comparison: Comparison
    ) -> None:
        cohort, found = measured
        unusable = np.ones(study.start.size, dtype=bool)
        unusable[cohort.others] = False
        self.unusable = np.flatnonzero(unusable[others])
        self.coordinates = np.hstack([np.sqrt(comparison.path_weight) * found.path, found.context])
        self.others = self.coordinates[others].T.copy()
        self.others[:, self.unusable] = 0.0
        self.squares = (self.others**2).sum(axis=0)
        self.family, self.families = study.family, study.family[others]
        self.penalty = comparison.out_of_family

    def apart(self, rows: Ints) -> Floats:
        """Squared distances (rows x others) with what is added out of the family; inf where not usable."""
        here = self.coordinates[rows]
        apart = here @ (-2.0 * self.others)
        apart += (here**2).sum(axis=1)[:, None]
        apart += self.squares
        np.maximum(apart, 0.0, out=apart)
        family = self.family[rows][:, None]
        apart += self.penalty * ((family != self.families) | (family < 0))
        apart[:, self.unusable] = np.inf
        return apart


def _pairs(
    one: Cohort, links: Links, rows: tuple[Ints, Ints], measured: tuple[int, metric.Metric], *, hold: float
) -> Pairs:
    """The pairs of one cohort, with shares."""
    joiners, others = rows
    begins, coordinates = measured
    here = (links.joiner >= begins) & (links.joiner < begins + joiners.size)
    joiner, other = joiners[links.joiner[here] - begins], others[links.other[here]]
    spread = one.covariates[one.others].std(axis=0) if one.others.size else np.zeros(len(one.names))
    share = weighing.share(joiner, other, one.covariates, spread=spread, hold=hold)
    return Pairs(joiner, other, share, coordinates)


def _weights(size: int, pairs: Pairs) -> Floats:
    """1 for a school that joined and has comparison schools; the sum of its shares for one of these."""
    weights: Floats = np.bincount(pairs.other, weights=pairs.share, minlength=size).astype(np.float64)
    weights[pairs.joiner] = 1.0
    return weights

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
        return account.pairs(self.study, self.cohorts, self.chosen)

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
    cohorts = _gathered(study, pool, comparison)
    never = _rows([one.others for one in cohorts])
    never = never[study.start[never] == NEVER]
    wanted = sum(one.joiners.size for one in cohorts) * comparison.neighbours
    if never.size >= comparison.neighbours and never.size * comparison.reuse >= wanted:
        cohorts = _gathered(study, pool & (study.start == NEVER), comparison)
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


def _rows(parts: list[Ints]) -> Ints:
    """The rows of all parts, each once."""
    return np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *parts]))


def _choose(
    study: Study, cohorts: tuple[Cohort, ...], order: Ints, comparison: Comparison
) -> tuple[Pairs, ...]:
    """The pairs of every cohort, chosen together."""
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.arange(order.size)
    others = order[np.isin(order, _rows([one.others for one in cohorts]))]
    joiners = [one.joiners[np.argsort(rank[one.joiners])] for one in cohorts]
    ends = np.cumsum([0, *(rows.size for rows in joiners)])
    metrics = [metric.measure(one) for one in cohorts]
    usable = [np.isin(others, one.others) for one in cohorts]

    def distances(begin: int, end: int) -> Floats:
        parts = []
        for at, one in enumerate(metrics):
            rows = joiners[at][max(begin - ends[at], 0) : max(end - ends[at], 0)]
            found = np.full((rows.size, others.size), np.inf)
            found[:, usable[at]] = _apart(study, one, (rows, others[usable[at]]), comparison)
            parts.append(found)
        return np.concatenate(parts)

    links = assign(
        distances, size=(int(ends[-1]), others.size), each=comparison.neighbours, reuse=comparison.reuse
    )
    return tuple(
        _pairs(one, links, (rows, others), (int(ends[at]), metrics[at]), hold=comparison.hold)
        for at, (one, rows) in enumerate(zip(cohorts, joiners, strict=True))
    )


def _apart(study: Study, one: metric.Metric, rows: tuple[Ints, Ints], comparison: Comparison) -> Floats:
    """Squared distances, with what is added out of the family."""
    here, there = rows
    apart = comparison.path_weight * metric.squared(one.path, here, there)
    apart += metric.squared(one.context, here, there)
    family = study.family[here][:, None]
    apart += comparison.out_of_family * ((family != study.family[there]) | (family < 0))
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

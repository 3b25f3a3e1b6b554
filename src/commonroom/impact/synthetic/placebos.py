"""Placebos: every donor as if it had taken part, and the unit as if it had started earlier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats

from commonroom.impact.study import Estimate, Flags, Floats, Ints
from commonroom.impact.synthetic import nearness
from commonroom.impact.synthetic.answer import Method
from commonroom.impact.synthetic.fits import Case, Fit, fit
from commonroom.impact.synthetic.ground import Ground
from commonroom.impact.synthetic.options import Options

#: Stands for an error of nothing, where all placebos are the same.
NOTHING = 1e-150


@dataclass(frozen=True)
class Space:
    """The unit's fit with its `donors` (places in the ground's), and the placebos' gaps (M, T).

    `scale`: one sd of donors within a year, in the figures' own unit.
    """

    case: Case
    fit: Fit
    donors: Ints
    gaps: Floats
    scale: float


@dataclass(frozen=True)
class Verdict:
    """What the gaps of a unit and its placebos say; `before`, `after`, `ratio`, `effects` lead with the unit.

    `rank` of the unit's ratio among all; `p_near`: the rank test of effects beside the placebos `kept` (M),
    whose misfit is not many times the unit's.
    """

    estimate: Estimate
    before: Floats
    after: Floats
    ratio: Floats
    effects: Floats
    rank: int
    p_near: float
    kept: Flags


def space(ground: Ground, *, method: Method, options: Options) -> Space:
    """Return the fit of the unit and of every placebo, each beside the donors nearest to it.

    A placebo goes through all that the unit went through; donors that share a school with it are set aside,
    and the unit itself is nobody's donor. Source: Abadie, Diamond & Hainmueller 2010, section 3.
    """
    by = nearness.scale(ground.donors, before=ground.before, weight=options.context_weight or 0.0)
    rows = (ground.unit, ground.donors, ground.placebos)
    unit, donors, beside = (nearness.predictors(each, before=ground.before, by=by) for each in rows)
    treated = len(ground.schools) if ground.alone else 1

    def look(value: Floats, own: Floats, apart: Flags) -> tuple[Case, Ints]:
        far = np.where(apart, np.inf, nearness.squared(donors, own))
        near = nearness.nearest(far, most=min(options.donors, int((~apart).sum())))
        case = Case(value, ground.donors.figures[near], donors[near] - own, ground.before, treated)
        return case, near

    case, near = look(ground.unit.figures[0], unit[0], np.zeros(len(donors), dtype=bool))
    cases = [
        look(ground.placebos.figures[row], beside[row], ground.apart[row])[0] for row in range(len(beside))
    ]
    gaps = np.array([fit(each, method=method, options=options).gap for each in cases])
    return Space(case, fit(case, method=method, options=options), near, gaps, by.path)


def judge(found: Space, *, method: Method, options: Options) -> Verdict:
    """Return the effect with its errors from placebos, and the rank test of the ratios.

    The ratio is of mean squared gaps after and before the start; the latter counts as no smaller than
    `options.floor` of the median of all, the unit's too, so that the test stays exact where units are
    exchangeable. Source: Abadie, Diamond & Hainmueller 2010, section 3.4.
    """
    gaps = np.vstack([found.fit.gap, found.gaps])
    at = found.case.before
    before, after = (gaps[:, :at] ** 2).mean(axis=1), (gaps[:, at:] ** 2).mean(axis=1)
    # Where everything fits to rounding, ratios of rounding errors would rank.
    floor = max(options.floor * float(np.median(before)), 1e-12 * found.scale**2)
    ratio = after / np.maximum(before, floor)
    effects = gaps[:, at:].mean(axis=1)
    kept = np.maximum(before[1:], floor) <= options.misfit * max(before[0], floor)
    errors = _normal if method == "sdid" else _ranked
    return Verdict(
        errors(float(effects[0]), effects[1:], options.level),
        np.sqrt(before),
        np.sqrt(after),
        ratio,
        effects,
        _rank(ratio),
        _rank(np.abs(effects[np.append(True, kept)])) / (1 + int(kept.sum())),
        kept,
    )


def _rank(sizes: Floats) -> int:
    """Return the place of the first among all, the largest first, and of equals the last."""
    return int((sizes >= sizes[0]).sum())


def _normal(effect: float, others: Floats, level: float) -> Estimate:
    """Return the effect with the placebo variance: each placebo once instead of draws.

    Source: Arkhangelsky et al. 2021, algorithm 4.
    """
    se = float(others.std())
    half = float(stats.norm.ppf(0.5 + level / 2)) * se
    p = float(2 * stats.norm.sf(abs(effect) / max(se, NOTHING)))
    return Estimate(effect, se, effect - half, effect + half, p, "comparison", 1)


def _ranked(effect: float, others: Floats, level: float) -> Estimate:
    """Return the effect with an interval as far as the share `level` of placebo effects reach.

    The interval holds the effects that the rank of |effect| among placebos would not reject; where placebos
    are too few for that level, it is Student's t with as many degrees of freedom.
    """
    se = float(np.sqrt((others**2).mean()))
    place = int(np.ceil(level * (others.size + 1) - 1e-9))
    if place <= others.size:
        half = float(np.sort(np.abs(others))[place - 1])
        p = _rank(np.abs(np.append(effect, others))) / (others.size + 1)
    else:
        spread = se * float(np.sqrt(1 + 1 / others.size))
        half = float(stats.t.ppf(0.5 + level / 2, others.size)) * spread
        p = float(2 * stats.t.sf(abs(effect) / max(spread, NOTHING), others.size))
    return Estimate(effect, se, effect - half, effect + half, p, "comparison", 1)


def in_time(ground: Ground, *, method: Method, options: Options) -> pl.DataFrame:
    """Return what would have been found at earlier dates, with figures before the true start only.

    One row for each of the last `options.in_time` dates that have the years before them that are needed.
    """
    rows = []
    for place in range(max(options.least, 2), ground.before)[-options.in_time :] if options.in_time else ():
        early = ground.earlier(int(ground.years[place]))
        verdict = judge(space(early, method=method, options=options), method=method, options=options)
        estimate = verdict.estimate
        rows.append(
            {
                "start": early.start,
                "effect": estimate.effect,
                "se": estimate.se,
                "low": estimate.low,
                "high": estimate.high,
                "p": estimate.p,
                "before": float(verdict.before[0]),
                "after": float(verdict.after[0]),
                "ratio": float(verdict.ratio[0]),
            }
        )
    figures = ("effect", "se", "low", "high", "p", "before", "after", "ratio")
    return pl.DataFrame(rows, schema={"start": pl.Int32, **dict.fromkeys(figures, pl.Float64)})


def jackknife(found: Space, schools: Floats) -> float:
    """Return the standard error by leaving out one school at a time, weights fixed; NaN for one school.

    Arguments: the fit of a unit of several schools beside single schools; the schools' figures (s, T).
    Source: Arkhangelsky et al. 2021, algorithm 3.
    """
    if len(schools) < 2:
        return float("nan")
    at, weights = found.case.before, found.fit.donors
    contrast = np.concatenate([-found.fit.years, np.full(schools.shape[1] - at, 1 / (schools.shape[1] - at))])
    own, others = schools @ contrast, found.case.others @ contrast
    mixed = weights @ others
    left = (own.sum() - own) / (own.size - 1) - mixed
    # A donor with all the weight cannot be left out: the rest has none to be scaled up.
    used = weights < 1
    without = own.mean() - (mixed - weights * others)[used] / (1 - weights[used])
    moved = np.append(left, without) - (own.mean() - mixed)
    return float(np.sqrt((moved.size - 1) / moved.size * (moved**2).sum()))

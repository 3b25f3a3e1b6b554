"""Schools lost from the figures: how many, of which side, and whether they could have made the answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from commonroom.impact.guards.question import Question, Row, Verdict, cannot, side
from commonroom.impact.guards.regression import Alike, alike
from commonroom.impact.study import Floats, Ints

#: Lost schools are taken to have changed as the lowest or the highest share of comparison schools.
TAIL = 0.05


@dataclass(frozen=True)
class _Sides:
    """Residual changes of schools with figures after the start, with weights, and shares that are lost.

    `joined`, `beside`: mean residual change of each school; `weights` of the comparison schools, sum 1;
    `lost`: share of expected figures without one, of those that took part and of comparison schools.
    """

    joined: Floats
    beside: Floats
    weights: Floats
    lost: tuple[float, float]


def look(question: Question) -> dict[str, list[Row]]:
    """Return the rows of `attrition` and `closures`, about the same schools beside each other."""
    near = alike(question, among=question.never)
    return {"attrition": attrition(question, near), "closures": closures(question, near)}


def attrition(question: Question, near: Alike) -> list[Row]:
    """Return which share of figures of each side is lost, and how far lost schools could move the answer.

    A figure is lost when a school has one in its base year but not in a year from the start on that counts.
    Comparison schools are those `near` to the schools that took part in level and fall, with figures
    afterwards or without. Two bounds (`low`, `high`, with chance): `lee`, Lee (2009): if the work makes
    schools stay or go in one direction only, the side that keeps more of its schools is trimmed of its best,
    or of its worst, until both keep the same share; `worst`: lost schools of each side would have changed
    as the lowest or highest twentieth of comparison schools (as Horowitz & Manski 2000, whose bound needs
    an outcome with ends, which sd have not). Fewer lost than `guards.left` on both sides holds; beyond that
    the bound of Lee judges, and fails where it could undo an interval that misses zero without any chance.
    """
    sides = _sides(question, near)
    if sides is None:
        return cannot("", "no_answer")
    counts = (sides.joined.size, sides.beside.size)
    few = max(sides.lost) <= question.definition.guards.left
    lee, worst = _lee(question, sides), _worst(question, sides)
    verdict: Verdict
    verdict, why = ("holds", "few_lost") if few else _judge(lee, question)
    reach = (question.headline.high - question.headline.low) / 2
    return [
        Row("joined", value=sides.lost[0], schools=counts[0], verdict=verdict, why=why),
        Row("comparison", value=sides.lost[1], schools=counts[1], verdict=verdict, why=why),
        Row("lee", None, None, lee[0] - reach, lee[1] + reach, schools=sum(counts), why="lee"),
        Row("worst", None, None, worst[0] - reach, worst[1] + reach, schools=sum(counts), why="worst"),
    ]


def _judge(lee: tuple[float, float], question: Question) -> tuple[Verdict, str]:
    """What the bound says about the answer, where more schools are lost than is usual."""
    reach = (question.headline.high - question.headline.low) / 2
    if side(lee[0] - reach, lee[1] + reach) == question.sign:
        return "holds", "bounds_hold"
    undone = question.sign != 0 and side(*lee) != question.sign
    return ("fails" if undone else "unclear"), "lost_could_undo"


def _sides(question: Question, near: Alike) -> _Sides | None:
    """Residuals and shares lost of both sides; None where nobody is left to tell."""
    study, cells = question.study, question.answer.cells
    weight = question.answer.combined["simple"].weights[:, 0]
    after = np.flatnonzero(weight > 0)
    left = _mean(cells.residuals[:, after], weight[after])
    mine = study.joined & ~np.isnan(left)
    beside = np.zeros(study.start.size)
    for cohort, adjusted in question.answer.matched.adjusted.items():
        beside += np.where(study.start == cohort, 0.0, adjusted.weights)
    others = (beside > 0) & ~study.joined & ~np.isnan(left)
    if not mine.any() or not others.any() or not near.nearest.size:
        return None
    own = np.mean(
        [_lost(question, np.array([row]), start) for row, start in _asked(near.joiners, study.start)]
    )
    starts = zip(near.nearest, study.start[near.joiners].tolist(), strict=True)
    theirs = np.mean([_lost(question, rows, start) for rows, start in starts])
    weights = beside[others] / beside[others].sum()
    return _Sides(left[mine], left[others], weights, (float(own), float(theirs)))


def _asked(rows: Ints, start: Ints) -> list[tuple[int, int]]:
    """Rows of schools that took part with their starts."""
    return list(zip(rows.tolist(), start[rows].tolist(), strict=True))


def _mean(residuals: Floats, weight: Floats) -> Floats:
    """Mean residual change of each school over the cells from the start on that it is in, NaN for none."""
    there = ~np.isnan(residuals) * weight
    total = there.sum(axis=1)
    some = total > 0
    found = np.full(total.size, np.nan)
    found[some] = (np.nan_to_num(residuals) * there).sum(axis=1)[some] / total[some]
    return found


def _lost(question: Question, rows: Ints, start: int) -> float:
    """Share of the expected figures of schools (rows) from a start on that are not there."""
    study = question.study
    counting = np.unique(question.answer.cells.year[question.answer.cells.cohort == start])
    after = np.isin(study.years, counting[counting >= start]) if counting.size else study.years >= start
    return float(np.isnan(study.figures[np.ix_(rows, np.flatnonzero(after))]).mean())


def _lee(question: Question, sides: _Sides) -> tuple[float, float]:
    """Bounds of Lee (2009) about the headline, without chance."""
    effect = question.headline.effect
    kept = [1 - share for share in sides.lost]
    if kept[0] > kept[1]:
        share = 1 - kept[1] / kept[0]
        ones = np.full(sides.joined.size, 1 / sides.joined.size)
        low, high = (_trimmed(sides.joined, ones, share, end) for end in ("top", "bottom"))
        mean = float(sides.joined.mean())
        return effect + low - mean, effect + high - mean
    share = 1 - kept[0] / kept[1] if kept[1] > 0 else 0.0
    mean = float(sides.weights @ sides.beside)
    low, high = (_trimmed(sides.beside, sides.weights, share, end) for end in ("bottom", "top"))
    return effect - (low - mean), effect - (high - mean)


def _trimmed(values: Floats, weights: Floats, share: float, end: str) -> float:
    """Weighted mean of values without a share of the weight at the top or at the bottom."""
    order = np.argsort(values if end == "bottom" else -values, kind="stable")
    held = weights[order]
    # Of the school at the edge, that part stays that is not needed to make up the share.
    cut = np.clip(share - (np.cumsum(held) - held), 0.0, held)
    left = held - cut
    return float(left @ values[order] / left.sum()) if left.sum() > 0 else float(values[order][-1])


def _worst(question: Question, sides: _Sides) -> tuple[float, float]:
    """Bounds about the headline, lost schools of both sides at the ends of comparison schools' changes."""
    order = np.argsort(sides.beside, kind="stable")
    upto = np.cumsum(sides.weights[order])
    low, high = (
        float(sides.beside[order][np.searchsorted(upto, q).clip(max=order.size - 1)])
        for q in (TAIL, 1 - TAIL)
    )
    mine, theirs = sides.lost
    centre = float(sides.weights @ sides.beside)
    effect = question.headline.effect
    # The headline stands for the schools that are left; the others are put in at either end.
    least = effect + mine * (low - centre - effect) - theirs * (high - centre)
    most = effect + mine * (high - centre - effect) - theirs * (low - centre)
    return least, most


def closures(question: Question, near: Alike) -> list[Row]:
    """Return which share of each side has no figure at all from the start on, though it had one before.

    Such a school closed, or is no longer in the figures. Comparison schools are as in `attrition`. `p` is
    that of Fisher's exact test that both sides lost the same share, which is unclear below .05.
    """
    study = question.study
    if not near.nearest.size:
        return cannot("", "no_comparison")
    mine = [_gone(question, row, start) for row, start in _asked(near.joiners, study.start)]
    beside = {
        (int(row), start)
        for rows, start in zip(near.nearest, study.start[near.joiners].tolist(), strict=True)
        for row in rows
    }
    theirs = [_gone(question, row, start) for row, start in sorted(beside)]
    table = [[sum(mine), len(mine) - sum(mine)], [sum(theirs), len(theirs) - sum(theirs)]]
    p = float(stats.fisher_exact(table).pvalue)
    differ = p < 0.05
    verdict: Verdict = "unclear" if differ else "holds"
    why = "closures_differ" if differ else ""
    return [
        Row("joined", value=float(np.mean(mine)), p=p, schools=len(mine), verdict=verdict, why=why),
        Row("comparison", value=float(np.mean(theirs)), p=p, schools=len(theirs), verdict=verdict, why=why),
    ]


def _gone(question: Question, row: int, start: int) -> bool:
    """Whether a school has no figure from a start on."""
    return bool(np.isnan(question.study.figures[row, question.study.years >= start]).all())

"""How large a later difference, which has nothing to do with the work, would undo the answer."""

from __future__ import annotations

import numpy as np

from commonroom.impact.guards import relative, smooth
from commonroom.impact.guards.earlier import Step, clustered, rescaled
from commonroom.impact.guards.question import Question, Row, Verdict, cannot
from commonroom.impact.strength import FALLS, STANDS
from commonroom.impact.study import Floats

#: A bend of this many sd of schools a year, for a year, stands for a size of 1 of the smoothness bound.
BEND = 0.05


def look(question: Question, steps: list[Step]) -> list[Row]:
    """Return the bounds of Rambachan & Roth (2023) about the headline, and what would undo it.

    Arguments: the question, and the `steps` of years held out (guards.earlier), which stand for the
    differences that have nothing to do with the work: those of the design itself are none by construction.

    `relative M`: from the base year on, the difference may grow each year by up to M times the largest yearly
    rate held out. `smooth M`: its yearly rate, none at the base year, since both sides have the same last
    change, may bend by up to M x BEND a year. `low` and `high` hold the true effect at the level asked. The
    rows `relative undone` and `smooth undone` have, in `value`, the size from which on the interval
    holds zero. The first judges: it holds from STANDS on, fails below FALLS.
    """
    if not steps:
        return cannot("relative", "too_few_years") + cannot("smooth", "too_few_years")
    if not np.isfinite([question.headline.low, question.headline.high]).all():
        return cannot("relative", "no_answer") + cannot("smooth", "no_answer")
    level, sizes = question.definition.inference.level, question.definition.guards.smoothness
    bound = _relative(question, steps)
    rows = [
        Row(
            f"relative {size:g}",
            question.headline.effect,
            None,
            *bound.interval(size, level),
            size,
            why="relative",
        )
        for size in sizes
    ]
    rows.append(_undone("relative undone", bound.breakdown(level), question))
    straight = _smooth(question)
    if straight is None:
        return rows + cannot("smooth", "too_few_years")
    for size in sizes:
        ends = straight.interval(size * BEND, level)
        rows.append(Row(f"smooth {size:g}", question.headline.effect, None, *ends, size * BEND, why="smooth"))
    undone = _undone("smooth undone", straight.breakdown(level), question)
    return [*rows, Row(undone.at, value=undone.value, why="undone_above" if question.sign else undone.why)]


def _undone(at: str, size: float, question: Question) -> Row:
    """The row that says what would undo the answer."""
    if not question.sign:
        return Row(at, value=0.0, why="nothing_to_undo")
    verdict: Verdict = "holds" if size >= STANDS else "unclear" if size >= FALLS else "fails"
    why = "undone_above" if verdict == "holds" else "fragile"
    return Row(at, value=size if np.isfinite(size) else None, verdict=verdict, why=why)


def _relative(question: Question, steps: list[Step]) -> relative.Bound:
    """The headline and the rates of the years held out, with how they vary together."""
    study, combined = question.study, question.answer.combined["simple"]
    mine = rescaled(combined.influence[:, 0], question.headline, study.cluster, half=question.half)
    joint = clustered(np.column_stack([mine, *(one.influence for one in steps)]), study.cluster)
    rates = np.array([one.rate for one in steps])
    return relative.Bound(question.headline.effect, rates, joint, reach=float(np.sum(_reaches(question))))


def _reaches(question: Question) -> Floats:
    """How many years after its base year each cell of the headline is (k), times its weight."""
    study, cells = question.study, question.answer.cells
    weights = question.answer.combined["simple"].weights[:, 0]
    base = np.array([study.years[study.base(start)] for start in cells.cohort.tolist()])
    return np.asarray(weights * (cells.year - base))


def _smooth(question: Question) -> smooth.Bound | None:
    """The bound on bends; None where some cohort has no two years before its start to fix a direction."""
    study, cells = question.study, question.answer.cells
    weights = question.answer.combined["simple"].weights[:, 0]
    most = 0.0
    for cohort in np.unique(cells.cohort[weights != 0]).tolist():
        base = study.base(cohort)
        if base < 2:
            return None
        mine = (cells.cohort == cohort) & (weights != 0)
        times = np.concatenate([study.years[base - 1 : base + 1], cells.year[mine]]) - study.years[base]
        most += smooth.largest_bias(times.astype(np.float64), np.concatenate([[0.0, 0.0], weights[mine]]))
    se = (question.headline.high - question.headline.low) / 2 / question.half
    return smooth.Bound(question.headline.effect, se, most)

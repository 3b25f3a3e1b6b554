"""Placebo dates: does the same design find an effect before anything had happened?"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from commonroom.impact.guards.question import Question, Row, Verdict, again, cannot, side, take, told
from commonroom.impact.study import NEVER, Estimate, Study


def look(question: Question) -> list[Row]:
    """Return the effect of the same design at a start one, two ... known years before the true one.

    As many dates as `guards.placebo_years`, on figures before the true start alone; each row is about the
    first year after its date. It `fails` where schools that took part had already moved the way of the
    headline (upwards, where that holds zero), and had not come back by the last year before the true start.
    Where they moved the other way, or came back, it is `unclear`: schools are often chosen after a fall
    (Ashenfelter 1978), which the design matches on, and which no earlier date can tell from a trend.
    """
    rows: list[Row] = []
    for back in range(1, question.definition.guards.placebo_years + 1):
        rows += _at(question, back)
    return rows


def _at(question: Question, back: int) -> list[Row]:
    """The row of one date."""
    at = f"{back} before"
    moved = _moved(question, back)
    if not moved.joined.any():
        return cannot(at, "too_few_years")
    study = take(moved, moved.joined | question.never)
    answer = again(question, study=study, pool=study.start == NEVER, kind="dynamic")
    if answer is None:
        return cannot(at, "no_comparison")
    combined = answer.combined["dynamic"]
    after = np.flatnonzero(combined.at >= 0)
    first, last = (answer.estimates["dynamic"][after[end]] for end in (0, -1))
    if not np.isfinite([first.low, first.high]).all():
        return cannot(at, "no_answer")
    verdict, why = _judge(first, last, question.sign or 1)
    return [told(first, at=at, schools=int(combined.joiners[after[0]]), verdict=verdict, why=why)]


def _judge(first: Estimate, last: Estimate, way: int) -> tuple[Verdict, str]:
    """What an effect that should be none says, in the first year after its date and in the last."""
    if side(first.low, first.high) == 0:
        return "holds", ""
    stayed = side(first.low, first.high) == side(last.low, last.high) == way
    return ("fails", "already_moving") if stayed else ("unclear", "dip")


def _moved(question: Question, back: int) -> Study:
    """The study with every start moved to an earlier known year, and no figure from the true start on.

    Schools without a year before their moved start, or that do not count, are left without figures.
    """
    study = question.study
    start = np.full_like(study.start, NEVER)
    figures = np.where(study.joined[:, None], np.nan, study.figures)
    last = 0
    for cohort in question.cohorts.tolist():
        mine, base = study.start == cohort, study.base(cohort)
        first = base - back + 1
        if first < 1:
            continue
        figures[mine, : base + 1] = study.figures[mine, : base + 1]
        start[mine] = study.years[first]
        last = max(last, base)
    return replace(study, start=start, figures=figures[:, : last + 1], years=study.years[: last + 1])

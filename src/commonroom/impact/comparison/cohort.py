"""One cohort before its start: what is known of whom, who can be used, and why others cannot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from commonroom.impact.definition import Comparison
from commonroom.impact.study import NEVER, Flags, Floats, Ints, Study

#: Why a school cannot be used (tables.impact.LEFT_OUT), by number; 0: it can.
WHY = ("", "started_before", "no_base", "no_outcome", "no_path", "no_context", "no_comparison")
USED, STARTED_BEFORE, NO_BASE, NO_OUTCOME, NO_PATH, NO_CONTEXT, NO_COMPARISON = range(len(WHY))


@dataclass(frozen=True)
class Cohort:
    """Schools that joined in one year, and those that could stand beside them.

    `start`: the year; `joiners`, `others`: rows of the study that can be used; `covariates` (n, p): path and
    context, NaN where unknown, named by `names`, the first `path` of them the path, last year first; `why`
    (n): place in WHY of every joiner and every school of the pool; `year` (n): the year it is about, 0 for
    none.
    """

    start: int
    joiners: Ints
    others: Ints
    covariates: Floats
    names: tuple[str, ...]
    path: int
    why: Ints
    year: Ints


def gather(study: Study, start: int, *, pool: Flags, comparison: Comparison) -> Cohort:
    """Return the cohort of one start with what is known of it and of the pool before.

    A school needs a figure in the last year before the start and one in any year from the start on. Of the
    other `path_years` before, a year is used that is known of a share `known` of these on both sides, and
    so is a variable of context; a school that lacks one of those used is left out, never imputed: a made-up
    figure would be a made-up neighbour. What is the same of all schools is not used. A school of the pool
    that joined later can be used, one that joined before or with the cohort cannot.
    Source: METHODS.md section 9; Callaway and Sant'Anna 2021 (not yet treated).
    """
    cohort = study.start == start
    beside = pool & ((study.start == NEVER) | (study.start > start))
    asked = cohort | beside
    why, year = np.zeros(study.start.size, dtype=np.int64), np.zeros(study.start.size, dtype=np.int64)
    base = study.base(start)
    if base < 0:
        why[asked], year[asked] = STARTED_BEFORE, start
        return _cohort(study, start, (cohort, beside), (why, year), ([], []))
    _note(why, year, asked & np.isnan(study.figures[:, base]), (NO_BASE, int(study.years[base])))
    _note(why, year, asked & np.isnan(study.figures[:, base + 1 :]).all(axis=1), (NO_OUTCOME, start))
    sides = (cohort & (why == USED), beside & (why == USED))
    back = range(base, max(base - comparison.path_years, -1), -1)
    path = [at for at in back if at == base or _used(study.figures[:, at], sides, comparison.known)]
    for at in path[1:]:
        _note(why, year, asked & np.isnan(study.figures[:, at]), (NO_PATH, int(study.years[at])))
    context = [
        at
        for name in comparison.context
        if name in study.variables
        for at in [study.variables.index(name)]
        if _used(study.context[:, at], sides, comparison.known)
    ]
    _note(why, year, asked & np.isnan(study.context[:, context]).any(axis=1), (NO_CONTEXT, 0))
    return _cohort(study, start, (cohort, beside), (why, year), (path, context))


def _note(why: Ints, year: Ints, where: Flags, reason: tuple[int, int]) -> None:
    """Write a reason down for those who have none yet."""
    fresh = where & (why == USED)
    why[fresh], year[fresh] = reason


def _used(values: Floats, sides: tuple[Flags, Flags], known: float) -> bool:
    """Whether a variable is known of enough schools of both sides, and not the same of all."""
    there = ~np.isnan(values)
    if any(side.any() and there[side].mean() < known for side in sides):
        return False
    found = values[(sides[0] | sides[1]) & there]
    return bool(found.size and found.min() < found.max())


def _cohort(
    study: Study,
    start: int,
    sides: tuple[Flags, Flags],
    reasons: tuple[Ints, Ints],
    columns: tuple[list[int], list[int]],
) -> Cohort:
    """Put a cohort together from the columns of the path and of context that are used."""
    path, context = columns
    why, year = reasons
    return Cohort(
        start=start,
        joiners=np.flatnonzero(sides[0] & (why == USED)),
        others=np.flatnonzero(sides[1] & (why == USED)),
        covariates=np.hstack([study.figures[:, path], study.context[:, context]]),
        names=(*(f"path_{path[0] - at + 1}" for at in path), *(study.variables[at] for at in context)),
        path=len(path),
        why=why,
        year=year,
    )

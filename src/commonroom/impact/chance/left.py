"""What is left of figures after path and context: what redrawn cohorts are compared by."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from commonroom.errors import SaidToPeople
from commonroom.impact.comparison.cohort import gather
from commonroom.impact.definition import Comparison
from commonroom.impact.study import NEVER, Flags, Ints, Study


def left_over(study: Study, *, pool: Flags, comparison: Comparison) -> Study:
    """Return the study with what is left of its figures instead of them.

    Arguments: the `study`; `pool` (n), who may stand beside somebody; what is adjusted for. Figures of every
    year are regressed, among schools of the pool that never joined, on the path before the first start and
    context (as `comparison.match` uses them); a school that lacks one of these has no figure left. Raises
    SaidToPeople where nothing was known before. Source: Rosenbaum 2002 (covariance adjustment).
    """
    cohort = gather(study, int(study.cohorts[0]), pool=pool, comparison=comparison)
    terms = np.column_stack([np.ones(study.start.size), cohort.covariates])
    known = ~np.isnan(terms).any(axis=1)
    never = known & pool & (study.start == NEVER)
    if not cohort.path or never.sum() <= terms.shape[1]:
        raise SaidToPeople(
            "too little is known before the first start to adjust for.",
            where="permutation",
            remedy="Take an outcome with an earlier year, or a wider pool.",
        )
    middle, sd = terms[never].mean(axis=0), terms[never].std(axis=0)
    terms = np.where(sd > 0, (terms - middle) / np.where(sd > 0, sd, 1.0), 1.0)
    left = np.full(study.figures.shape, np.nan)
    for at in range(study.years.size):
        rows = never & ~np.isnan(study.figures[:, at])
        fitted = np.linalg.lstsq(terms[rows], study.figures[rows, at], rcond=None)[0]
        left[known, at] = study.figures[known, at] - terms[known] @ fitted
    return replace(study, figures=left)


def strata(study: Study) -> Ints:
    """Return strata in which cohorts are redrawn: families, or areas where no family is known (n).

    A school without a family, where others have one, is left aside (-1): nobody stands for it.
    """
    return study.area if (study.family < 0).all() else study.family

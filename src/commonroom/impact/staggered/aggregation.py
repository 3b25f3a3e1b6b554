"""Effects by cohort and year added up: in all, by years since joining, by cohort and by calendar year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from commonroom.errors import SaidToPeople
from commonroom.impact.study import Cells, Flags, Floats, Ints, Study

Kind: TypeAlias = Literal["simple", "dynamic", "cohort", "calendar"]


@dataclass(frozen=True)
class Combined:
    """Effects added up in one way (m of them), with how each school moves them.

    `at` (m): 0 for simple, years since joining (negative: before) for dynamic, the year joined for cohort,
    the year for calendar; `effect` (m) in sd of schools; `influence` (n, m): the influence function, that of
    the estimated shares of the cells included, so that the variance clustered anyhow is
    `sum(cluster sums^2) / n^2`; `joiners` and `others` (m): different schools on each side; `weights` (k, m):
    how much each cell counts, summing to 1.
    """

    kind: str
    at: Ints
    effect: Floats
    influence: Floats
    joiners: Ints
    others: Ints
    weights: Floats


def aggregate(cells: Cells, study: Study, *, kind: Kind) -> Combined:
    """Add up cells, each counting by its schools that joined (Callaway & Sant'Anna 2021, section 3).

    `simple`, `cohort` and `calendar` take cells from the start on; `dynamic` those before it too. With all
    figures known this is the share of the cohort among all schools, as in csdid and diff-diff. Raises
    SaidToPeople where no cell is left.
    """
    labels = {
        "simple": np.zeros_like(cells.year),
        "dynamic": cells.year - cells.cohort,
        "cohort": cells.cohort,
        "calendar": cells.year,
    }[kind]
    used = np.ones(labels.size, dtype=bool) if kind == "dynamic" else cells.year >= cells.cohort
    if not used.any():
        raise SaidToPeople(
            "no year from the start on has both schools that joined and schools to compare them with",
            where="impact",
            remedy="Take a longer window, or a wider pool of comparison schools.",
        )
    at = np.unique(labels[used])
    belongs = (labels[:, None] == at) & used[:, None]
    counts = belongs * cells.joiners[:, None].astype(np.float64)
    weights = counts / counts.sum(axis=0)
    effect = cells.effect @ weights
    joiners, others = _count(cells, study, belongs)
    return Combined(
        kind=kind,
        at=at,
        effect=effect,
        influence=cells.influence @ weights + _share(cells, study, counts=counts, effect=effect),
        joiners=joiners,
        others=others,
        weights=weights,
    )


def _count(cells: Cells, study: Study, belongs: Flags) -> tuple[Ints, Ints]:
    """How many different schools joined, and stand beside them, in the cells (k) of each effect (m)."""
    used = np.isfinite(cells.residuals.T)
    sides = np.zeros((2, belongs.shape[1], study.start.size), dtype=bool)
    for cell, effect in zip(*np.nonzero(belongs), strict=True):
        own = study.start == cells.cohort[cell]
        sides[0, effect] |= used[cell] & own
        sides[1, effect] |= used[cell] & ~own
    joiners, others = sides.sum(axis=2)
    return joiners, others


def _share(cells: Cells, study: Study, *, counts: Floats, effect: Floats) -> Floats:
    """Influence (n, m) of having estimated the shares by which cells are added up.

    A school of the cohort of a cell adds to its share; a sum of shares p times effects, divided by the sum of
    shares, moves by (effect of the cell - effect in all) / sum for each cell that the school counts in.
    """
    n = study.start.size
    apart = n * np.where(counts > 0, cells.effect[:, None] - effect, 0) / counts.sum(axis=0)
    found = np.zeros((n, effect.size))
    for cohort in np.unique(cells.cohort):
        rows, own = np.flatnonzero(study.start == cohort), np.flatnonzero(cells.cohort == cohort)
        if (cells.joiners[own] == rows.size).all():
            found[rows] = apart[own].sum(axis=0)
        else:
            found[rows] = np.isfinite(cells.residuals[np.ix_(rows, own)]).astype(np.float64) @ apart[own]
    return found

"""Randomisation inference: what would be seen if others had joined in their place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from commonroom.errors import SaidToPeople
from commonroom.impact.study import NEVER, Flags, Floats, Ints, Study

#: An effect nearer to none by less than this share counts as equal: sums in another order.
EQUAL = 1e-9
#: Bits of a random number that are sorted by at once.
BITS = 16


@dataclass(frozen=True)
class Permuted:
    """The effect in all (a difference in differences) beside those of redrawn cohorts.

    `effect` in sd of schools; `placebo` (draws), those of the draws, NaN where a draw has no effect to tell;
    `p`: the share of draws, the real one counted, that are at least as far from none; `units`: how many
    schools or clusters lie in a stratum in which there is something to redraw.
    """

    effect: float
    placebo: Floats
    p: float
    units: int


@dataclass(frozen=True)
class _Units:
    """What is drawn (u of them): its label (0 never, else its cohort's place from 1), stratum and sums."""

    label: Ints
    stratum: Ints
    sums: Floats


@dataclass(frozen=True)
class _Layout:
    """How sums by label become an effect.

    `until`, `since` (k): columns of the sums whose difference is the change of a cell, `since` -1 where the
    column is the change itself; `counts` (k): columns of how many schools know it; `cohort` (k): label of the
    cell's joiners; `against` (k, labels): whose schools they are compared with.
    """

    until: Ints
    since: Ints
    counts: Ints
    cohort: Ints
    against: Floats


def permute(study: Study, *, strata: Ints, draws: int, seed: int, whole: bool = False) -> Permuted:
    """Redraw who joined when, within strata, and return the effect of every draw.

    Arguments: the `study`; `strata` (n): numbers within which any school could have joined in another's place
    (families, or families by area), below 0 for schools that are left aside; how many `draws`, and their
    `seed`; `whole`: redraw whole clusters, where those were chosen (a cluster lies in the stratum of its
    first school and starts with the earliest). The effect is Callaway and Sant'Anna's without covariates
    beside schools not yet or never joined, all cells from the start on, by schools that joined. For one that
    is adjusted give a study of what is left of figures (`left_over`). An effect needs sums by cohort alone,
    so that a draw is one pass over the schools that joined. The same seed gives the same draws. Raises
    SaidToPeople where nothing can be redrawn. Source: Fisher 1935; Rosenbaum 2002; Young 2019.
    """
    rows = np.flatnonzero(strata >= 0)
    columns, layout = _lay_out(study, rows)
    units = _units(study, strata, rows=rows, columns=columns, whole=whole)
    free = _free(units)
    if not free.any():
        raise SaidToPeople(
            "nothing can be redrawn: in no stratum are there both schools that joined and others.",
            where="permutation",
            remedy="Take wider strata, or go by the interval.",
        )
    order = np.argsort(units.stratum, kind="stable")
    label, size = units.label[order], study.cohorts.size + 1
    joined = np.argsort(label, kind="stable")[(label == 0).sum() :]
    present, edges = np.unique(label[joined], return_index=True)
    total = units.sums.sum(axis=0)
    # Small whole numbers are sorted in one pass over their bits; strata are in order already.
    stratum = np.unique(units.stratum[order], return_inverse=True)[1]
    rng = np.random.default_rng(seed)
    table = np.zeros((draws + 1, size, total.size))
    for draw in range(draws + 1):
        place = joined if draw == 0 else _shuffle(stratum, rng)[joined]
        table[draw, present] = np.add.reduceat(units.sums[order[place]], edges, axis=0)
    table[:, 0] = total - table[:, 1:].sum(axis=1)
    effects = _effects(table, layout)
    real, placebo = float(effects[0]), effects[1:]
    far = np.abs(placebo[~np.isnan(placebo)]) >= abs(real) * (1 - EQUAL)
    return Permuted(real, placebo, float((1 + far.sum()) / (1 + far.size)), int(free.sum()))


def _lay_out(study: Study, rows: Ints) -> tuple[Floats, _Layout]:
    """Columns (rows, c) that are summed by label, and how the sums become an effect.

    Where every figure is known, sums of figures by year are enough; otherwise each cell has its own change.
    """
    starts = study.cohorts.tolist()
    cells = [
        (label, study.base(start), at)
        for label, start in enumerate(starts, 1)
        for at in range(study.base(start) + 1, study.years.size)
        if study.base(start) >= 0
    ]
    against = np.array(
        [[1.0, *(float(start > study.years[at]) for start in starts)] for _, _, at in cells]
    ).reshape(len(cells), len(starts) + 1)
    cohort = np.array([label for label, _, _ in cells], dtype=np.int64)
    figures = study.figures[rows]
    if not np.isnan(figures).any():
        columns = np.column_stack([figures, np.ones(rows.size)])
        until = np.array([at for _, _, at in cells], dtype=np.int64)
        since = np.array([base for _, base, _ in cells], dtype=np.int64)
        return columns, _Layout(until, since, np.full(len(cells), figures.shape[1]), cohort, against)
    changes = sorted({(base, at) for _, base, at in cells})
    left = np.column_stack([figures[:, at] - figures[:, base] for base, at in changes])
    columns = np.column_stack([np.nan_to_num(left), ~np.isnan(left)]).astype(np.float64)
    until = np.array([changes.index((base, at)) for _, base, at in cells], dtype=np.int64)
    return columns, _Layout(until, np.full(len(cells), -1), until + len(changes), cohort, against)


def _units(study: Study, strata: Ints, *, rows: Ints, columns: Floats, whole: bool) -> _Units:
    """Schools, or whole clusters, as what is drawn."""
    start = study.start[rows]
    label = np.where(start == NEVER, 0, np.searchsorted(study.cohorts, start) + 1)
    if not whole:
        return _Units(label, strata[rows], columns)
    _, first, at = np.unique(study.cluster[rows], return_index=True, return_inverse=True)
    sums = np.zeros((first.size, columns.shape[1]))
    np.add.at(sums, at, columns)
    never = study.cohorts.size + 1
    earliest = np.full(first.size, never)
    np.minimum.at(earliest, at, np.where(label == 0, never, label))
    return _Units(np.where(earliest == never, 0, earliest), strata[rows][first], sums)


def _free(units: _Units) -> Flags:
    """Units in a stratum that has more than one label."""
    _, at = np.unique(units.stratum, return_inverse=True)
    low, high = np.full(at.max() + 1, units.label.max()), np.zeros(at.max() + 1, dtype=np.int64)
    np.minimum.at(low, at, units.label)
    np.maximum.at(high, at, units.label)
    return np.asarray((low < high)[at])


def _shuffle(stratum: Ints, rng: np.random.Generator) -> Ints:
    """Places in a random order within strata, which are numbered in order."""
    keys = rng.integers(0, 1 << (2 * BITS), size=stratum.size, dtype=np.uint32)
    low = np.argsort((keys & ((1 << BITS) - 1)).astype(np.uint16), kind="stable")
    both = low[np.argsort((keys[low] >> BITS).astype(np.uint16), kind="stable")]
    small = stratum.astype(np.uint16) if stratum[-1] < 1 << BITS else stratum
    return np.asarray(both[np.argsort(small[both], kind="stable")])


def _effects(table: Floats, layout: _Layout) -> Floats:
    """Effects in all of sums by label (draws, labels, c)."""
    top = table[:, :, layout.until]
    change = top - np.where(layout.since < 0, 0.0, table[:, :, np.maximum(layout.since, 0)])
    counts = table[:, :, layout.counts]
    cells = np.arange(layout.cohort.size)
    joiners = counts[:, layout.cohort, cells]
    others = np.einsum("dlk,kl->dk", counts, layout.against)
    with np.errstate(invalid="ignore", divide="ignore"):
        gain = change[:, layout.cohort, cells] / joiners
        effect = gain - np.einsum("dlk,kl->dk", change, layout.against) / others
    weight = np.where(np.isnan(effect), 0.0, joiners)
    total = weight.sum(axis=1)
    mean = (np.nan_to_num(effect) * weight).sum(axis=1) / np.where(total > 0, total, 1.0)
    return np.asarray(np.where(total > 0, mean, np.nan))

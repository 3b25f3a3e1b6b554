"""Rows of a synthetic design: each a school, or the mean of a group's schools, known in every year."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from commonroom.impact.study import Flags, Floats, Study
from commonroom.impact.synthetic.groups import Groups

#: Share of a group's schools that must be known in every year, and of a unit's for a year to count.
KNOWN = 0.5


@dataclass(frozen=True)
class Rows:
    """Units (k): `names`, `figures` (k, T), `context` (k, p), and their schools as `members` (k, n)."""

    names: npt.NDArray[np.str_]
    figures: Floats
    context: Floats
    members: csr_array

    def take(self, rows: npt.NDArray[np.int64]) -> Rows:
        """Return some of the rows, in that order."""
        return Rows(self.names[rows], self.figures[rows], self.context[rows], self.members[rows])

    def until(self, years: int) -> Rows:
        """Return the rows with their first years only."""
        return replace(self, figures=self.figures[:, :years])


def gather(study: Study, side: Flags | Groups, *, years: Flags, columns: list[int], weighted: bool) -> Rows:
    """Return a row for each school or group that is known in all years and in its context.

    Arguments: a study of n schools; flags (n) of single schools, or groups; `years` (T) that count;
    `columns` of its context that count; whether schools weigh by their cohort. A group is the mean of its
    schools with a figure in each of the years, and is left out where these are fewer than KNOWN of it.
    """
    names, members = _members(study, side)
    figures = study.figures[:, years]
    alive = np.asarray(np.isfinite(figures).all(axis=1))
    weight = _weights(study) if weighted else np.ones(alive.size)
    kept = np.asarray(members @ np.where(alive, 1.0, 0.0)) >= KNOWN * np.asarray(members.sum(axis=1))
    shares = csr_array(members * np.where(alive, weight, 0.0)[None, :])
    total = np.asarray(shares.sum(axis=1))
    kept = kept & np.asarray(total > 0)
    shares = csr_array(shares * np.reshape(1 / np.where(kept, total, 1.0), (-1, 1)))
    context = np.asarray(study.context[:, columns], dtype=np.float64)
    means = shares @ np.where(alive[:, None], np.column_stack([figures, context]), 0.0)
    rows = Rows(names, means[:, : figures.shape[1]], means[:, figures.shape[1] :], members)
    return rows.take(np.flatnonzero(kept & np.isfinite(means).all(axis=1)))


def _members(study: Study, side: Flags | Groups) -> tuple[npt.NDArray[np.str_], csr_array]:
    """Return names (k) and members (k, n) of single schools or groups."""
    if isinstance(side, Groups):
        return np.array(side.names, dtype=np.str_), csr_array(side.members.astype(np.float64))
    rows = np.flatnonzero(side)
    one = (np.ones(rows.size), (np.arange(rows.size), rows))
    return study.schools[rows], csr_array(one, shape=(rows.size, side.size))


def _weights(study: Study) -> Floats:
    """Return the cohort of each school (n); one that is not known counts as the usual one."""
    known = np.isfinite(study.pupils) & (study.pupils > 0)
    usual = float(np.median(study.pupils[known])) if known.any() else 1.0
    return np.where(known, study.pupils, usual)

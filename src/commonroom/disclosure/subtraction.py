"""Which figures follow from those released, and what to withhold so that none does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import block_array, csr_array, diags_array, eye_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from commonroom.disclosure.relations import Cells

#: How close to 0 a random solution must be at a figure for it to count as determined.
DETERMINED = 1e-6
#: Added to the diagonal, so that relations that repeat each other can be solved.
RIDGE = 1e-11


@dataclass(frozen=True)
class _State:
    """The relations (rows) and cells (columns) as a matrix and its transpose, and what is unknown.

    `blanks` is the number of unknown cells in each relation.
    """

    matrix: Any
    across: Any
    people: np.ndarray
    hidden: np.ndarray
    unknown: np.ndarray
    blanks: np.ndarray


def hide(cells: Cells, protected: np.ndarray) -> np.ndarray:
    """Add figures to the protected ones until no hidden figure follows from those left.

    Each round hides one more figure wherever a hidden one is still determined. It ends, since what
    can still be hidden grows less.
    """
    hidden = protected.copy()
    size = (int(cells.relation.max(initial=-1)) + 1, cells.count.size)
    matrix = csr_array((cells.weight, (cells.relation, cells.cell)), shape=size)
    across, pattern = matrix.T.tocsr(), matrix.astype(bool).astype(float)
    people = np.nan_to_num(cells.count, nan=np.inf)
    while True:
        unknown = hidden | ~cells.known
        state = _State(matrix, across, people, hidden, unknown, pattern @ unknown)
        chosen = []
        for found in _determined(state):
            offers = [_partner(state, cell) for cell in found]
            chosen += sorted(offer for offer in offers if offer)[:1]
        if not chosen:
            return hidden
        hidden[[offer[-1] for offer in chosen]] = True


def _partner(state: _State, cell: int) -> tuple[float, bool, float, float, int] | None:
    """Return the released figure that protects `cell` at the least loss, after why it was chosen.

    It is in a relation of `cell` with as few unknown figures as can be; it is a part rather than
    the whole, leaves as few other relations with one unknown figure as can be, and is about as few
    people as can be. Where those relations have none released, it is sought in those of the
    figures in them, and so on.
    """
    near = np.array([cell])
    while True:
        relations = np.unique(state.across[near].indices)
        wider = np.unique(state.matrix[relations].indices)
        offers = []
        for relation in relations:
            ours, weights = _row(state.matrix, relation)
            free = ~state.unknown[ours]
            for other, weight in zip(ours[free], weights[free], strict=True):
                left = (state.blanks[_row(state.across, other)[0]] == 0).sum()
                loss = (bool(weight > 0), float(left), state.people[other])
                offers.append((state.blanks[relation], *loss, int(other)))
        if offers or wider.size <= near.size:
            return min(offers, default=None)
        near = wider


def _row(matrix: Any, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the columns and the values of the entries of one row."""
    entries = slice(matrix.indptr[number], matrix.indptr[number + 1])
    return matrix.indices[entries], matrix.data[entries]


def _determined(state: _State) -> list[np.ndarray]:
    """Return the hidden figures that the relations and the known figures determine.

    They come in arrays, one for each set of unknown figures that hang together. A figure is
    determined when it is 0 in every solution of the relations with the known figures set to 0. One
    random solution tells: elsewhere it is 0 with probability 0. It is drawn by projecting a random
    vector on the null space, twice and more, because a ridge keeps the projection solvable.
    """
    rows, columns = np.flatnonzero(state.blanks), np.flatnonzero(state.unknown)
    part = _parts(state.matrix[rows][:, columns])
    live = np.isin(part, part[rows.size :][state.hidden[columns]])
    rows, columns = rows[live[: rows.size]], columns[live[rows.size :]]
    if not rows.size:
        return []
    inner = state.matrix[rows][:, columns]
    inner = diags_array(1 / np.sqrt(inner.multiply(inner).sum(axis=1))) @ inner
    solver = splu((inner @ inner.T + RIDGE * eye_array(rows.size)).tocsc())
    solution = np.random.default_rng(0).standard_normal(columns.size)
    for _ in range(4):
        solution -= inner.T @ solver.solve(inner @ solution)
    found = np.flatnonzero((np.abs(solution) < DETERMINED) & state.hidden[columns])
    part = _parts(inner)[rows.size :][found]
    return [columns[found[part == number]] for number in np.unique(part)]


def _parts(matrix: Any) -> np.ndarray:
    """Return the number of the set that each row, then each column, hangs together with."""
    found: np.ndarray = connected_components(block_array([[None, matrix], [matrix.T, None]]))[1]
    return found

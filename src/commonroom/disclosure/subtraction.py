"""Which figures follow from those released, and what to withhold so that none does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from commonroom.disclosure.relations import Cells

#: How close to 1 a leverage must be for a figure to count as determined.
DETERMINED = 1e-9


@dataclass(frozen=True)
class _State:
    """The relations (rows) and cells (columns) as a matrix and its transpose, and what is unknown.

    `blanks` is the number of unknown cells in each relation.
    """

    matrix: Any
    across: Any
    people: np.ndarray
    unknown: np.ndarray
    blanks: np.ndarray


def hide(cells: Cells, protected: np.ndarray) -> np.ndarray:
    """Add figures to the protected ones until no hidden figure follows from those left.

    Each round hides one more figure wherever a hidden one is still determined. It ends, since what
    can still be hidden grows less.
    """
    hidden = protected.copy()
    size = (int(cells.relation.max(initial=-1)) + 1, cells.count.size)
    matrix = csr_matrix((cells.weight, (cells.relation, cells.cell)), shape=size)
    across, pattern = matrix.T.tocsr(), matrix.astype(bool).astype(float)
    people = np.nan_to_num(cells.count, nan=np.inf)
    while True:
        unknown = hidden | ~cells.known
        state = _State(matrix, across, people, unknown, pattern @ unknown)
        chosen = []
        for found in _determined(state):
            offers = [_partner(state, cell) for cell in found if hidden[cell]]
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


def _determined(state: _State) -> list[list[int]]:
    """Return the unknown figures that the relations and the known figures determine.

    They come in lists, one for each set of unknown figures that hang together. Figure i is
    determined when the unit vector of i lies in the row space of the relations restricted to the
    unknown figures: its leverage there is 1.
    """
    rows, columns = np.flatnonzero(state.blanks), np.flatnonzero(state.unknown)
    inner = state.matrix[rows][:, columns].tocoo()
    size = rows.size + columns.size
    graph = csr_matrix((np.ones(inner.nnz), (inner.row, rows.size + inner.col)), shape=(size, size))
    part = connected_components(graph, directed=False)[1][inner.row]
    order = np.argsort(part, kind="stable")
    starts = np.flatnonzero(np.diff(part[order], prepend=-1))
    found: list[list[int]] = []
    for block in np.split(order, starts[1:]) if order.size else []:
        ours, at = np.unique(inner.col[block], return_inverse=True)
        above, up = np.unique(inner.row[block], return_inverse=True)
        if ours.size > 1 and above.size == 1:
            continue
        dense = np.zeros((above.size, ours.size))
        dense[up, at] = inner.data[block]
        _, singular, basis = np.linalg.svd(dense, full_matrices=False)
        leverage = (basis[singular > 1e-10 * singular[0]] ** 2).sum(axis=0)
        found.append(columns[ours[leverage > 1 - DETERMINED]].tolist())
    return found

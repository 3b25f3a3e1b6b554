"""Pairs of columns that share a row: what is left of one factor when the other is eliminated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from commonroom.errors import SaidToPeople
from commonroom.value_added.pupils.crossed import fronts
from commonroom.value_added.pupils.crossed.fronts import Pattern

Floats = npt.NDArray[np.float64]
#: More pairs than this (12 bytes each) are not held.
MOST = 4e7
#: Numbers in the factor (8 bytes each, and as much again for its inverse) beyond which nothing is begun.
LARGEST = 4e8
#: Rows of cells that are multiplied at a time where pairs are not held.
STRIP = 1000


class TooIntertwined(SaidToPeople):
    """What is left when one factor is eliminated is too large for this machine."""


@dataclass(frozen=True)
class Pairs:
    """R' diag(w) R for any weights w, where R (eliminated x kept) has the weights of pupils per cell.

    `products` (entries of the pattern x eliminated) holds R_ia R_ib, so that values and the quadratic
    forms of rows of R are one sparse product each.
    """

    pattern: Pattern
    products: Any

    def values(self, weights: Floats) -> Floats:
        """Entries of R' diag(weights) R on the lower triangle of the pattern."""
        return np.asarray(self.products @ weights)

    def quadratic(self, entries: Floats) -> Floats:
        """For each eliminated i the sum over a, b of R_ia R_ib Z_ab, Z symmetric, by its entries."""
        return np.asarray(self.products.T @ (entries * np.where(self.pattern.diagonal, 1.0, 2.0)))


@dataclass(frozen=True)
class Products:
    """The same as `Pairs` where pairs are too many to be held: a product of matrices each time."""

    pattern: Pattern
    cells: Any

    def values(self, weights: Floats) -> Floats:
        """Entries of R' diag(weights) R on the lower triangle of the pattern."""
        whole = (self.cells.T @ sparse.diags_array(weights) @ self.cells).toarray()
        return np.asarray(whole[self.pattern.rows, self.pattern.columns])

    def quadratic(self, entries: Floats) -> Floats:
        """For each eliminated i the sum over a, b of R_ia R_ib Z_ab, Z symmetric, by its entries."""
        z = np.zeros((self.cells.shape[1],) * 2)
        z[self.pattern.rows, self.pattern.columns] = entries
        z[self.pattern.columns, self.pattern.rows] = entries
        parts = (self.cells[start : start + STRIP] for start in range(0, self.cells.shape[0], STRIP))
        return np.concatenate([np.asarray(part.multiply(part @ z).sum(axis=1)) for part in parts])


def couple(cells: Any) -> Pairs | Products:
    """The pairs of columns that share a row of `cells` (eliminated x kept, sparse, no stored zeros).

    Raises TooIntertwined when the factor of what is left would not fit into memory.
    """
    rows = sparse.csr_array(cells)
    rows.sort_indices()
    seen = sparse.csr_array((np.ones(rows.nnz), rows.indices, rows.indptr), shape=rows.shape)
    pattern = fronts.lay_out(sparse.csr_array(seen.T @ seen + sparse.eye_array(rows.shape[1])))
    if pattern.tree.entries > LARGEST:
        raise TooIntertwined(
            "schools and neighbourhoods are too intertwined to be fitted at once on one machine.",
            remedy="Fit one region at a time.",
        )
    if count(rows) > MOST:
        return Products(pattern, rows)
    row, first, second = _within(np.diff(rows.indptr))
    first, second = rows.indptr[row] + first, rows.indptr[row] + second
    size = rows.shape[1]
    keys = np.minimum(pattern.rows, pattern.columns) * size + np.maximum(pattern.rows, pattern.columns)
    order = np.argsort(keys)
    wanted = rows.indices[first].astype(np.int64) * size + rows.indices[second]
    entry = order[np.searchsorted(keys, wanted, sorter=order)]
    products = sparse.csr_array(
        (rows.data[first] * rows.data[second], (entry, row)), shape=(len(keys), rows.shape[0])
    )
    return Pairs(pattern, products)


def count(cells: Any) -> float:
    """How many pairs `couple` would hold for these cells (rows x columns)."""
    degree = np.diff(sparse.csr_array(cells).indptr).astype(float)
    return float((degree * (degree + 1) / 2).sum())


def _within(degree: npt.NDArray[Any]) -> tuple[Any, Any, Any]:
    """For rows of so many entries: the row and the two places of every pair with first <= second."""
    found = []
    for number in np.unique(degree[degree > 0]):
        rows = np.flatnonzero(degree == number)
        first, second = np.triu_indices(int(number))
        found.append((np.repeat(rows, len(first)), np.tile(first, len(rows)), np.tile(second, len(rows))))
    return tuple(np.concatenate(part) for part in zip(*found, strict=True))  # type: ignore[return-value]

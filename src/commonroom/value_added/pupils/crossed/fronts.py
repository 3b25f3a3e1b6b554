"""Cholesky factor of a sparse matrix by dense blocks, and of its inverse the entries of its own pattern."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.linalg import blas, lapack
from threadpoolctl import ThreadpoolController

from commonroom.value_added.pupils.crossed.dissection import Tree, dissect

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
#: Up to this size of dense blocks several threads wait for each other longer than they work.
SINGLE = 1500


@dataclass(frozen=True)
class Pattern:
    """The lower triangle of a symmetric matrix, column by column in the order of elimination.

    `rows` and `columns` are vertices of each entry; the entries of block k of the `tree` are
    `slices[k]`, at (`inner_row`, `inner_column`) of its dense block.
    """

    tree: Tree
    rows: Integers
    columns: Integers
    slices: tuple[slice, ...]
    inner_row: Integers
    inner_column: Integers

    @property
    def diagonal(self) -> npt.NDArray[np.bool_]:
        """Which entries are on the diagonal."""
        return np.asarray(self.rows == self.columns)


@dataclass(frozen=True)
class Factor:
    """Dense blocks of the Cholesky factor: `own` lower triangles (n x n), `below` (border x n)."""

    pattern: Pattern
    own: list[Floats]
    below: list[Floats]

    @property
    def log_determinant(self) -> float:
        """Logarithm of the determinant of the matrix."""
        return 2.0 * sum(float(np.log(np.diag(block)).sum()) for block in self.own)


def threads(pattern: Pattern) -> Any:
    """A context with one thread where the blocks are too small for more, and as many as there were else."""
    largest = max(block.stop - block.start + len(block.border) for block in pattern.tree.blocks)
    return _pools().limit(limits=1 if largest < SINGLE else None, user_api="blas")


@cache
def _pools() -> ThreadpoolController:
    return ThreadpoolController()


def lay_out(graph: Any) -> Pattern:
    """The places of a symmetric sparse pattern (both triangles, with the diagonal) in dense blocks."""
    tree = dissect(graph)
    size = graph.shape[0]
    place = np.empty(size, dtype=np.int64)
    place[tree.order] = np.arange(size)
    entries = sparse.coo_array(graph)
    row, column = place[entries.coords[0]], place[entries.coords[1]]
    lower = row >= column
    row, column = row[lower], column[lower]
    order = np.lexsort((row, column))
    row, column = row[order], column[order]
    bounds = np.searchsorted(column, [*(block.start for block in tree.blocks), size])
    slices = tuple(slice(int(a), int(b)) for a, b in pairwise(bounds))
    inner_row, inner_column = np.empty_like(row), np.empty_like(row)
    for block, part in zip(tree.blocks, slices, strict=True):
        inner_column[part] = column[part] - block.start
        beyond = block.stop - block.start + np.searchsorted(block.border, row[part])
        inner_row[part] = np.where(row[part] < block.stop, row[part] - block.start, beyond)
    return Pattern(tree, tree.order[row], tree.order[column], slices, inner_row, inner_column)


def factorise(pattern: Pattern, values: Floats) -> Factor:
    """The Cholesky factor of the positive definite matrix with these `values` on the pattern.

    Multifrontal (Duff and Reid 1983): a block is complete when the updates of its children are added.
    """
    own: list[Floats] = []
    below: list[Floats] = []
    waiting: list[list[tuple[Integers, Floats]]] = [[] for _ in pattern.tree.blocks]
    for number, block in enumerate(pattern.tree.blocks):
        size = block.stop - block.start
        part = pattern.slices[number]
        row, column = pattern.inner_row[part], pattern.inner_column[part]
        inside = row < size
        top = np.zeros((size, size), order="F")
        low = np.zeros((len(block.border), size), order="F")
        rest = np.zeros((len(block.border), len(block.border)), order="F")
        top[row[inside], column[inside]] = values[part][inside]
        low[row[~inside] - size, column[~inside]] = values[part][~inside]
        for border, update in waiting[number]:
            cut = int(np.searchsorted(border, block.stop))
            first, later = border[:cut] - block.start, np.searchsorted(block.border, border[cut:])
            top[np.ix_(first, first)] += update[:cut, :cut]
            low[np.ix_(later, first)] += update[cut:, :cut]
            rest[np.ix_(later, later)] += update[cut:, cut:]
        waiting[number] = []
        top, wrong = lapack.dpotrf(top, lower=1, clean=1, overwrite_a=1)
        if wrong:
            raise np.linalg.LinAlgError("the matrix is not positive definite")
        if len(block.border):
            low = blas.dtrsm(1.0, top, low, side=1, lower=1, trans_a=1, overwrite_b=1)
            rest = blas.dsyrk(-1.0, low, beta=1.0, c=rest, lower=1, overwrite_c=1)
            waiting[block.parent].append((block.border, rest))
        own.append(top)
        below.append(low)
    return Factor(pattern, own, below)


def solve(factor: Factor, right: Floats) -> Floats:
    """The matrix's inverse times `right` (vertices x columns)."""
    tree = factor.pattern.tree
    found = np.array(right[tree.order], order="C")
    for block, own, below in zip(tree.blocks, factor.own, factor.below, strict=True):
        mine = slice(block.start, block.stop)
        found[mine] = blas.dtrsm(1.0, own, found[mine], lower=1)
        found[block.border] -= below @ found[mine]
    for block, own, below in zip(tree.blocks[::-1], factor.own[::-1], factor.below[::-1], strict=True):
        mine = slice(block.start, block.stop)
        found[mine] = blas.dtrsm(1.0, own, found[mine] - below.T @ found[block.border], lower=1, trans_a=1)
    back = np.empty_like(found)
    back[tree.order] = found
    return back


def inverse(factor: Factor) -> Floats:
    """Entries of the inverse on the matrix's own pattern (Takahashi, Fagan and Chin 1973), exact.

    From parents to children: a block's border is among its parent's columns and border, so that the
    inverse there is known already.
    """
    pattern, tree = factor.pattern, factor.pattern.tree
    found = np.empty(len(pattern.rows))
    left = np.bincount([b.parent for b in tree.blocks if b.parent >= 0], minlength=len(tree.blocks))
    whole: dict[int, Floats] = {}
    for number in range(len(tree.blocks) - 1, -1, -1):
        block = tree.blocks[number]
        around = None
        if len(block.border):
            parent = tree.blocks[block.parent]
            size = parent.stop - parent.start
            places = np.where(
                block.border < parent.stop,
                block.border - parent.start,
                size + np.searchsorted(parent.border, block.border),
            )
            around = whole[block.parent][np.ix_(places, places)]
            left[block.parent] -= 1
            if not left[block.parent]:
                del whole[block.parent]
        mine = _inverse_block(factor.own[number], factor.below[number], around)
        part = pattern.slices[number]
        found[part] = mine[pattern.inner_row[part], pattern.inner_column[part]]
        if left[number]:
            whole[number] = mine
    return found


def _inverse_block(own: Floats, below: Floats, around: Floats | None) -> Floats:
    """The inverse on a block's columns and border, given the inverse on its border."""
    size = len(own)
    inner, _ = lapack.dpotri(own, lower=1)
    inner = np.tril(inner) + np.tril(inner, -1).T
    if around is None:
        return np.asarray(inner)
    across = blas.dtrsm(1.0, own, below, side=1, lower=1)
    product = around @ across
    mine = np.empty((size + len(below), size + len(below)))
    mine[:size, :size] = inner + across.T @ product
    mine[size:, :size] = -product
    mine[:size, size:] = -product.T
    mine[size:, size:] = around
    return mine

"""Nested dissection: the order in which a sparse symmetric matrix is factored, as a tree of dense blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, connected_components, maximum_bipartite_matching

Integers = npt.NDArray[np.int64]
Graph = Any  # scipy.sparse.csr_array

#: A piece of so few vertices is not divided further: a dense block of this size is quick.
LEAF = 160
#: A separator with more than this share of its piece divides nothing.
LARGEST = 0.3
#: Rounds in which a vertex takes on half of its neighbours' mean before the piece is cut in the middle.
ROUNDS = 20
#: Where a piece may be cut, as shares of its vertices.
CUTS = (0.42, 0.5, 0.58)


@dataclass(frozen=True)
class Block:
    """Consecutive columns that are factored together as one dense block.

    `start` and `stop` are places in the order; `border` the later places that the block touches
    (sorted); `parent` is the number of the block in which its update is first needed, or -1.
    """

    start: int
    stop: int
    border: Integers
    parent: int


@dataclass(frozen=True)
class Tree:
    """An order of elimination (`order[place]` is the vertex) and its blocks, children before parents."""

    order: Integers
    blocks: tuple[Block, ...]

    @property
    def work(self) -> float:
        """Multiplications of a factorisation, roughly: to compare one order with another."""
        own = np.array([block.stop - block.start for block in self.blocks], dtype=float)
        border = np.array([len(block.border) for block in self.blocks], dtype=float)
        return float((own**3 / 3 + own**2 * border + own * border**2).sum())

    @property
    def entries(self) -> int:
        """Numbers that the factor holds."""
        return sum((b.stop - b.start) * (b.stop - b.start + len(b.border)) for b in self.blocks)


def dissect(graph: Graph) -> Tree:
    """The order of elimination of a symmetric pattern, by nested dissection; one block if that is less work.

    Argument: `graph`, the pattern as a sparse matrix (vertices x vertices, both triangles; the
    diagonal is not looked at). A piece is cut in the middle of a smoothed difference of distances
    from two far ends; the separator is a smallest vertex cover of the cut (George 1973; König 1931).
    """
    size = graph.shape[0]
    whole = Tree(np.arange(size), (Block(0, size, np.empty(0, np.int64), -1),))
    if size <= LEAF:
        return whole
    graph = sparse.csr_array((np.ones(graph.nnz), graph.indices, graph.indptr), shape=graph.shape)
    tree = _symbolic(graph, _pieces(graph))
    return tree if tree.work < 0.8 * whole.work else whole


def _pieces(graph: Graph) -> list[Integers]:
    """Vertices of every block, each separator after all the pieces that it keeps apart."""
    waiting, found = [np.arange(graph.shape[0])], []
    while waiting:
        piece = waiting.pop()
        parts, separator = _cut(graph, piece)
        if len(separator):
            found.append(separator)
        waiting += parts
    return found[::-1]


def _cut(graph: Graph, piece: Integers) -> tuple[list[Integers], Integers]:
    """The parts into which a piece falls, and what keeps them apart (all of it if it is not divided)."""
    if len(piece) <= LEAF:
        return [], piece
    inner = graph[piece][:, piece]
    count, label = connected_components(inner, directed=False)
    if count > 1:
        return _packed(piece, label), np.empty(0, np.int64)
    key = _middle(inner)
    rank = np.argsort(key, kind="stable")
    best = min((_separator(inner, rank, cut) for cut in CUTS), key=len)
    if len(best) > LARGEST * len(piece):
        return [], piece
    rest = np.setdiff1d(np.arange(len(piece)), best)
    _, label = connected_components(inner[rest][:, rest], directed=False)
    return _packed(piece[rest], label), piece[best]


def _packed(piece: Integers, label: npt.NDArray[Any]) -> list[Integers]:
    """Components as parts, with small ones put together so that there are not thousands."""
    sizes = np.bincount(label)
    order = np.argsort(-sizes, kind="stable")
    small = np.flatnonzero(sizes[order] <= LEAF // 2)
    bundle = np.arange(len(sizes))
    bundle[order[small]] = len(sizes) + np.cumsum(sizes[order[small]]) // LEAF
    of_vertex = bundle[label]
    return [piece[of_vertex == number] for number in np.unique(of_vertex)]


def _middle(inner: Graph) -> npt.NDArray[np.float64]:
    """A coordinate along the longest stretch of a connected graph."""
    ends = [0]
    for _ in range(2):
        distance = _distances(inner, ends[-1])
        ends.append(int(distance.argmax()))
    key = distance - _distances(inner, ends[-1])
    degree = np.maximum(inner.sum(axis=1), 1.0)
    for _ in range(ROUNDS):
        key = 0.5 * key + 0.5 * (inner @ key) / degree
    return key


def _distances(inner: Graph, start: int) -> npt.NDArray[np.float64]:
    """Steps from one vertex to every other of a connected graph."""
    order, before = breadth_first_order(inner, start, directed=False)
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    # Found in this order, a vertex comes no earlier than one found from an earlier vertex.
    found_from = np.concatenate([[-1], place[before[order[1:]]]])
    bounds = [0, 1]
    while bounds[-1] < len(order):
        bounds.append(int(np.searchsorted(found_from, bounds[-1])))
    distance = np.empty(len(order))
    distance[order] = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    return distance


def _separator(inner: Graph, rank: Integers, cut: float) -> Integers:
    """A smallest set of vertices without which the first share of `rank` touches none of the others."""
    first = np.zeros(len(rank), dtype=bool)
    first[rank[: int(cut * len(rank))]] = True
    left, right = np.flatnonzero(first), np.flatnonzero(~first)
    across = inner[left][:, right]
    left, right = left[np.diff(across.indptr) > 0], right[across.sum(axis=0) > 0]
    across = sparse.csr_array(inner[left][:, right])
    # König: from unmatched vertices on the left along alternating paths; what is not reached on the
    # left and what is reached on the right is a smallest cover.
    match = maximum_bipartite_matching(across, perm_type="column")
    reached, covered = match < 0, np.zeros(len(right), dtype=bool)
    back = np.full(len(right), -1)
    back[match[match >= 0]] = np.flatnonzero(match >= 0)
    front = reached.copy()
    while front.any():
        fresh = (across.T @ front.astype(float) > 0) & ~covered
        covered |= fresh
        front = np.zeros(len(left), dtype=bool)
        front[back[fresh]] = True
        front &= ~reached
        reached |= front
    return np.sort(np.concatenate([left[~reached], right[covered]]))


def _symbolic(graph: Graph, pieces: list[Integers]) -> Tree:
    """Which later places each block touches, once those before it are eliminated."""
    order = np.concatenate(pieces)
    stops = np.cumsum([len(piece) for piece in pieces])
    starts = np.concatenate([[0], stops[:-1]])
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    owner = np.repeat(np.arange(len(pieces)), np.diff(np.concatenate([[0], stops])))
    inherited: list[list[Integers]] = [[] for _ in pieces]
    blocks = []
    for number, piece in enumerate(pieces):
        touched = np.concatenate([place[graph[piece].indices], *inherited[number]])
        border = np.unique(touched[touched >= stops[number]])
        parent = int(owner[border[0]]) if len(border) else -1
        if parent >= 0:
            inherited[parent].append(border)
        blocks.append(Block(int(starts[number]), int(stops[number]), border, parent))
    return Tree(order, tuple(blocks))

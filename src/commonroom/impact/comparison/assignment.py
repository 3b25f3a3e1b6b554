"""The nearest schools of each, none used too often: exactly the least distance in all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from commonroom.errors import CommonroomError
from commonroom.impact.study import Flags, Floats, Ints

#: Squared distances are whole numbers of this part, so that equal ones are equal on every machine.
UNIT = 1e-8
#: A distance that is no distance: the other school cannot be used.
FAR = np.int64(1 << 46)
#: How many schools' distances are held at once.
BLOCK = 256


class FlowError(CommonroomError):
    """The solver of flows refused a problem that always has an answer."""


@dataclass(frozen=True)
class Links:
    """Pairs chosen: place of the school that joined, and of the other, in order of both."""

    joiner: Ints
    other: Ints


def assign(distances: Callable[[int, int], Floats], *, size: tuple[int, int], each: int, reuse: int) -> Links:
    """Return `each` others for every joiner, none more than `reuse` times, with the least distance in all.

    Arguments: `distances(begin, end)`: squared distances (joiners from begin to end x others), inf where the
    other cannot be used; `size`: joiners and others; both in an order that has nothing to do with how rows
    came, since equal distances go to the other that comes first. Where the others are too few for all, every
    joiner gets fewer, and with one each some may get none. The nearest of each are the answer where nobody is
    used too often; otherwise a minimum-cost flow over the nearest of each, which are made more until prices
    prove that no farther one could be better.
    Source: Rosenbaum 1989 (optimal matching); Ahuja, Magnanti and Orlin 1993 (flows and prices).
    """
    joiners, others = size
    each = min(each, others, max(1, others * reuse // max(joiners, 1)))
    wide = min(others, 2 * each)
    while joiners and others:
        index, cost = _nearest(distances, size=size, wide=wide)
        supply = np.minimum(each, (cost < FAR).sum(axis=1))
        found = _free(index, supply, reuse=reuse)
        found = _flow(index, cost, supply=supply, reuse=reuse) if found is None else found
        short = bool((found.sum(axis=1) < supply).any())
        if short and wide == others and each > 1:
            each = each // 2
            wide = min(others, 2 * each)
        elif wide == others or (not short and _proven(index, cost, found, size=(others, reuse))):
            row, column = np.nonzero(found)
            order = np.lexsort((index[row, column], row))
            return Links(row[order], index[row, column][order])
        else:
            wide = min(others, 2 * wide)
    return Links(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


def _nearest(
    distances: Callable[[int, int], Floats], *, size: tuple[int, int], wide: int
) -> tuple[Ints, Ints]:
    """The `wide` nearest others of each joiner (index and cost), nearest first, then the first."""
    joiners, others = size
    index, cost = np.empty((joiners, wide), dtype=np.int64), np.empty((joiners, wide), dtype=np.int64)
    for begin in range(0, joiners, BLOCK):
        end = min(begin + BLOCK, joiners)
        exact = np.minimum(distances(begin, end) / UNIT, float(FAR)).round().astype(np.int64)
        if wide < others:
            last = np.partition(exact, wide - 1, axis=1)[:, wide - 1]
            rows, columns = np.nonzero(exact <= last[:, None])
        else:
            rows, columns = np.nonzero(exact <= FAR)
        order = np.lexsort((columns, exact[rows, columns], rows))
        rows, columns = rows[order], columns[order]
        place = np.arange(rows.size) - np.searchsorted(rows, np.arange(end - begin))[rows]
        index[begin + rows[place < wide], place[place < wide]] = columns[place < wide]
        cost[begin:end] = np.take_along_axis(exact, index[begin:end], axis=1)
    return index, cost


def _free(index: Ints, supply: Ints, *, reuse: int) -> Flags | None:
    """The nearest of each, if nobody is used too often."""
    found = np.arange(index.shape[1]) < supply[:, None]
    return found if np.bincount(index[found], minlength=1).max() <= reuse else None


def _flow(index: Ints, cost: Ints, *, supply: Ints, reuse: int) -> Flags:
    """The choice of least cost among those listed, as many as can be."""
    row, column = np.nonzero(cost < FAR)
    names, other = np.unique(index[row, column], return_inverse=True)
    joiners, sink = index.shape[0], index.shape[0] + names.size
    flow = SimpleMinCostFlow()
    pairs = flow.add_arcs_with_capacity_and_unit_cost(
        row, joiners + other, np.ones(row.size, dtype=np.int64), cost[row, column]
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        np.arange(joiners, sink),
        np.full(names.size, sink),
        np.full(names.size, reuse),
        np.zeros(names.size, dtype=np.int64),
    )
    flow.set_nodes_supplies(np.arange(sink + 1), np.concatenate([supply, 0 * names, [-supply.sum()]]))
    status = flow.solve_max_flow_with_min_cost()
    if status != flow.OPTIMAL:
        raise FlowError(f"The solver of flows says {status.name}.")
    found: Flags = np.zeros(index.shape, dtype=bool)
    found[row, column] = flow.flows(pairs) > 0
    return found


def _proven(index: Ints, cost: Ints, found: Flags, *, size: tuple[int, int]) -> bool:
    """Whether no other beyond those listed could better the choice.

    Prices of schools that are used as often as may be are raised until every joiner has its cheapest; with
    them, the dearest that a joiner has bounds what a farther school would have to cost.
    """
    others, reuse = size
    full = np.bincount(index[found], minlength=others) >= reuse
    price = np.zeros(others, dtype=np.int64)
    while True:
        dearest = np.where(found, cost + price[index], 0).max(axis=1)
        wanted = np.where(found | ~full[index], 0, dearest[:, None] - cost)
        raised = price.copy()
        np.maximum.at(raised, index, wanted)
        if (raised == price).all():
            return bool((dearest <= cost[:, -1]).all())
        price = raised

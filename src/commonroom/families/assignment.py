"""Schools to families at the least cost, every family within its bounds (min-cost flow)."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from commonroom.families.placement import Floats, Ints

#: Whole units of cost in one unit of distance, and room below one for the hash that settles ties.
UNITS, TIES = 100_000, 32
#: Families that a school may be assigned to at first: the cheapest ones.
CANDIDATES = 12


def whole_costs(costs: Floats, *, schools: Sequence[str], families: Sequence[str]) -> Ints:
    """Costs as whole numbers, with a remainder by hash of both names, so that ties fall one way.

    `costs` (schools x families), in distance. The same names give the same order on any machine.
    """
    left = np.array([zlib.crc32(name.encode()) for name in schools], dtype=np.uint64)
    right = np.array([zlib.crc32(name.encode()) for name in families], dtype=np.uint64)
    mixed = (left[:, None] ^ (right[None, :] * np.uint64(2654435761))) * np.uint64(0x9E3779B97F4A7C15)
    remainder = (mixed >> np.uint64(40)) % np.uint64(TIES)
    return np.asarray(np.round(costs * UNITS).astype(np.int64) * TIES + remainder.astype(np.int64))


def assign(costs: Ints, *, low: int, high: int) -> Ints:
    """Assign every school to one family at the least total cost, `low` to `high` schools in each.

    `costs` (schools x families, whole numbers). Only the cheapest families of each school are tried
    first; more where these do not suffice. Returns the family's number for each school. `low` times
    families must not exceed the number of schools, nor that `high` times families.
    """
    count = costs.shape[1]
    candidates = min(CANDIDATES, count)
    while True:
        found = _flow(costs, candidates=candidates, low=low, high=high)
        if found is not None:
            return found
        candidates = min(4 * candidates, count)


def _flow(costs: Ints, *, candidates: int, low: int, high: int) -> Ints | None:
    """The assignment over the cheapest candidates of each school; None when they do not suffice."""
    size, count = costs.shape
    columns = np.argpartition(costs, candidates - 1, axis=1)[:, :candidates]
    columns.sort(axis=1)
    rows = np.repeat(np.arange(size), candidates)
    families, sink = size + columns.ravel(), size + count
    network = SimpleMinCostFlow()
    arcs = network.add_arcs_with_capacity_and_unit_cost(
        rows, families, np.ones(rows.size, dtype=np.int64), costs[rows, columns.ravel()]
    )
    every = np.arange(size, sink)
    spare = np.full(count, high - low)
    network.add_arcs_with_capacity_and_unit_cost(
        every, np.full(count, sink), spare, np.zeros(count, dtype=np.int64)
    )
    supplies = np.concatenate([np.ones(size), np.full(count, -low), [low * count - size]]).astype(np.int64)
    network.set_nodes_supplies(np.arange(sink + 1), supplies)
    if network.solve() != network.OPTIMAL:
        return None
    used: npt.NDArray[np.bool_] = network.flows(arcs) > 0
    return np.asarray(columns.ravel()[used])

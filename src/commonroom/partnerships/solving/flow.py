"""The best choice under nested caps alone, by min-cost flow, and the prices that prove it."""

from __future__ import annotations

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from commonroom.errors import CommonroomError
from commonroom.partnerships.solving.network import Arcs, Network
from commonroom.partnerships.solving.problem import Ints, Problem


class FlowError(CommonroomError):
    """The solver of flows refused a problem that always has an answer."""


def choose(problem: Problem, network: Network, worth: Ints, top: int) -> Ints:
    """Return the candidates whose worth, together, is most under the nested caps.

    Arguments: `worth` (candidates), what is saved by choosing each, and `top`, what helping one more of
    the neediest schools is worth beside. Source: METHODS.md section 8; ortools' cost-scaling push-relabel.
    """
    part = np.flatnonzero(worth + top * (problem.neediest[problem.need] >= 0) > 0)
    if not part.size:
        return part
    roots = np.flatnonzero(network.supply)
    arcs = (
        Arcs(problem.need[part], network.enters[part], np.ones(part.size, dtype=np.int64)),
        network.down,
        network.up,
        network.gates,
        Arcs(roots, np.full(roots.size, network.sink), network.supply[roots]),
    )
    tail, head, most = (
        np.concatenate([getattr(one, end) for one in arcs]) for end in ("tail", "head", "most")
    )
    cost = np.zeros(tail.size, dtype=np.int64)
    cost[: part.size] = -worth[part]
    cost[cost.size - roots.size - network.gates.most.size : cost.size - roots.size] = -top
    supply = network.supply.copy()
    supply[network.sink] -= supply.sum()
    flow = SimpleMinCostFlow()
    numbers = flow.add_arcs_with_capacity_and_unit_cost(tail, head, most, cost)
    flow.set_nodes_supplies(np.arange(network.nodes), supply)
    status = flow.solve()
    if status != flow.OPTIMAL:
        raise FlowError(f"The solver of flows says {status.name}.")
    taken: Ints = part[flow.flows(numbers[: part.size]) > 0]
    return taken

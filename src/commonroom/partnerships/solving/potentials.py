"""The prices that prove a flow the best, from how far its nodes are from the sink."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from commonroom.partnerships.solving import prices as pricing
from commonroom.partnerships.solving.network import Network
from commonroom.partnerships.solving.prices import GRAIN, Prices
from commonroom.partnerships.solving.problem import Ints, Problem

_FAR = np.int64(1) << 60


def of_flow(problem: Problem, network: Network, chosen: Ints, *, worth: Ints, top: int) -> Prices:
    """Return the prices that prove what a best flow chose the best under the nested caps.

    Arguments: `worth` (candidates) and `top` that the flow went by. The prices of giving groups are the
    lowest that any proof allows. Crossing caps cost nothing here.
    """
    far = GRAIN * distances(problem, network, chosen, worth=worth, top=top)
    beyond = np.zeros(network.nodes, dtype=np.int64)
    beyond[network.up.tail] = far[network.up.head]
    above = np.zeros(network.nodes, dtype=np.int64)
    above[network.down.head] = far[network.down.tail]
    found = pricing.none(problem)
    for levels, gap in ((problem.receiving, far - above), (problem.giving, beyond - far)):
        for level in levels:
            node = network.groups[level.name]
            found.caps[level.name][node >= 0] = np.maximum(gap[node[node >= 0]], 0)
    help_ = found.help.copy()
    help_[network.schools] = np.clip(far[network.gates.tail] - far[network.gates.head], 0, GRAIN * top)
    return replace(found, help=help_)


def distances(problem: Problem, network: Network, chosen: Ints, *, worth: Ints, top: int) -> Ints:
    """Return the distance of every node from the sink in the network that a best flow leaves.

    Arguments as in `of_flow`. A node that the sink does not lead to gets what suits its arcs. Method:
    Bellman and Ford's, an alternation of all needs at once, going on only from needs that came nearer.
    """
    passing = _passing(problem, network, chosen)
    far = np.full(network.nodes, _FAR)
    far[network.supply > passing] = 0
    far[network.sink] = 0
    up, down, gates = network.up, network.down, network.gates
    # A gate has two arcs to its school: the first unit goes by one, the others by that among `down`.
    through = np.maximum(passing[down.head] - np.isin(down.tail, gates.tail), 0)
    back, forth = through > 0, through < down.most
    used, free = passing[up.tail] > 0, passing[up.tail] < up.most
    open_ = passing[gates.head] > 0
    start, edge = _by_need(problem, worth, top, network)
    rounds = 2 + max(len(problem.giving), len(problem.receiving))
    before = np.full(network.needs, _FAR)
    while True:
        for _ in range(rounds):
            np.minimum.at(far, up.tail[used], far[up.head[used]])
        np.minimum.at(far, problem.need[chosen], far[network.enters[chosen]] + worth[chosen])
        for _ in range(rounds):
            np.minimum.at(far, down.tail[back], far[down.head[back]])
            np.minimum.at(far, gates.tail[open_], far[gates.head[open_]] + top)
        for _ in range(rounds):
            np.minimum.at(far, down.head[forth], far[down.tail[forth]])
            np.minimum.at(far, gates.head[~open_], far[gates.tail[~open_]] - top)
        nearer = np.flatnonzero(far[: network.needs] < before)
        if not nearer.size:
            return _completed(problem, network, far, worth=worth, top=top)
        before = far[: network.needs].copy()
        some = _rows(start, edge, nearer)
        np.minimum.at(far, network.enters[some], far[problem.need[some]] - worth[some])
        for _ in range(rounds):
            np.minimum.at(far, up.head[free], far[up.tail[free]])


def _passing(problem: Problem, network: Network, chosen: Ints) -> Ints:
    """How many units pass each node."""
    nodes = [problem.need[chosen]]
    for level in (*problem.receiving, *problem.giving):
        group = level.group[chosen]
        node = network.groups[level.name][group[group >= 0]]
        nodes.append(node[node >= 0])
    school = problem.neediest[problem.need[chosen]]
    at = np.searchsorted(network.schools, school[school >= 0])
    nodes += [network.gates.tail[at], network.gates.head[at]]
    many: Ints = np.bincount(np.concatenate(nodes), minlength=network.nodes)
    return many


def _by_need(problem: Problem, worth: Ints, top: int, network: Network) -> tuple[Ints, Ints]:
    """Candidates that the flow knows of in order of needs, and where those of each need start."""
    part = np.flatnonzero(worth + top * (problem.neediest[problem.need] >= 0) > 0)
    part = part[np.argsort(problem.need[part], kind="stable")]
    return np.searchsorted(problem.need[part], np.arange(network.needs + 1)), part


def _rows(start: Ints, edge: Ints, needs: Ints) -> Ints:
    many = start[needs + 1] - start[needs]
    ends = np.cumsum(many)
    rows: Ints = edge[np.repeat(start[needs] - ends + many, many) + np.arange(many.sum())]
    return rows


def _completed(problem: Problem, network: Network, far: Ints, *, worth: Ints, top: int) -> Ints:
    """Give the nodes that the sink does not lead to what a unit there would be worth."""
    lost = far >= _FAR // 2
    if not lost.any():
        return far
    far = np.where(lost, 0, far)
    edge = np.flatnonzero(lost[problem.need])
    np.maximum.at(far, problem.need[edge], worth[edge] + far[network.enters[edge]])
    down, gates = network.down, network.gates
    inner, gate = lost[down.tail], lost[gates.tail]
    for _ in range(2 + len(problem.receiving)):
        np.maximum.at(far, down.tail[inner], far[down.head[inner]])
        np.maximum.at(far, gates.tail[gate], far[gates.head[gate]] + top)
    return far

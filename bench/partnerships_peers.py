"""The problem of a plan solved in every way: ours, greedy, deferred acceptance, HiGHS and LAPJVsp.

Losses are in the unit of costs (partnerships.arranged.UNIT sd of schools).
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

#: Candidates of each need that HiGHS is given, and its seconds.
KEPT, PATIENCE = (5, 10), 60.0


def timed(work: Callable[[], Any], runs: int = 1) -> tuple[float, Any]:
    """Median seconds of some runs, and the last result."""
    times, found = [], None
    for _ in range(runs):
        start = time.perf_counter()
        found = work()
        times.append(time.perf_counter() - start)
    return round(statistics.median(times), 3), found


def judge(whole: Any, chosen: np.ndarray, best: int) -> dict[str, Any]:
    """What a choice loses, whom it leaves alone, and how it spreads the giving."""
    from commonroom.partnerships import checking
    from commonroom.partnerships.solving.problem import helped_first, lose

    problem = whole.problem
    checking.check(problem, chosen)
    alone = np.ones(problem.alone.size, dtype=bool)
    alone[problem.need[chosen]] = False
    # A quarter of all needs: those where most is at stake, as the plan weighs it.
    neediest = problem.alone >= np.quantile(problem.alone, 0.75)
    able = whole.providers.filter(pl.col("slots") > 0)
    gives = whole.edges["provider"].gather(chosen).value_counts()
    given = np.sort(able.join(gives, on="provider", how="left")["count"].fill_null(0).to_numpy())
    place = np.arange(1, given.size + 1)
    loss = lose(problem, chosen)
    return {
        "loss": loss, "dearer_than_best": round(loss / best - 1, 6),
        "helped": int(chosen.size), "alone": int(alone.sum()),
        "most_at_stake_alone": int((alone & neediest).sum()),
        "keys_schools_alone": int(problem.neediest.max(initial=-1)) + 1 - helped_first(problem, chosen),
        "gini": round(float(2 * (place * given).sum() / given.size / given.sum() - 1 - 1 / given.size), 4),
    }  # fmt: skip


def peers(whole: Any, runs: int) -> dict[str, Any]:
    """One arranged problem solved in every way."""
    from commonroom.partnerships import choosing, solving
    from commonroom.partnerships.solving import greedy, stable

    problem, liked = whole.problem, choosing.like(whole)
    found: dict[str, Any] = {"needs": int(problem.alone.size), "candidates": int(problem.need.size)}
    seconds, best = timed(lambda: solving.solve(problem), runs)
    parts = {"shortfall": best.shortfall, "most_first": best.most_first, "met_first": best.met_first}
    found["ours"] = {"seconds": seconds, **judge(whole, best.chosen, best.loss), **parts}
    found["ours"]["blocking"] = int(stable.blocking(problem, best.chosen, liked=liked).size)
    for name, work in (
        ("greedy", lambda: greedy.greedy(problem)),
        ("deferred_acceptance", lambda: stable.stable(problem, liked=liked)),
    ):
        seconds, chosen = timed(work, runs)
        found[name] = {"seconds": seconds, **judge(whole, chosen, best.loss)}
        found[name]["blocking"] = int(stable.blocking(problem, chosen, liked=liked).size)
    for kept in KEPT:
        seconds, (chosen, said) = timed(lambda kept=kept: highs(problem, kept, best.met_first))
        found[f"highs_best_{kept}"] = {"seconds": seconds, "said": said}
        if chosen is not None:
            found[f"highs_best_{kept}"] |= judge(whole, chosen, best.loss)
    found["lapjvsp"] = lapjvsp(problem, runs)
    for name in ("greedy", "deferred_acceptance", *(f"highs_best_{kept}" for kept in KEPT)):
        found[name]["times_ours"] = round(found[name]["seconds"] / found["ours"]["seconds"], 2)
    return found


def highs(problem: Any, kept: int, first: int) -> tuple[np.ndarray | None, str]:
    """HiGHS on the best candidates of each need, with every cap and swap, and as many neediest schools."""
    from scipy import optimize, sparse

    saving = problem.alone[problem.need] - problem.cost
    order = np.lexsort((-saving, problem.need))
    start = np.searchsorted(problem.need[order], np.arange(problem.alone.size))
    place = np.arange(order.size) - start[problem.need[order]]
    edges = np.sort(order[place < kept])
    row = np.full(problem.need.size, -1)
    row[edges] = np.arange(edges.size)
    both = np.flatnonzero((row[problem.swaps] >= 0).all(axis=1))
    pairs, schools = row[problem.swaps[both]], int(problem.neediest.max(initial=-1)) + 1
    size = edges.size + both.size + schools

    def rows(group: np.ndarray, groups: int) -> Any:
        inside = np.flatnonzero(group >= 0)
        return sparse.csr_array((np.ones(inside.size), (group[inside], inside)), shape=(groups, size))

    limits = [(rows(problem.need[edges], problem.alone.size), np.ones(problem.alone.size))]
    limits += [(rows(level.group[edges], level.caps.size), level.caps) for level in problem.levels]
    every = np.arange(both.size)
    for side in (0, 1):
        one = sparse.csr_array((np.ones(every.size), (every, edges.size + every)), shape=(every.size, size))
        limits.append(
            (
                one - sparse.csr_array((np.ones(every.size), (every, pairs[:, side])), shape=one.shape),
                0 * every,
            )
        )
    helped = sparse.csr_array(
        (np.ones(schools), (np.arange(schools), np.arange(size - schools, size))), shape=(schools, size)
    )
    limits.append((helped - rows(problem.neediest[problem.need[edges]], schools), np.zeros(schools)))
    worth = np.concatenate([saving[edges], problem.bonus[both], np.zeros(schools)]).astype(float)
    # As many of the neediest schools as ours, where the best few candidates of each allow that.
    limits.append(
        (sparse.csr_array(-np.append(np.zeros(size - schools), np.ones(schools))[None, :]), [-first])
    )
    result = optimize.milp(
        -worth / 1e6,
        integrality=np.ones(size),
        bounds=optimize.Bounds(0, 1),
        constraints=optimize.LinearConstraint(
            sparse.vstack([part for part, _ in limits]), ub=np.concatenate([cap for _, cap in limits])
        ),
        options={"time_limit": PATIENCE},
    )
    if result.x is None:
        return None, result.message
    return edges[result.x[: edges.size] > 0.5], result.message


def lapjvsp(problem: Any, runs: int) -> dict[str, Any]:
    """LAPJVsp and ours on needs and slots alone: no caps but each provider's slots."""
    from scipy import sparse
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    from commonroom.partnerships import solving

    provider = next(level for level in problem.giving if level.name == "provider")
    none: dict[str, Any] = {
        "receiving": (),
        "crossing": (),
        "swaps": problem.swaps[:0],
        "bonus": problem.bonus[:0],
    }
    easy = replace(problem, giving=(provider,), neediest=np.full_like(problem.neediest, -1), **none)
    slots = provider.caps[provider.group]
    edge = np.repeat(np.arange(slots.size), slots)
    first = np.cumsum(provider.caps) - provider.caps
    place = np.arange(edge.size) - np.repeat(np.cumsum(slots) - slots, slots)
    needs = np.arange(problem.alone.size)
    row = np.append(problem.need[edge], needs)
    column = np.append(first[provider.group[edge]] + place, provider.caps.sum() + needs)
    # A cost of nothing would be no edge to it.
    cost = np.append(problem.cost[edge], problem.alone).astype(float) + 1.0
    shape = (needs.size, int(provider.caps.sum()) + needs.size)
    matrix = sparse.csr_array((cost, (row, column)), shape=shape)
    theirs, (rows, columns) = timed(lambda: min_weight_full_bipartite_matching(matrix), runs)
    loss = float(matrix[rows, columns].sum()) - needs.size
    seconds, best = timed(lambda: solving.solve(easy), runs)
    return {
        "seconds": theirs, "ours_seconds": seconds, "times_ours": round(theirs / seconds, 2),
        "edges": int(edge.size), "loss": loss, "ours_loss": best.loss, "ours_shortfall": best.shortfall,
    }  # fmt: skip

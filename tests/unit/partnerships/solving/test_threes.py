"""Groups of three: against trying every way of joining, and every plan, on tiny problems."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.partnerships.solving import threes
from commonroom.partnerships.solving.greedy import greedy
from commonroom.partnerships.solving.problem import Level, Problem, helped_first, lose
from commonroom.partnerships.solving.threes import NotSolvedError, Sharing, join, relax
from unit.partnerships.solving.tiny import allowed, tiny

SEEDS = st.integers(0, 2**32)


def share(problem: Problem, seed: int) -> Sharing:
    rng = np.random.default_rng([seed, 1])
    pairs = np.array([(0, 1), (2, 0), (1, 2)], dtype=np.int64)[rng.random(3) < 0.8]
    shared = problem.cost + rng.integers(0, 4, problem.cost.size)
    return Sharing(problem.giving[0].group, problem.receiving[0].group, pairs, shared)


def loss(problem: Problem, single: list[int], pairs: list[tuple[int, int]], sharing: Sharing) -> int:
    """What a plan loses: the hosts and those alone, and for each group of three what sharing costs."""
    total = lose(problem, np.array(single, dtype=np.int64))
    for joins, host in pairs:
        total += int(sharing.shared[joins]) - int(problem.alone[problem.need[joins]])
        total += int(sharing.shared[host]) - int(problem.cost[host])
    return total


def possible(problem: Problem, single: list[int], pairs: list[tuple[int, int]], sharing: Sharing) -> bool:
    """Whether groups of three may stand beside partnerships: everybody counts, but for givers the slot."""
    joining = [joins for joins, _ in pairs]
    hosts = [host for _, host in pairs]
    if len(set(hosts)) < len(hosts) or not set(hosts) <= set(single):
        return False
    together = {frozenset(pair) for pair in sharing.together.tolist()}
    for joins, host in pairs:
        schools = frozenset((int(sharing.receiver[joins]), int(sharing.receiver[host])))
        if sharing.slot[joins] != sharing.slot[host] or schools not in together:
            return False
    return allowed(replace(problem, receiving=(), crossing=()), single) and allowed(
        replace(problem, giving=()), [*single, *joining]
    )


def ways(problem: Problem, chosen: list[int], sharing: Sharing) -> list[tuple[int, int]]:
    """Every single join that may be weighed: of a need left alone, or a move worth it by itself."""
    met = {int(problem.need[c]): c for c in chosen}
    active = {c for pair in problem.swaps.tolist() if set(pair) <= set(chosen) for c in pair}
    helped = {int(problem.neediest[problem.need[c]]) for c in chosen}
    found = []
    for joins, host in product(range(problem.need.size), chosen):
        before = met.get(int(problem.need[joins]))
        if joins in chosen or before == host or before in active:
            continue
        gain = -int(sharing.shared[joins]) - int(sharing.shared[host]) + int(problem.cost[host])
        now = problem.alone[problem.need[joins]] if before is None else problem.cost[before]
        school = int(problem.neediest[problem.need[joins]])
        if int(now) + gain > 0 or (school >= 0 and school not in helped):
            found.append((joins, host))
    return found


def best_joining(problem: Problem, chosen: list[int], sharing: Sharing) -> tuple[int, int]:
    """Neediest schools helped (negative) and loss of the best way to join, every one tried."""
    met = {int(problem.need[c]): c for c in chosen}
    found = []
    every = ways(problem, chosen, sharing)
    for size in range(len(chosen) + 1):
        for pairs in combinations(every, size):
            left = {met.get(int(problem.need[joins])) for joins, _ in pairs}
            single = [c for c in chosen if c not in left]
            if possible(problem, single, list(pairs), sharing):
                plan = np.array([*single, *(joins for joins, _ in pairs)], dtype=np.int64)
                found.append((-helped_first(problem, plan), loss(problem, single, list(pairs), sharing)))
    return min(found)


@given(SEEDS)
@settings(max_examples=250, deadline=None)
def test_no_way_of_joining_a_plan_is_better(seed: int) -> None:
    problem = tiny(seed, candidates=10, swaps=True)
    sharing = share(problem, seed)
    chosen = greedy(problem)
    found = join(problem, chosen, sharing=sharing)
    hosts_and_alone = np.setdiff1d(found.chosen, found.pairs[:, 0]).tolist()
    assert possible(problem, hosts_and_alone, [tuple(pair) for pair in found.pairs.tolist()], sharing)
    assert found.loss == loss(problem, hosts_and_alone, found.pairs.tolist(), sharing)
    helped = helped_first(problem, found.chosen)
    assert (-helped, found.loss) == best_joining(problem, chosen.tolist(), sharing)
    assert found.chosen.tolist() == sorted(set(found.chosen.tolist()))


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_no_plan_with_groups_of_three_loses_less_than_the_relaxed_problem(seed: int) -> None:
    problem = tiny(seed, candidates=6, swaps=True)
    sharing = share(problem, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threes, "PART", 3)
        relaxed = relax(problem, sharing=sharing)
    lowest = min(
        lose(relaxed, np.array(plan, dtype=np.int64))
        for size in range(problem.alone.size + 1)
        for plan in combinations(range(relaxed.need.size), size)
        if allowed(relaxed, list(plan))
    )
    every = range(problem.need.size)
    for size in range(problem.alone.size + 1):
        for single in map(list, combinations(every, size)):
            joins = [(a, b) for a in every for b in single if a not in single]
            for more in range(min(len(single), 2) + 1):
                for pairs in map(list, combinations(joins, more)):
                    if possible(problem, single, pairs, sharing):
                        assert loss(problem, single, pairs, sharing) >= lowest
    assert relaxed.cost.min() >= 0
    assert (relaxed.neediest == -1).all()


def school_left_alone(**changes: object) -> tuple[Problem, Sharing]:
    """One provider with one slot, two receivers near each other: 0 is helped, 1 is left alone."""
    problem = Problem(
        need=np.array([0, 1]),
        cost=np.array([2, 4]),
        alone=np.array([20, 20]),
        neediest=np.array([-1, -1]),
        giving=(Level("provider", np.array([0, 0]), np.array([1])),),
    )
    one = np.array([0, 0])
    return replace(problem, **changes), Sharing(one, np.array([0, 1]), np.array([[1, 0]]), np.array([5, 6]))


def test_a_school_left_alone_joins_the_one_next_to_it() -> None:
    problem, sharing = school_left_alone()
    found = join(problem, np.array([0]), sharing=sharing)
    assert (found.chosen.tolist(), found.pairs.tolist(), found.loss) == ([0, 1], [[1, 0]], 11)
    relaxed = relax(problem, sharing=sharing)
    # What joining takes: 6 for itself and 3 from the other; 5 and 2 the other way round.
    assert relaxed.cost.tolist() == [2, 4, 7, 9]
    assert relaxed.giving[0].group.tolist() == [0, 0, 1, 1]
    assert relaxed.giving[0].caps.tolist() == [1, 1]


def test_it_does_not_join_where_that_takes_more_than_it_brings() -> None:
    problem, sharing = school_left_alone(alone=np.array([20, 9]))
    assert join(problem, np.array([0]), sharing=sharing).pairs.size == 0
    # But one of the neediest joins at any price.
    problem = replace(problem, neediest=np.array([-1, 0]))
    assert join(problem, np.array([0]), sharing=sharing).pairs.tolist() == [[1, 0]]


def test_a_crossing_cap_keeps_it_out() -> None:
    full = (Level("in-one", np.array([0, 0]), np.array([1])),)
    problem, sharing = school_left_alone(crossing=full)
    assert join(problem, np.array([0]), sharing=sharing).pairs.size == 0


def test_a_solver_that_gives_up_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    problem, sharing = school_left_alone()
    gives_up = SimpleNamespace(x=None, message="time is up")
    monkeypatch.setattr(threes.optimize, "milp", lambda *_, **__: gives_up)
    with pytest.raises(NotSolvedError, match="time is up"):
        join(problem, np.array([0]), sharing=sharing)

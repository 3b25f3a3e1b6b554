"""Stable plans: nobody would both rather; checked against the words, one candidate at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.partnerships.solving.problem import Level, Problem
from commonroom.partnerships.solving.stable import blocking, stable
from unit.partnerships.solving.tiny import allowed, tiny

SEEDS = st.integers(0, 2**32)


def liking(problem: Problem, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 6, problem.need.size).astype(float)


def best(problem: Problem, offered: list[int], worth: Callable[[int], float], *, side: str) -> set[int]:
    """What one side takes of what it is offered: from the best, each that its caps still allow."""
    receiving = side == "receiving"
    caps = problem.receiving if receiving else problem.giving
    needs = problem.need if receiving else np.arange(problem.need.size)
    mine = replace(problem, need=needs, receiving=caps, giving=(), crossing=())
    taken: list[int] = []
    for candidate in sorted(offered, key=lambda c: (-worth(c), c)):
        if allowed(mine, [*taken, candidate]):
            taken.append(candidate)
    return set(taken)


def nest(problem: Problem) -> Problem:
    """The same with crossing caps among the receivers' where any two candidates agree that they nest."""
    pairs = list(combinations(range(problem.need.size), 2))

    def inside(fine: np.ndarray, coarse: np.ndarray) -> bool:
        return all(fine[a] != fine[b] or fine[a] < 0 or coarse[a] == coarse[b] for a, b in pairs)

    receiving, crossing = problem.receiving, []
    for level in problem.crossing:
        finer = all(inside(level.group, other.group) for other in receiving)
        if finer and inside(problem.need, level.group):
            receiving = (level, *receiving)
        else:
            crossing.append(level)
    return replace(problem, receiving=receiving, crossing=tuple(crossing))


def block(problem: Problem, chosen: list[int], liked: np.ndarray) -> list[int]:
    """The candidates that each side would take beside, or instead of, what it has."""

    def saves(candidate: int) -> float:
        return int(problem.alone[problem.need[candidate]]) - int(problem.cost[candidate])

    held = [c for c in chosen if saves(c) > 0]
    found = []
    for candidate in range(problem.need.size):
        offered = [*held, candidate]
        if (
            candidate not in held
            and saves(candidate) > 0
            and candidate in best(problem, offered, saves, side="receiving")
            and candidate in best(problem, offered, lambda c: float(liked[c]), side="giving")
        ):
            found.append(candidate)
    return found


@given(SEEDS)
@settings(max_examples=300, deadline=None)
def test_nothing_blocks_a_stable_plan(seed: int) -> None:
    problem = tiny(seed, crossing=False)
    liked = liking(problem, seed)
    chosen = stable(problem, liked=liked).tolist()
    assert allowed(problem, chosen)
    assert chosen == sorted(chosen)
    assert block(problem, chosen, liked) == []
    assert (problem.alone[problem.need[chosen]] > problem.cost[chosen]).all()


@given(SEEDS)
@settings(max_examples=60, deadline=None)
def test_of_all_stable_plans_receivers_like_it_best(seed: int) -> None:
    problem = tiny(seed, candidates=8, crossing=False)
    liked = liking(problem, seed)
    saving = problem.alone[problem.need] - problem.cost
    found = set(stable(problem, liked=liked).tolist())
    every = range(problem.need.size)
    for size in range(problem.need.size + 1):
        for plan in combinations([c for c in every if saving[c] > 0], size):
            if allowed(problem, list(plan)) and block(problem, list(plan), liked) == []:
                offered = [*found, *plan]
                assert best(problem, offered, lambda c: float(saving[c]), side="receiving") == found


@given(SEEDS)
@settings(max_examples=200, deadline=None)
def test_with_crossing_caps_it_keeps_them(seed: int) -> None:
    problem = tiny(seed)
    liked = liking(problem, seed)
    chosen = stable(problem, liked=liked).tolist()
    assert allowed(problem, chosen)
    nested = nest(problem)
    without = stable(replace(nested, crossing=()), liked=liked).tolist()
    if allowed(problem, without):
        assert chosen == without
    found = blocking(problem, np.array(chosen, dtype=np.int64), liked=liked).tolist()
    assert found == block(nested, chosen, liked)


@given(SEEDS)
@settings(max_examples=100, deadline=None)
def test_what_blocks_it_was_struck_off_by_a_crossing_cap(seed: int) -> None:
    problem = tiny(seed)
    liked = liking(problem, seed)
    chosen = stable(problem, liked=liked)
    found = blocking(problem, chosen, liked=liked)
    crossed = np.zeros(problem.need.size, dtype=bool)
    for level in problem.crossing:
        crossed |= level.group >= 0
    assert crossed[found].all()
    remains = np.setdiff1d(np.arange(problem.need.size), found)
    less = replace(problem, cost=problem.cost.copy())
    less.cost[found] = less.alone.max()
    assert block(nest(less), [int(c) for c in chosen if c in remains], liked) == []


@given(SEEDS, st.data())
@settings(max_examples=200, deadline=None)
def test_blocking_pairs_of_any_plan_are_those_of_the_words(seed: int, data: st.DataObject) -> None:
    problem = tiny(seed, crossing=False)
    liked = liking(problem, seed)
    plan: list[int] = []
    for candidate in data.draw(st.permutations(range(problem.need.size))):
        if allowed(problem, [*plan, candidate]) and data.draw(st.booleans()):
            plan.append(candidate)
    found = blocking(problem, np.array(sorted(plan), dtype=np.int64), liked=liked)
    assert found.tolist() == block(problem, plan, liked)


def test_the_least_liked_is_struck_off_where_a_crossing_cap_is_broken() -> None:
    problem = Problem(
        need=np.array([0, 1, 1]),
        cost=np.array([1, 1, 5]),
        alone=np.array([10, 10]),
        neediest=np.array([-1, -1]),
        crossing=(Level("in-one", np.array([0, 0, -1]), np.array([1])),),
    )
    assert stable(problem, liked=np.array([3.0, 2.0, 0.0])).tolist() == [0, 2]
    assert stable(problem, liked=np.array([2.0, 3.0, 0.0])).tolist() == [1]
    assert blocking(problem, np.array([0, 2]), liked=np.array([3.0, 2.0, 0.0])).tolist() == [1]


def test_a_school_refused_in_one_theme_is_helped_in_the_next() -> None:
    # Three needs of one school that takes one partner at a time; the givers of the first two prefer others.
    problem = Problem(
        need=np.array([0, 1, 2, 3, 4]),
        cost=np.array([1, 2, 3, 0, 0]),
        alone=np.full(5, 10),
        neediest=np.full(5, -1),
        receiving=(Level("receiver", np.array([0, 0, 0, 1, 2]), np.array([1, 1, 1])),),
        giving=(Level("provider", np.array([0, 1, 2, 0, 1]), np.array([1, 1, 1])),),
    )
    assert stable(problem, liked=np.array([1.0, 1.0, 1.0, 2.0, 2.0])).tolist() == [2, 3, 4]


def test_a_crossing_cap_within_each_receiver_is_the_receivers_own() -> None:
    # One school, two themes that rest on one measure: it takes the better, whoever is liked more.
    problem = Problem(
        need=np.array([0, 1, 1]),
        cost=np.array([2, 1, 0]),
        alone=np.array([10, 10]),
        neediest=np.array([0, 0]),
        receiving=(Level("receiver", np.array([0, 0, 0]), np.array([2])),),
        giving=(Level("provider", np.array([0, 1, 2]), np.array([1, 1, 0])),),
        crossing=(
            Level("measure", np.array([0, 0, 0]), np.array([1])),
            Level("in-one", np.array([0, 1, 0]), np.array([1, 1])),
        ),
    )
    liked = np.array([9.0, 1.0, 1.0])
    assert stable(problem, liked=liked).tolist() == [1]
    assert blocking(problem, np.array([1]), liked=liked).tolist() == []
    assert blocking(problem, np.array([0]), liked=liked).tolist() == [1]


def test_nothing_to_choose_from() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    problem = Problem(nothing, nothing, np.array([3]), np.array([-1]))
    assert stable(problem, liked=np.zeros(0)).tolist() == []
    assert blocking(problem, nothing, liked=np.zeros(0)).tolist() == []

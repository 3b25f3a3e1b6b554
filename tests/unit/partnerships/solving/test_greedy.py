"""The broker with a list: the same as going through it one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.partnerships.solving import greedy as module
from commonroom.partnerships.solving.greedy import greedy
from commonroom.partnerships.solving.problem import Level, Problem
from unit.partnerships.solving.tiny import allowed, tiny


def through_the_list(problem: Problem) -> list[int]:
    """Candidates from the best, each tried against all caps with what is taken."""
    saving = [int(problem.alone[n]) - int(c) for n, c in zip(problem.need, problem.cost, strict=True)]
    order = sorted(range(len(saving)), key=lambda c: (-saving[c], c))
    school = [int(problem.neediest[n]) for n in problem.need]
    taken: list[int] = []
    for one_each in (True, False):
        for candidate in order:
            if one_each and (school[candidate] < 0 or school[candidate] in [school[c] for c in taken]):
                continue
            if saving[candidate] > 0 and allowed(problem, [*taken, candidate]):
                taken.append(candidate)
    return sorted(taken)


@pytest.mark.parametrize("block", [2, 8192])
@given(st.integers(0, 2**32))
@settings(max_examples=150, deadline=None)
def test_it_is_what_going_through_the_list_gives(block: int, seed: int) -> None:
    problem = tiny(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", block)
        found = greedy(problem)
    assert found.tolist() == through_the_list(problem)
    assert found.dtype == np.int64


def test_the_neediest_come_before_larger_savings() -> None:
    problem = Problem(
        need=np.array([0, 1]),
        cost=np.array([1, 8]),
        alone=np.array([10, 10]),
        neediest=np.array([-1, 0]),
        giving=(Level("provider", np.array([0, 0]), np.array([1])),),
    )
    assert greedy(problem).tolist() == [1]


def test_nothing_to_choose_from() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    problem = Problem(nothing, nothing, np.array([3]), np.array([-1]))
    assert greedy(problem).tolist() == []

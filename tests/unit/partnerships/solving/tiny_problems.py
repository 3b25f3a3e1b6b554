"""Tiny problems of plans, and the best choice of each by trying every one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from hypothesis import strategies as st

from commonroom.partnerships.solving.problem import Ints, Level, Problem, helped_first, lose


@st.composite
def problems(draw: st.DrawFn, *, crossing: bool = True, swaps: bool = True, neediest: bool = True) -> Problem:
    """Draw a problem of up to 5 needs and 9 candidates, with caps that bind more often than not."""
    needs = draw(st.integers(1, 5))
    number = draw(st.integers(0, 9))

    def numbers(least: int, most: int, size: int) -> Ints:
        return np.array(
            draw(st.lists(st.integers(least, most), min_size=size, max_size=size)), dtype=np.int64
        )

    need, provider = numbers(0, needs - 1, number), numbers(0, 2, number)
    school, trust, leader = numbers(0, 2, needs), numbers(-1, 1, 3), numbers(-1, 1, 3)
    theme = number_of(provider, numbers(0, 1, number))
    large = draw(st.sampled_from([6, 40, 100_000]))
    levels = []
    if crossing:
        levels = [
            Level("across", numbers(-1, 2, number), numbers(0, 2, 3)),
            Level("over", numbers(-1, 1, number), numbers(0, 3, 2)),
        ]
    pairs = (
        draw(st.lists(st.tuples(st.integers(0, number - 1), st.integers(0, number - 1)), max_size=3))
        if swaps and number
        else []
    )
    pairs = [pair for pair in dict.fromkeys(pairs) if pair[0] != pair[1]]
    return Problem(
        need=need,
        cost=numbers(0, large, number),
        alone=numbers(0, large, needs),
        neediest=np.where(numbers(0, 1, needs) > 0, school, -1) if neediest else np.full(needs, -1),
        receiving=(
            Level("receiver", school[need], numbers(0, 2, 3)),
            Level("leader", leader[school[need]], numbers(0, 2, 2)),
        ),
        giving=(
            Level("theme", theme, numbers(0, 2, 6)),
            Level("provider", provider, numbers(0, 3, 3)),
            Level("trust", trust[provider], numbers(0, 3, 2)),
        ),
        crossing=tuple(levels),
        swaps=np.array(pairs, dtype=np.int64).reshape(-1, 2),
        bonus=numbers(0, large // 2, len(pairs)),
    )


def number_of(provider: Ints, theme: Ints) -> Ints:
    """Number pairs of provider and theme."""
    return provider * 2 + theme


def every_choice(problem: Problem) -> Ints:
    """Every choice that keeps all caps (choices x candidates, 1 where chosen), each counted."""
    bits = np.arange(2**problem.need.size)[:, None] >> np.arange(problem.need.size) & 1
    kept = np.ones(len(bits), dtype=bool)
    for group, caps in [
        (problem.need, np.ones(problem.alone.size)),
        *((level.group, level.caps) for level in problem.levels),
    ]:
        kept &= (bits @ (group[:, None] == np.arange(caps.size)) <= caps).all(axis=1)
    return bits[kept]


def best(problem: Problem, must: Callable[[Ints], bool] = lambda chosen: True) -> tuple[int, int]:
    """Return how many of the neediest can be helped, and the least that helping so many loses."""
    choices = [np.flatnonzero(row) for row in every_choice(problem)]
    helped, loss = min((-helped_first(problem, one), lose(problem, one)) for one in choices if must(one))
    return -helped, loss

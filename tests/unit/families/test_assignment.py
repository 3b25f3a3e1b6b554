from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.families.assignment import TIES, UNITS, assign, whole_costs


@st.composite
def problems(draw: st.DrawFn) -> tuple[np.ndarray, int, int]:
    count = draw(st.integers(1, 3))
    low = draw(st.integers(0, 2))
    high = draw(st.integers(max(low, 1), 4))
    size = draw(st.integers(max(1, low * count), min(7, high * count)))
    cells = st.lists(st.integers(0, 9), min_size=count, max_size=count)
    return np.array(draw(st.lists(cells, min_size=size, max_size=size))), low, high


@settings(max_examples=80, deadline=None)
@given(problems())
def test_no_assignment_within_the_sizes_is_cheaper(problem: tuple[np.ndarray, int, int]) -> None:
    costs, low, high = problem
    size, count = costs.shape
    found = assign(costs, low=low, high=high)
    best = min(
        sum(int(costs[school, family]) for school, family in enumerate(trial))
        for trial in product(range(count), repeat=size)
        if all(low <= Counter(trial)[family] <= high for family in range(count))
    )
    assert costs[np.arange(size), found].sum() == best
    assert all(low <= (found == family).sum() <= high for family in range(count))


def test_more_candidates_are_tried_where_the_cheapest_do_not_suffice() -> None:
    costs = np.tile(np.arange(20), (20, 1))
    assert sorted(assign(costs, low=1, high=1).tolist()) == list(range(20))


def test_ties_fall_by_names_and_never_outweigh_a_difference() -> None:
    schools, families = ["a", "b", "c"], ["F001", "F002"]
    same = whole_costs(np.full((3, 2), 0.5), schools=schools, families=families)
    again = whole_costs(np.full((3, 2), 0.5), schools=schools[::-1], families=families)
    assert np.array_equal(same, again[::-1])
    assert (same // TIES == UNITS // 2).all()
    assert len(set(same.ravel().tolist())) > 1

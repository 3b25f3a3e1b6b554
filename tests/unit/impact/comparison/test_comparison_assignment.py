"""The nearest schools of each, none used too often."""

from __future__ import annotations

import numpy as np
import pytest

from commonroom.impact.comparison import assignment
from commonroom.impact.comparison.assignment import FlowError, Links, assign
from commonroom.impact.study import Floats


def chosen(distances: Floats, *, each: int, reuse: int) -> Links:
    """The choice for a table of distances."""
    return assign(
        lambda begin, end: distances[begin:end],
        size=(distances.shape[0], distances.shape[1]),
        each=each,
        reuse=reuse,
    )


def of(links: Links, joiner: int) -> list[int]:
    """Whom one school stands beside."""
    return links.other[links.joiner == joiner].tolist()


def test_each_has_its_nearest_where_nobody_is_used_too_often() -> None:
    distances = np.array([[3.0, 1.0, 2.0, 9.0], [9.0, 8.0, 1.0, 0.5]])
    links = chosen(distances, each=2, reuse=2)
    assert of(links, 0) == [1, 2]
    assert of(links, 1) == [2, 3]


def test_equal_distances_go_to_the_first() -> None:
    links = chosen(np.ones((2, 9)), each=3, reuse=2)
    assert of(links, 0) == of(links, 1) == [0, 1, 2]


def test_who_is_wanted_by_all_goes_where_the_others_would_lose_most() -> None:
    distances = np.array([[0.0, 1.0, 50.0], [0.0, 9.0, 50.0]])
    links = chosen(distances, each=1, reuse=1)
    assert of(links, 0) == [1]
    assert of(links, 1) == [0]


def test_farther_schools_are_looked_at_until_none_could_be_better() -> None:
    # All want the same few, so that the nearest two of each are far from enough.
    draw = np.random.default_rng(0)
    distances = np.tile(np.arange(60.0), (12, 1)) + draw.uniform(0, 0.1, (12, 60))
    links = chosen(distances, each=2, reuse=1)
    assert sorted(links.other.tolist()) == list(range(24))


def test_where_others_are_too_few_all_get_fewer_before_any_gets_none() -> None:
    links = chosen(np.arange(20.0).reshape(4, 5), each=3, reuse=1)
    assert np.bincount(links.joiner).tolist() == [1, 1, 1, 1]
    links = chosen(np.arange(20.0).reshape(4, 5), each=9, reuse=2)
    assert np.bincount(links.joiner).tolist() == [2, 2, 2, 2]
    links = chosen(np.ones((5, 2)), each=3, reuse=2)
    assert links.joiner.size == 4


def test_who_cannot_be_used_by_some_leaves_the_rest_their_share() -> None:
    # The first two can use the first two alone, which all are near to.
    distances = np.array([[1.0, 1.0, np.inf, np.inf], [1.0, 1.0, np.inf, np.inf], [1.0, 1.0, 2.0, 3.0]])
    links = chosen(distances, each=2, reuse=2)
    assert [of(links, joiner) for joiner in range(3)] == [[0, 1], [0, 1], [2, 3]]
    links = chosen(distances, each=2, reuse=1)
    assert sorted(of(links, 0) + of(links, 1)) == [0, 1]
    assert of(links, 2) == [2]


def test_one_with_fewer_it_can_use_takes_nothing_from_the_others() -> None:
    distances = np.array([[1.0, np.inf, np.inf, np.inf], [1.0, 2.0, 3.0, 4.0]])
    links = chosen(distances, each=3, reuse=5)
    assert of(links, 0) == [0]
    assert of(links, 1) == [0, 1, 2]


def test_nobody_on_either_side_is_no_pair() -> None:
    assert chosen(np.ones((0, 3)), each=2, reuse=1).joiner.size == 0
    assert chosen(np.ones((3, 0)), each=2, reuse=1).joiner.size == 0


def test_many_schools_are_taken_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    distances = np.random.default_rng(4).uniform(size=(23, 40))
    usual = chosen(distances, each=4, reuse=3)
    monkeypatch.setattr(assignment, "BLOCK", 5)
    parts = chosen(distances, each=4, reuse=3)
    np.testing.assert_array_equal(usual.joiner, parts.joiner)
    np.testing.assert_array_equal(usual.other, parts.other)


def test_a_solver_that_refuses_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing(assignment.SimpleMinCostFlow):
        def solve_max_flow_with_min_cost(self) -> object:
            return self.INFEASIBLE

    monkeypatch.setattr(assignment, "SimpleMinCostFlow", Refusing)
    with pytest.raises(FlowError, match="INFEASIBLE"):
        chosen(np.ones((2, 3)), each=1, reuse=1)

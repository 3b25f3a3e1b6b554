"""Comparison schools beside the assignment problem written out in full, one row and column for each use."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize

from commonroom.impact import comparison
from commonroom.impact.comparison.assignment import UNIT, assign
from commonroom.impact.study import Floats
from unit.impact.comparison.made_comparison import everybody, nation, rules


def least(distances: Floats, *, each: int, reuse: int) -> float:
    """The least distance in all: `each` rows for a school that joined, `reuse` columns for another.

    A school may not stand twice beside the same; that would be a shorter sum, so each pair has a gate of
    its own: linear programming, whose corners are whole.
    """
    joiners, others = distances.shape
    pairs = joiners * others
    joined = np.kron(np.eye(joiners), np.ones(others))
    used = np.kron(np.ones(joiners), np.eye(others))
    found = optimize.linprog(
        distances.ravel(),
        A_eq=joined,
        b_eq=np.full(joiners, each),
        A_ub=used,
        b_ub=np.full(others, reuse),
        bounds=np.column_stack([np.zeros(pairs), np.ones(pairs)]),
    )
    assert found.status == 0
    return float(found.fun)


def greedy(distances: Floats, *, each: int, reuse: int) -> float:
    """What the usual way loses: the nearest pairs first, while both may still have one."""
    left, uses, total = np.full(distances.shape[0], each), np.full(distances.shape[1], reuse), 0.0
    for pair in np.argsort(distances, axis=None, kind="stable").tolist():
        joiner, other = divmod(pair, distances.shape[1])
        if left[joiner] and uses[other]:
            left[joiner], uses[other], total = left[joiner] - 1, uses[other] - 1, total + distances.flat[pair]
    return float(total)


@pytest.mark.parametrize("seed", range(12))
def test_the_least_distance_in_all_when_everybody_wants_the_same(seed: int) -> None:
    draw = np.random.default_rng(seed)
    joiners, others, each = 12, 60, 1 + seed % 4
    wanted = draw.exponential(size=others)
    distances = wanted + 0.3 * draw.exponential(size=(joiners, others))
    reuse = -(-joiners * each // (others // 2))
    links = assign(lambda a, b: distances[a:b], size=(joiners, others), each=each, reuse=reuse)
    assert np.bincount(links.joiner).tolist() == [each] * joiners
    assert np.bincount(links.other).max() <= reuse
    total = distances[links.joiner, links.other].sum()
    np.testing.assert_allclose(total, least(distances, each=each, reuse=reuse), atol=joiners * each * UNIT)


def test_the_usual_greedy_way_would_lose_distance() -> None:
    losses = []
    for seed in range(20):
        draw = np.random.default_rng(seed)
        distances = draw.exponential(size=60) + 0.3 * draw.exponential(size=(12, 60))
        best = least(distances, each=3, reuse=1)
        losses.append(greedy(distances, each=3, reuse=1) / best - 1)
    assert min(losses) >= 0
    assert 0.003 < np.mean(losses) < 0.1


def test_one_for_each_is_the_assignment_problem() -> None:
    draw = np.random.default_rng(7)
    distances = draw.exponential(size=400) + draw.exponential(size=(80, 400)) ** 2
    links = assign(lambda a, b: distances[a:b], size=(80, 400), each=1, reuse=1)
    rows, columns = optimize.linear_sum_assignment(distances)
    np.testing.assert_array_equal(links.joiner, rows)
    np.testing.assert_array_equal(links.other, columns)


def test_pairs_of_a_study_are_the_nearest_by_distances_reckoned_one_by_one() -> None:
    made = nation(300, 20, seed=3)
    asked = rules(neighbours=4, out_of_family=0.7, path_weight=2.0)
    pairs = comparison.match(made, pool=everybody(made), comparison=asked).pairs
    path, context = made.figures[:, [1, 0]], made.context
    turn = np.linalg.inv(np.atleast_2d(np.cov(path.T)))
    sd = context.std(axis=0, ddof=1)
    found = pairs.group_by("school", maintain_order=True).agg("comparison")
    for school, beside in found.iter_rows():
        here = int(school[1:])
        apart = path - path[here]
        squared = 2.0 * np.einsum("ij,jk,ik->i", apart, turn, apart) / 4
        squared += (((context - context[here]) / sd) ** 2).sum(axis=1) / 8
        squared += 0.7 * (made.family != made.family[here])
        squared[made.joined] = np.inf
        assert sorted(int(name[1:]) for name in beside) == sorted(np.argsort(squared)[:4].tolist())

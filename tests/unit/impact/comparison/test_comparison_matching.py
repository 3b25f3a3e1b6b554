"""Comparison schools of every cohort."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from commonroom.impact import comparison
from commonroom.impact.study import NEVER, Floats, Ints, Study
from unit.impact.comparison.made_comparison import everybody, nation, rules, study


def rearranged(one: Study, order: Ints) -> Study:
    """The same schools in another order."""
    changed = {
        field.name: getattr(one, field.name)[order]
        for field in fields(one)
        if field.name not in ("years", "variables")
    }
    return replace(one, **changed)


def change(one: Study, weights: Floats) -> float:
    """Gain from 2017 to 2018 of those that joined over that of those that stand beside them."""
    gain = one.figures[:, 2] - one.figures[:, 1]
    joined = one.joined
    return float(gain[joined & (weights > 0)].mean() - np.average(gain[~joined], weights=weights[~joined]))


def test_weights_are_one_for_a_school_that_joined_and_add_up_to_as_many_beside() -> None:
    made = nation(400, 12)
    found = comparison.match(made, pool=everybody(made), comparison=rules()).adjusted[2018]
    assert (found.weights[made.joined] == 1).all()
    np.testing.assert_allclose(found.weights[~made.joined].sum(), 12)
    assert not np.isnan(found.covariates[found.weights > 0]).any()
    assert found.names == ("path_1", "path_2", "disadvantaged", "fsm6", "prior", "eal")


def test_schools_chosen_for_being_low_look_as_if_helped_and_beside_matched_ones_do_not() -> None:
    naive, matched = [], []
    for seed in range(20):
        made = nation(1000, 40, seed=seed)
        whole = comparison.whole(made, pool=everybody(made), comparison=rules())
        found = comparison.match(made, pool=everybody(made), comparison=rules())
        naive.append(change(made, whole.adjusted[2018].weights))
        matched.append(change(made, found.adjusted[2018].weights))
    assert np.mean(naive) > 0.3
    assert abs(np.mean(matched)) < 3 * np.std(matched) / np.sqrt(20)


def test_falling_schools_stand_beside_falling_ones() -> None:
    draw = np.random.default_rng(8)
    level, last = draw.normal(size=500), draw.normal(size=500)
    figures = np.column_stack([level, last, last, last])
    start = np.zeros(500, dtype=np.int64)
    falling = np.argsort(np.abs(level - 1) + np.abs(last + 1))[:10]  # high, then low
    start[falling[:3]] = 2018
    made = study(figures, start)
    pairs = comparison.match(made, pool=everybody(made), comparison=rules(neighbours=2)).pairs
    beside = [int(name[1:]) for name in pairs["comparison"]]
    assert (level[beside] - last[beside] > 1).all()


def test_no_school_stands_beside_more_than_it_may_over_all_cohorts() -> None:
    made = nation(120, 20, starts=(2018, 2019))
    found = comparison.match(made, pool=everybody(made), comparison=rules(neighbours=3, reuse=2))
    assert found.pairs.group_by("comparison").len()["len"].max() == 2
    assert found.pairs["school"].n_unique() == 20


def test_the_order_of_rows_does_not_matter() -> None:
    made = nation(150, 15, starts=(2018, 2019))
    order = np.random.default_rng(1).permutation(150)
    usual, other = (
        comparison.match(one, pool=everybody(one), comparison=rules(reuse=2))
        for one in (made, rearranged(made, order))
    )
    assert_frame_equal(usual.pairs, other.pairs, rel_tol=1e-9)
    assert_frame_equal(usual.left_out, other.left_out)
    assert_frame_equal(usual.balance, other.balance, rel_tol=1e-9, abs_tol=1e-9)


def test_a_penalty_keeps_schools_in_the_family() -> None:
    made = nation(300, 10)
    inside = [
        comparison.match(made, pool=everybody(made), comparison=rules(out_of_family=penalty)).pairs["family"]
        for penalty in (0.0, 1.0, 1e6)
    ]
    shares = [float(found.mean() or 0) for found in inside]
    assert shares[0] < shares[1] < shares[2] == 1


def test_who_joins_later_stands_beside_nobody_while_there_are_enough_others() -> None:
    made = nation(200, 20, starts=(2018, 2019))
    found = comparison.match(made, pool=everybody(made), comparison=rules(neighbours=5))
    later = made.start == 2019
    assert (found.adjusted[2018].weights[later] == 0).all()
    whole = comparison.whole(made, pool=everybody(made), comparison=rules())
    assert (whole.adjusted[2018].weights[later] > 0).all()


def test_who_joins_later_stands_beside_the_first_where_others_are_too_few() -> None:
    figures = np.random.default_rng(5).normal(size=(12, 4))
    start = [2018] * 3 + [2019] * 6 + [NEVER] * 3
    made = study(figures, start)
    found = comparison.match(made, pool=everybody(made), comparison=rules(neighbours=4, reuse=3))
    first, second = (found.adjusted[year].weights for year in (2018, 2019))
    assert first[3:9].sum() > 0
    np.testing.assert_allclose([first[3:].sum(), second[9:].sum()], [3, 6])
    assert second[:3].sum() == 0


def test_the_whole_pool_weighs_alike_and_has_no_pairs() -> None:
    made = nation(200, 10)
    pool = everybody(made)
    pool[np.flatnonzero(~made.joined)[:50]] = False
    found = comparison.whole(made, pool=pool, comparison=rules())
    weights = found.adjusted[2018].weights
    np.testing.assert_allclose(np.unique(weights), [0, 10 / 140, 1])
    assert found.pairs.is_empty()
    np.testing.assert_allclose(found.balance["pool"], found.balance["comparison"])


@pytest.mark.parametrize("find", [comparison.match, comparison.whole])
def test_nobody_to_stand_beside_and_nobody_who_joined(find: object) -> None:
    made = nation(50, 5)
    nobody = np.zeros(50, dtype=bool)
    found = find(made, pool=nobody, comparison=rules())  # type: ignore[operator]
    assert (found.adjusted[2018].weights == 0).all()
    assert found.left_out.select("side", "why").unique().rows() == [("joined", "no_comparison")]
    assert found.balance.is_empty()
    never = replace(made, start=np.zeros(50, dtype=np.int64))
    assert find(never, pool=everybody(never), comparison=rules()).adjusted == {}  # type: ignore[operator]


def test_the_same_study_gives_the_same_bytes() -> None:
    made = nation(300, 20)
    one, two = (comparison.match(made, pool=everybody(made), comparison=rules(reuse=1)) for _ in range(2))
    assert one.adjusted[2018].weights.tobytes() == two.adjusted[2018].weights.tobytes()
    assert one.pairs.equals(two.pairs)
    assert isinstance(one.pairs, pl.DataFrame)

"""Frames of a comparison: pairs, who was left out, balance."""

from __future__ import annotations

import numpy as np
import polars as pl

from commonroom.impact import comparison
from commonroom.impact.study import NEVER
from commonroom.tables import Table
from commonroom.tables import impact as tables
from unit.impact.comparison.made_comparison import everybody, nation, rules, study


def check(frame: pl.DataFrame, table: Table) -> None:
    """A frame is that of its table, without role."""
    full = table.check(frame.with_columns(role=pl.lit("receiver")))
    assert full.drop("role").equals(frame)


def test_pairs_say_how_far_in_what() -> None:
    made = nation(200, 6)
    found = comparison.match(made, pool=everybody(made), comparison=rules())
    check(found.pairs, tables.COMPARISONS)
    assert found.pairs.height == 60
    np.testing.assert_allclose(found.pairs.group_by("school").agg(pl.col("weight").sum())["weight"], 1)
    both = found.pairs["path_distance"] ** 2 + found.pairs["context_distance"] ** 2
    np.testing.assert_allclose(found.pairs["distance"] ** 2, both / 2)
    assert float(found.pairs["distance"].mean()) < 1  # type: ignore[arg-type]
    assert found.pairs["minutes"].is_null().all()


def test_distance_is_that_of_the_path_where_no_context_is_known() -> None:
    made = study(np.random.default_rng(2).normal(size=(40, 4)), [2018, *[0] * 39])
    pairs = comparison.match(made, pool=everybody(made), comparison=rules()).pairs
    np.testing.assert_allclose(pairs["distance"], pairs["path_distance"])
    assert (pairs["context_distance"] == 0).all()


def test_two_without_a_family_are_not_of_one() -> None:
    figures = np.random.default_rng(2).normal(size=(40, 4))
    made = study(figures, [2018, *[0] * 39], family=[-1] * 20 + [3] * 20)
    pairs = comparison.match(made, pool=everybody(made), comparison=rules()).pairs
    assert not pairs["family"].any()


def test_everybody_who_is_not_used_is_there_with_a_reason() -> None:
    figures = np.random.default_rng(2).normal(size=(12, 4))
    figures[1, 1] = np.nan  # joined without a figure in the last year before
    figures[2] = [0.0, 0.0, np.nan, np.nan]  # joined, and no outcome
    figures[4, 0] = np.nan  # of the pool, a year of the path
    figures[5, 1] = np.nan  # of the pool, no base for the first, but for the second cohort
    start = [2018, 2018, 2018, 2019, *[NEVER] * 8]
    made = study(figures, start)
    pool = everybody(made)
    pool[11] = False
    found = comparison.match(made, pool=pool, comparison=rules(neighbours=2, known=0.5, path_years=2))
    check(found.left_out, tables.LEFT_OUT)
    assert found.left_out.rows() == [
        ("joined", "s0001", "no_base", 2017),
        ("joined", "s0002", "no_outcome", 2018),
        ("comparison", "s0005", "no_path", 2017),
    ]


def test_a_school_that_one_cohort_cannot_use_and_another_can_is_not_left_out() -> None:
    figures = np.random.default_rng(2).normal(size=(12, 4))
    figures[6, 0] = np.nan  # known of the second cohort's path
    made = study(figures, [2018, 2019, *[NEVER] * 10])
    found = comparison.match(made, pool=everybody(made), comparison=rules(neighbours=2, path_years=2))
    assert found.left_out.is_empty()
    assert found.left_out.columns == ["side", "school", "why", "year"]


def test_joiners_for_whom_nobody_is_left_are_said_to_have_none() -> None:
    made = study(np.random.default_rng(2).normal(size=(5, 4)), [2018, 2018, 2018, 0, 0])
    found = comparison.match(made, pool=everybody(made), comparison=rules(neighbours=1, reuse=1))
    assert found.left_out["why"].to_list() == ["no_comparison"]
    assert (found.adjusted[2018].weights[:3] == 1).sum() == 2


def test_balance_stands_beside_the_sd_of_the_pool_and_is_small_after_matching() -> None:
    made = nation(1500, 40)
    found = comparison.match(made, pool=everybody(made), comparison=rules())
    check(found.balance, tables.BALANCE)
    others, joined = ~made.joined, made.joined
    first = found.balance.row(0, named=True)
    base = made.figures[:, 1]
    weights = found.adjusted[2018].weights
    assert first["variable"] == "path_1"
    np.testing.assert_allclose(first["joined"], base[joined].mean())
    np.testing.assert_allclose(first["pool"], base[others].mean())
    np.testing.assert_allclose(first["comparison"], np.average(base[others], weights=weights[others]))
    np.testing.assert_allclose(
        first["before"], (base[joined].mean() - base[others].mean()) / base[others].std()
    )
    assert abs(first["before"]) > 1
    assert float(found.balance["after"].abs().max()) < 0.1  # type: ignore[arg-type]


def test_balance_takes_cohorts_by_their_schools_and_each_at_its_own_last_year() -> None:
    made = nation(300, 9, starts=(2018, 2019))
    found = comparison.match(made, pool=everybody(made), comparison=rules())
    base = np.where(made.start == 2018, made.figures[:, 1], made.figures[:, 2])
    np.testing.assert_allclose(found.balance["joined"][0], base[made.joined].mean())
    assert found.balance["variable"].to_list()[:3] == ["path_1", "path_2", "disadvantaged"]


def test_a_variable_that_the_pool_does_not_vary_in_has_no_standardised_difference() -> None:
    context = np.array([[1.0], *[[2.0]] * 30])
    made = study(np.random.default_rng(2).normal(size=(31, 4)), [2018, *[0] * 30], context=context)
    row = comparison.match(made, pool=everybody(made), comparison=rules()).balance.row(-1, named=True)
    assert row["variable"] == "disadvantaged"
    assert row["before"] is row["after"] is None

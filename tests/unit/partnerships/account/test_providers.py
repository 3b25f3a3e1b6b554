"""What schools give and receive, and how evenly."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonroom.partnerships.account import providers
from commonroom.partnerships.solving.problem import Problem
from unit.partnerships.account.made_case import EDGES, STANDING, bare, capacities, case, rule, stood
from unit.partnerships.small_system import A, B, C, D


def test_the_load_of_each_school_counts_what_stands_already() -> None:
    stated = capacities(("school", A, 25.0, None))
    found = case(EDGES, STANDING, fixed=stood((D, "reading", A, 0.05), state="running"), capacities=stated)
    rows = providers.weigh(found)
    assert rows.select("provider", "days", "days_from", "given", "gives", "receives").rows() == [
        (A, 25.0, "stated", 20.0, 2, 1), (B, 10.0, "rule", 10.0, 1, 0), (C, 10.0, "rule", 0.0, 0, 0),
        (D, 10.0, "rule", 10.0, 1, 1),
    ]  # fmt: skip
    assert rows["price"].to_list() == [0.0] * 4


def test_the_price_is_what_one_more_partnership_saves() -> None:
    found = case()
    price = dict(providers.weigh(found).select("provider", "price").iter_rows())
    ideal = found.arranged.needs["ideal"][1]
    assert price[A] == pytest.approx(0.5 * ideal + 0.05 + 0.25 * 0.05, abs=1e-4)
    assert price[B] == pytest.approx(0.5 * ideal + 0.03, abs=1e-4)
    assert price[C] == price[D] == 0.0


def test_a_group_of_three_takes_the_days_of_one_partnership() -> None:
    # D learns together with F from A: candidates 1 and 4.
    plain = case()
    edges = plain.arranged.edges
    pair = [edges.select("receiver", "provider").rows().index(one) for one in ((D, A), ("100006", A))]
    rows = providers.weigh(case(threes=[tuple(pair)]))
    assert rows.filter(provider=A).select("given", "gives").rows() == [(10.0, 2)]


def test_a_problem_without_a_cap_of_days_has_no_price() -> None:
    nobody = np.zeros(0, dtype=np.int64)
    found = bare(Problem(need=nobody, cost=nobody, alone=np.array([1]), neediest=np.array([-1])))
    assert providers.price(found).is_empty()


@given(st.lists(st.integers(0, 60), min_size=1, max_size=12))
def test_gini_is_half_the_mean_difference_over_the_mean(amounts: list[int]) -> None:
    values = np.array(amounts, dtype=float)
    found = providers.gini(values)
    if not values.sum():
        assert found == 0.0
        return
    mean_difference = sum(abs(a - b) for a in amounts for b in amounts) / len(amounts) ** 2
    assert found == pytest.approx(mean_difference / 2 / values.mean(), abs=1e-12)


def test_only_schools_with_days_count() -> None:
    frame = pl.DataFrame({"days": [10.0, 10.0, 0.0, 0.0], "given": [10.0, 0.0, 0.0, 10.0]})
    # Of 10, 0 and 10: four of nine pairs are ten apart, over twice the mean of 20 / 3.
    assert providers.concentrate(frame) == pytest.approx(4 * 10 / (2 * 9 * 20 / 3))
    assert providers.gini(np.zeros(0)) == 0.0


def test_no_provider_is_left_out() -> None:
    assert providers.weigh(case(definition=rule()))["provider"].to_list() == [A, B, C, D]

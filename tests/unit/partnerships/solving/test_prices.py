"""Prices: a flow's prove it the best, and whatever they are, no plan loses less than they say."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.partnerships.solving import network, relaxing
from commonroom.partnerships.solving import prices as pricing
from commonroom.partnerships.solving.problem import Problem, helped_first, lose
from unit.partnerships.solving.made_problems import nation
from unit.partnerships.solving.tiny_problems import every_choice, problems


@settings(max_examples=50, deadline=None)
@given(problems(crossing=False, swaps=False))
def test_the_prices_of_a_flow_prove_it_the_best_to_the_unit(problem: Problem) -> None:
    chosen, prices, top = relaxing.start(problem, network.lay(problem))
    helped = helped_first(problem, chosen)
    assert pricing.prove(problem, prices, top=top, helped=helped) == lose(problem, chosen)


def test_so_do_those_of_a_large_flow() -> None:
    problem = replace(nation(3_000, seed=3), crossing=(), swaps=np.zeros((0, 2), dtype=np.int64))
    problem = replace(problem, bonus=np.zeros(0, dtype=np.int64))
    chosen, prices, top = relaxing.start(problem, network.lay(problem))
    helped = helped_first(problem, chosen)
    assert pricing.prove(problem, prices, top=top, helped=helped) == lose(problem, chosen)


@settings(max_examples=50, deadline=None)
@given(problems(), st.data())
def test_any_prices_at_all_prove_no_more_than_is_true(problem: Problem, data: st.DataObject) -> None:
    prices = pricing.none(problem)
    worst = 3 * int(problem.cost.max(initial=1)) * pricing.GRAIN
    for caps in (*prices.caps.values(), prices.help):
        caps[:] = data.draw(st.lists(st.integers(0, worst), min_size=caps.size, max_size=caps.size))
    share = [data.draw(st.integers(0, int(bonus) * pricing.GRAIN)) for bonus in problem.bonus]
    prices = replace(prices, share=np.array(share, dtype=np.int64))
    helped, top = data.draw(st.integers(0, 3)), data.draw(st.integers(0, 100))
    bound = pricing.prove(problem, prices, top=top, helped=helped)
    choices = [
        row for row in map(np.flatnonzero, every_choice(problem)) if helped_first(problem, row) >= helped
    ]
    assert all(bound <= lose(problem, one) for one in choices)


def test_bonuses_are_lent_where_they_make_nobody_the_cheapest() -> None:
    ones = np.ones(2, dtype=np.int64)
    problem = Problem(
        need=np.array([0, 0, 1, 1]),
        cost=np.array([0, 6, 0, 4]),
        alone=9 * ones,
        neediest=-ones,
        swaps=np.array([[1, 3], [0, 3]]),
        bonus=np.array([8, 2]),
    )
    lent = pricing.lend(problem, pricing.none(problem), np.zeros(2, dtype=bool))
    # 6 to the first pair's first, 2 to its second; the other pair's first has nothing to spare.
    assert lent.share.tolist() == [6 * pricing.GRAIN, 0]
    assert pricing.tempted(problem, lent).size == 0
    dear = replace(problem, bonus=np.array([12, 2]))
    lent = pricing.lend(dear, pricing.none(dear), np.zeros(2, dtype=bool))
    assert lent.share[0] == 7 * pricing.GRAIN
    assert pricing.tempted(dear, lent).tolist() == [0, 1, 3]

"""The three ways of choosing, and groups of three, on a system that can be reckoned by hand."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from commonroom.partnerships import checking, solving
from commonroom.partnerships.arranged import Arranged
from commonroom.partnerships.arranging import arrange, nothing_known
from commonroom.partnerships.choosing import choose, share
from commonroom.partnerships.definition import Definition
from commonroom.partnerships.solving.problem import lose
from commonroom.partnerships.terms import GREEDY, STABLE, Terms, Way
from unit.partnerships.small_system import A, B, D, E, F, define, edges, ground, standing

TODAY = datetime.date(2026, 11, 1)
DAYS = {"base": 10.0, "per_100_pupils": 0.0, "per_strength": 0.0, "own_need": 1.0, "most": 10.0}
#: Every school's gain counts alike, so that a list is led by the largest.
EVEN = {"disadvantage": 0.0}
STANDING = standing((D, "reading", "need"), (E, "reading", "need"), (F, "reading", "need"),
                    (A, "reading", "strength"), (B, "reading", "strength"))  # fmt: skip
#: D gains most from A, but E can be helped by A alone.
EDGES = edges((D, "reading", A, 0.06), (D, "reading", B, 0.05), (E, "reading", A, 0.055))


def _arrange(definition: Definition, rows: pl.DataFrame = EDGES) -> Arranged:
    return arrange(rows, STANDING, ground(), definition=definition, known=nothing_known())


def _pairs(arranged: Arranged, way: Way, **more: bool) -> list[tuple[str, str]]:
    definition = define(days=DAYS, caps=())
    found = choose(arranged, ground(), definition=definition, terms=Terms(TODAY, way=way, **more))
    return arranged.edges[found.solution.chosen].select("receiver", "provider").rows()


def test_the_best_plan_helps_two_where_a_list_helps_one() -> None:
    arranged = _arrange(define(days=DAYS, caps=(), weights=EVEN))
    assert _pairs(arranged, "best") == [(D, B), (E, A)]
    assert _pairs(arranged, GREEDY) == [(D, A)]


def test_another_way_keeps_the_bound_and_the_prices_of_the_best() -> None:
    definition = define(days=DAYS, caps=(), weights=EVEN)
    arranged = _arrange(definition)
    best, greedy = (
        choose(arranged, ground(), definition=definition, terms=Terms(TODAY, way=way)).solution
        for way in ("best", GREEDY)
    )
    assert greedy.loss == lose(arranged.problem, greedy.chosen)
    assert greedy.loss > best.loss >= best.bound
    assert greedy.bound == best.bound
    assert np.all(greedy.reduced[greedy.chosen] == 0)


def test_a_stable_plan_has_no_blocking_pair_and_the_best_may_have_one() -> None:
    definition = define(days=DAYS, caps=())
    near = EDGES.with_columns(nearness=pl.Series([0.9, 0.8, 0.7]))
    arranged = _arrange(definition, near)
    assert _pairs(arranged, STABLE) == [(D, A)]
    counts = [
        choose(arranged, ground(), definition=definition, terms=Terms(TODAY, way=way)).blocking
        for way in (STABLE, "best")
    ]
    assert counts == [0, 1]


def test_two_schools_near_each_other_learn_together_from_one() -> None:
    definition = define(days=DAYS, caps=(), threes={"share": 0.9, "most_minutes": 20.0})
    rows = edges((D, "reading", A, 0.06), (E, "reading", A, 0.055), (F, "reading", A, 0.05))
    arranged = _arrange(definition, rows)
    found = choose(arranged, ground(), definition=definition, terms=Terms(TODAY, threes=True))
    # D and E are 3 km apart, D and F 6: two of them share the only ten days of A.
    assert found.solution.chosen.size == 2
    assert found.pairs.shape == (1, 2)
    assert found.joined.tolist() == [found.pairs[0, 0]]
    assert found.solution.bound <= found.solution.loss < found.best.loss
    apart = define(days=DAYS, caps=(), threes={"share": 0.9, "most_minutes": 5.5})
    alone = choose(_arrange(apart, rows), ground(), definition=apart, terms=Terms(TODAY, threes=True))
    assert alone.pairs.shape == (0, 2)


def test_measured_travel_decides_who_is_near_enough_to_learn_together() -> None:
    definition = define(days=DAYS, caps=(), threes={"share": 0.9, "most_minutes": 20.0})
    rows = edges((D, "reading", A, 0.06), (E, "reading", A, 0.055))
    minutes = pl.DataFrame({"from": [D], "to": [E], "minutes": [90.0]})
    far = replace(ground(), minutes=minutes)
    assert share(_arrange(definition, rows), far, definition=definition).together.tolist() == []
    near = share(_arrange(definition, rows), ground(), definition=definition).together
    assert near.tolist() == [[0, 1]]


def test_schools_without_a_place_do_not_share() -> None:
    definition = define(days=DAYS, caps=())
    nowhere = ground().schools.with_columns(easting=pl.lit(None, dtype=pl.Float64))
    found = share(_arrange(definition), replace(ground(), schools=nowhere), definition=definition)
    assert found.together.shape == (0, 2)


def test_a_plan_that_breaks_a_cap_is_never_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    definition = define(days=DAYS, caps=())
    arranged = _arrange(definition)
    everybody = replace(solving.solve(arranged.problem), chosen=np.arange(3))
    monkeypatch.setattr(solving, "solve", lambda _problem: everybody)
    with pytest.raises(checking.BrokenError):
        choose(arranged, ground(), definition=definition, terms=Terms(TODAY))

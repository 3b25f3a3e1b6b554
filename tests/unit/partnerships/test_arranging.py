"""From candidates to a problem: numbers, costs and caps in place."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from commonroom.partnerships import gains
from commonroom.partnerships.arranged import UNIT
from commonroom.partnerships.arranging import arrange, nothing_known
from unit.partnerships.small_system import A, B, C, D, E, F, define, edges, ground, standing

STANDING = standing(
    (D, "reading", "need"), (E, "reading", "need"), (F, "reading", "need"), (A, "mathematics", "need"),
    (A, "reading", "strength"), (B, "reading", "strength"), (D, "mathematics", "strength"), keys=(F,),
)  # fmt: skip
EDGES = edges((E, "reading", B, 0.04), (D, "reading", A, 0.05), (D, "reading", B, 0.03),
              (F, "reading", A, 0.02), (A, "mathematics", D, 0.06))  # fmt: skip
CHANGE = {"change": 0.5, "alone": 0.5, "known": 0.0, "disadvantage": 1.0, "swap": 0.25}


def _fixed(*rows: tuple[str, str, str, float]) -> pl.DataFrame:
    return edges(*rows).with_columns(state=pl.lit("accepted"))


def _last(*rows: tuple[str, str, str]) -> pl.DataFrame:
    frame = pl.DataFrame(list(rows), schema=["receiver", "theme", "provider"], orient="row")
    return frame.select("receiver", pl.lit("primary").alias("phase"), "theme", "provider")


def test_needs_and_candidates_are_numbered_in_one_order() -> None:
    definition = define(weights=CHANGE)
    found = arrange(EDGES, STANDING, ground(), definition=definition, known=nothing_known())
    assert found.needs.select("theme", "receiver").rows() == [
        ("mathematics", A), ("reading", D), ("reading", E), ("reading", F),
    ]  # fmt: skip
    assert found.edges.select("need", "provider").rows() == [(0, D), (1, A), (1, B), (2, B), (3, A)]
    assert found.problem.need.tolist() == [0, 1, 1, 2, 3]
    assert found.problem.neediest.tolist() == [-1, -1, -1, 0]
    # Disadvantage is at the 60th percentile in D: its gains count 1.6 times.
    assert found.needs["weight"].to_list() == pytest.approx([1.0, 1.6, 1.8, 2.0])
    ideal = gains.closes(definition.gain) * gains.gap(*(found.needs[c].to_numpy() for c in ("effect", "sd")))
    assert found.problem.alone.tolist() == pytest.approx(
        (found.needs["weight"] * ideal * 1.5 / UNIT).to_list(), abs=1
    )
    lost = 1.6 * (ideal[1] - 0.05) / UNIT
    assert found.problem.cost[1] - found.edges["ties"][1] == pytest.approx(lost, abs=1)
    # A helps D in reading, and D helps A in mathematics: the smaller gain is 0.06 x 1.0.
    assert found.problem.swaps.tolist() == [[0, 1]]
    assert found.problem.bonus.tolist() == pytest.approx([0.25 * 0.06 / UNIT], abs=1)


def test_what_stands_is_taken_from_the_caps_and_its_need_is_met() -> None:
    known = replace(nothing_known(), fixed=_fixed((D, "reading", A, 0.05)))
    definition = define(
        days={"base": 20.0, "per_100_pupils": 0.0, "per_strength": 0.0, "own_need": 1.0, "most": 20.0}
    )
    found = arrange(EDGES, STANDING, ground(), definition=definition, known=known)
    assert found.needs["receiver"].to_list() == [A, E, F]
    given = dict(found.providers.select("provider", pl.struct("slots", "held")).iter_rows())
    assert given[A] == {"slots": 1, "held": 1}
    assert given[B] == {"slots": 2, "held": 0}
    level = next(level for level in found.problem.giving if level.name == "provider")
    assert dict(zip(level.names, level.caps.tolist(), strict=True)) == {A: 1, B: 2, D: 2}
    assert found.fixed["keys"].to_list() == [False]


def test_a_school_that_gives_without_a_strength_keeps_what_stands_and_gives_no_more() -> None:
    known = replace(nothing_known(), fixed=_fixed((D, "reading", C, 0.01)))
    found = arrange(EDGES, STANDING, ground(), definition=define(), known=known)
    row = found.providers.row(by_predicate=pl.col("provider") == C, named=True)
    assert (row["days"], row["slots"], row["held"]) == (10.0, 0, 1)


def test_another_partner_than_in_the_last_plan_has_a_price_unless_that_one_can_help_no_more() -> None:
    last = _last((D, "reading", A), (E, "reading", A))
    definition = define(weights=CHANGE)
    same = arrange(EDGES, STANDING, ground(), definition=definition, known=nothing_known()).problem.cost
    found = arrange(
        EDGES, STANDING, ground(), definition=definition, known=replace(nothing_known(), last=last)
    )
    ideal = found.needs["ideal"][1]
    dearer = (found.problem.cost - same) * UNIT
    assert dearer.tolist() == pytest.approx([0.0, 0.0, 1.6 * 0.5 * ideal, 0.0, 0.0], abs=2 * UNIT)


def test_a_school_of_two_phases_that_is_a_keys_school_in_one_has_one_adviser() -> None:
    both = pl.concat([STANDING, standing((F, "mathematics", "need")).with_columns(phase=pl.lit("secondary"))])
    found = arrange(EDGES, both, ground(), definition=define(), known=nothing_known())
    assert found.needs.filter(receiver=F)["keys"].to_list() == [True, True]
    assert found.problem.neediest.tolist() == [-1, -1, -1, 0, 0]
    helped = replace(nothing_known(), fixed=_fixed((F, "reading", B, 0.01)))
    again = arrange(EDGES, both, ground(), definition=define(), known=helped)
    assert again.problem.neediest.tolist() == [-1, -1, -1, -1]


def test_a_need_in_a_place_that_is_not_known_counts_as_any() -> None:
    places = replace(ground(), schools=ground().schools.filter(pl.col("school") != D))
    found = arrange(EDGES, STANDING, places, definition=define(), known=nothing_known())
    assert found.needs.filter(receiver=D)["weight"].to_list() == [1.0]

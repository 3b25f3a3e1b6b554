"""How full caps are."""

from __future__ import annotations

import polars as pl
import pytest

from commonroom.partnerships.account import limits
from unit.partnerships.account.made_case import EDGES, STANDING, capacities, case, led, rule, stood
from unit.partnerships.small_system import A, B, C, D, E, F, edges, standing


def _rows(frame: pl.DataFrame) -> list[tuple[str, str, int, int]]:
    return frame.select("limit", "of", "cap", "used").rows()


def test_caps_that_keep_somebody_away_are_shown_with_their_price() -> None:
    found = limits.show(case())
    # A and B could help D as well; D, who helps A, could help nobody else.
    assert _rows(found) == [("provider", A, 1, 1), ("provider", B, 1, 1)]
    assert (found["price"] > 0.05).all()


def test_stated_ones_are_shown_full_or_not_and_what_stands_counts() -> None:
    stated = capacities(
        ("school", B, 40.0, None), ("trust", "T", 50.0, None), ("authority", "Eastham", 60.0, None)
    )
    found = case(
        capacities=stated, fixed=stood((D, "reading", A, 0.05)), trusts={"A": "T", "B": "T", "D": "U"}
    )
    # A's one partnership stands, so that F cannot have it.
    assert _rows(limits.show(found)) == [
        ("provider", A, 1, 1), ("provider", B, 4, 1), ("trust", "T", 5, 2), ("authority", "Eastham", 6, 2),
    ]  # fmt: skip


def test_a_receiver_with_nobody_waiting_is_not_shown() -> None:
    stands = standing((D, "reading", "need"), (D, "mathematics", "need"), (A, "reading", "strength"),
                      (B, "mathematics", "strength")).with_columns(measure="theme")  # fmt: skip
    both = edges((D, "reading", A, 0.05), (D, "mathematics", B, 0.04))
    assert _rows(limits.show(case(both, stands, definition=rule(days={"base": 20.0})))) == []
    once = rule(days={"base": 20.0}, themes_at_once=1)
    assert _rows(limits.show(case(both, stands, definition=once))) == [("receiver", D, 1, 1)]


def test_what_stands_counts_for_a_measure() -> None:
    stands = standing((D, "reading", "need"), (D, "mathematics", "need"), (A, "reading", "strength"),
                      (B, "mathematics", "strength"))  # fmt: skip
    found = case(edges((D, "mathematics", B, 0.04)), stands, fixed=stood((D, "reading", A, 0.05)))
    assert _rows(limits.show(found)) == [("measure", f"{D} > primary > made_up", 1, 1)]


def test_leaders_are_shown_with_what_they_do_already() -> None:
    stands = standing((D, "reading", "need"), (E, "reading", "need"), (A, "reading", "strength"),
                      (B, "reading", "strength"), (C, "mathematics", "need"), keys=(C, D, E))  # fmt: skip
    fixed = stood((D, "reading", A, 0.05), (C, "mathematics", F, 0.05))
    found = case(edges((E, "reading", B, 0.04)), stands, fixed=fixed)
    shown = limits.show(led(found, pools={"": 2, "Westham": 3}))
    assert _rows(shown) == [("leader", "", 3, 1), ("leader", "Westham", 4, 2)]


@pytest.mark.parametrize(
    ("cap", "whose", "full"),
    [
        ({"giver": "school", "receiver": "authority"}, f"{A} > Westham", 2),
        ({"giver": "trust", "theme": True}, "T > primary > reading", 2),
        # A and E are of one authority's schools only where they are not counted.
        ({"giver": "authority", "away": True}, "Eastham", 2),
        ({"giver": "trust", "away": True}, "T", 2),
        ({"giver": "school", "away": True}, A, 2),
        ({"receiver": "authority"}, "Westham", 2),
    ],
)
def test_caps_of_the_definition_count_what_stands(cap: dict, whose: str, full: int) -> None:
    stands = standing((D, "reading", "need"), (E, "reading", "need"), (F, "reading", "need"),
                      (B, "reading", "need"), (A, "reading", "strength"))  # fmt: skip
    candidate = edges((E, "reading", A, 0.05), (F, "reading", A, 0.04))
    definition = rule(
        days={"base": 90.0, "most": 90.0},
        theme_at_once=9,
        caps=[{"name": "few", "most": full, "why": "", "why_cy": "", **cap}],
    )
    fixed = stood((D, "reading", A, 0.05))
    found = case(candidate, stands, definition=definition, fixed=fixed, trusts={"A": "T", "B": "T"})
    assert _rows(limits.show(found)) == [("few", whose, full, full)]


def test_a_partnership_within_one_group_is_not_counted_where_only_others_are() -> None:
    stands = standing((B, "reading", "need"), (E, "reading", "need"), (F, "reading", "need"),
                      (A, "reading", "strength"))  # fmt: skip
    candidate = edges((E, "reading", A, 0.05), (F, "reading", A, 0.04))
    for cap in ({"giver": "authority"}, {"giver": "trust"}):
        definition = rule(
            days={"base": 90.0, "most": 90.0}, theme_at_once=9,
            caps=[{"name": "few", "most": 1, "away": True, "why": "", "why_cy": "", **cap}],
        )  # fmt: skip
        found = case(candidate, stands, definition=definition, fixed=stood((B, "reading", A, 0.05)),
                     trusts={"A": "T", "B": "T"})  # fmt: skip
        assert limits.show(found).select("cap", "used").rows() == [(1, 1)]


def test_a_plan_of_nothing_has_no_limits() -> None:
    assert limits.show(case(EDGES.clear(), STANDING.clear())).is_empty()

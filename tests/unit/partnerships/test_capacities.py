"""Days that schools can give, by rule and as stated."""

from __future__ import annotations

import polars as pl

from commonroom.partnerships.capacities import provide
from commonroom.tables import partnerships as tables
from unit.partnerships.small_system import A, B, D, define, ground, standing

DAYS = {
    "base": 10.0, "per_100_pupils": 2.0, "per_strength": 5.0, "own_need": 0.5, "most": 18.0,
    "partnership": 8.0,
}  # fmt: skip
STANDING = standing((A, "reading", "strength"), (B, "reading", "strength"), (B, "mathematics", "strength"),
                    (D, "reading", "strength"), (D, "mathematics", "need"))  # fmt: skip


def test_days_go_by_size_strength_and_own_need() -> None:
    found = provide(STANDING, ground(), definition=define(days=DAYS))
    # 10 + 2 x 3 = 16; one strength more is 21, of which 18 at most; half of 16 with a need of its own.
    assert found["provider"].to_list() == [A, B, D]
    assert found["days"].to_list() == [16.0, 18.0, 8.0]
    assert found["slots"].to_list() == [2, 2, 1]
    assert found["days_from"].to_list() == ["rule"] * 3


def test_days_stated_come_before_days_offered_and_both_before_the_rule() -> None:
    capacities = pl.DataFrame(
        [("school", A, 40.0, None), ("trust", "Made-up Trust", 5.0, None)],
        schema=tables.CAPACITIES.schema,
        orient="row",
    )
    statements = pl.DataFrame(
        [
            (A, "primary", "reading", "offer", 3.0, None),
            (B, "primary", "reading", "offer", 9.0, None),
            (B, "primary", "mathematics", "offer", 8.0, None),
            (D, "primary", "reading", "offer", None, None),
        ],
        schema=tables.STATEMENTS.schema,
        orient="row",
    )
    found = provide(
        STANDING, ground(), definition=define(days=DAYS), statements=statements, capacities=capacities
    )
    assert found["days"].to_list() == [40.0, 17.0, 8.0]
    assert found["days_from"].to_list() == ["stated", "stated", "rule"]
    assert found["slots"].to_list() == [5, 2, 1]


def test_a_capacity_of_three_partnerships_exactly_is_three() -> None:
    capacities = pl.DataFrame([("school", A, 3 * 0.7, None)], schema=tables.CAPACITIES.schema, orient="row")
    days = {**DAYS, "partnership": 0.7}
    found = provide(
        STANDING, ground(), definition=define(days=days), capacities=capacities
    ).filter(provider=A)  # fmt: skip
    assert found["slots"].to_list() == [3]

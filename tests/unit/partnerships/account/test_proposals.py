"""The partnerships of a plan, as people read them."""

from __future__ import annotations

import polars as pl
import pytest

from commonroom.partnerships import gains
from commonroom.partnerships.account import alternatives, proposals
from commonroom.partnerships.account.case import pairs
from commonroom.partnerships.arranged import UNIT
from commonroom.tables import partnerships as tables
from unit.partnerships.account.made_case import EDGES, STANDING, case, last, rule, stood
from unit.partnerships.small_system import A, B, D, E, F, edges, standing

TWO = rule(days={"base": 20.0})


def test_every_partnership_is_there_in_order_with_what_it_is_from() -> None:
    stands = STANDING.with_columns(
        source=pl.when(pl.col("school") == B).then(pl.lit("another")).otherwise("source"),
        why=pl.when(pl.col("school") == B).then(pl.lit("said")).otherwise("why"),
        cohort=pl.when(pl.col("school") == B).then(31.0).otherwise("cohort"),
    )
    rows = proposals.write(case(stands=stands), last=last((E, "reading", B), (F, "reading", D)))
    assert rows.select("theme", "receiver", "provider", "state").rows() == [
        ("mathematics", A, D, "new"), ("reading", E, B, "kept"), ("reading", F, A, "new"),
    ]  # fmt: skip
    assert rows["keys"].to_list() == [False, False, True]
    assert rows["source"].to_list() == ["made up", "made up; another", "made up"]
    assert rows["strength"].to_list() == ["evidence", "said", "evidence"]
    assert rows.select("cohort", "provider_cohort").rows()[1] == (40.0, 31.0)
    assert rows["days"].to_list() == [10.0] * 3
    assert rows.select("measure", "spread", "why").rows()[0] == ("made_up", 10.0, "evidence")
    assert rows["stays"].null_count() == rows["third"].null_count() == rows["swap"].null_count() == 3


def test_a_pair_in_another_theme_is_not_kept() -> None:
    rows = proposals.write(case(), last=last((E, "mathematics", B), (D, "reading", A)))
    assert set(rows["state"]) == {"new"}


def test_what_stands_already_keeps_its_state() -> None:
    found = case(fixed=stood((D, "reading", A, 0.05), state="paused"))
    rows = proposals.write(found, last=last((D, "reading", A)))
    assert rows.filter(receiver=D).select("state", "keys", "days").rows() == [("paused", False, 10.0)]


def test_schools_that_help_each_other_are_told_so() -> None:
    rows = proposals.write(case(definition=TWO), last=tables.PROPOSALS.empty())
    assert rows.select("receiver", "provider", "swap").rows() == [
        (A, D, "reading"), (D, A, "mathematics"), (E, B, None), (F, A, None),
    ]  # fmt: skip
    assert proposals.count_swaps(rows) == 1
    assert proposals.count_swaps(rows.filter(theme="reading")) == 0


def test_two_themes_between_the_same_schools_are_one_swap() -> None:
    rows = pl.DataFrame(
        {"theme": ["b", "a", "c"], "receiver": [D, D, A], "provider": [A, A, D]},
    )
    assert proposals.count_swaps(rows) == 1


def test_a_group_of_three_names_the_other_and_gains_less() -> None:
    plain = case()
    names = plain.arranged.edges.select("receiver", "provider").rows()
    joins, host = names.index((D, A)), names.index((F, A))
    rows = proposals.write(case(threes=[(joins, host)]), last=tables.PROPOSALS.empty())
    together = rows.filter(provider=A)
    assert together.select("receiver", "third", "days").rows() == [(D, F, 5.0), (F, D, 5.0)]
    assert together["gain"].to_list() == pytest.approx([0.8 * 0.05, 0.8 * 0.02])
    alone = proposals.write(plain, last=tables.PROPOSALS.empty()).filter(receiver=F)
    assert together["gain_high"][1] == pytest.approx(0.8 * alone["gain_high"][0])
    assert rows.filter(receiver=E)["third"].to_list() == [None]


def test_ranges_hold_the_gain_and_are_those_of_the_draws() -> None:
    found = case()
    rows = proposals.write(found, last=tables.PROPOSALS.empty())
    low, high = gains.gap_range(STANDING["effect"].to_numpy()[:1], STANDING["sd"].to_numpy()[:1])
    assert rows["gap_low"].to_list() == pytest.approx([low[0]] * 3)
    assert rows["gap_high"].to_list() == pytest.approx([high[0]] * 3)
    number = pairs(found)["number"].to_numpy()
    assert rows.select("gain_low", "gain_high").rows() == found.drawn.ranges(number).rows()
    # Next to nothing, or all of a third of a large gap, likeness and nearness less.
    assert (rows["gain_low"] >= 0).all()
    assert (rows["gain_high"] > rows["gain_low"]).all()
    assert (rows["gain_high"] < 0.4 * high[0] * 0.88 * 0.85).all()


def test_how_often_pairs_stay_is_set_beside_them() -> None:
    found = case(fixed=stood((D, "reading", B, 0.03)))
    stays = pairs(found).filter(pl.col("state").is_null()).select(
        "receiver", "phase", "theme", "provider", stays=pl.lit(0.75)
    )  # fmt: skip
    rows = proposals.write(found, last=tables.PROPOSALS.empty(), stays=stays)
    assert dict(rows.select("receiver", "stays").iter_rows()) == {A: 0.75, D: None, F: 0.75}


MANY = edges((D, "reading", A, 0.05), (D, "reading", B, 0.04), (D, "reading", F, 0.03),
             (D, "reading", E, 0.02), (A, "mathematics", D, 0.06), (B, "mathematics", D, 0.05))  # fmt: skip
MANY_STAND = standing(
    (D, "reading", "need"), (A, "mathematics", "need"), (B, "mathematics", "need"),
    (A, "reading", "strength"), (B, "reading", "strength"), (E, "reading", "strength"),
    (F, "reading", "strength"), (D, "mathematics", "strength"),
)  # fmt: skip


def test_the_two_best_others_are_named_with_what_they_cost() -> None:
    found = case(MANY, MANY_STAND, definition=rule(weights={"disadvantage": 0.0, "alone": 0.5, "swap": 0.0,
                                                             "known": 0.0, "change": 0.0}))  # fmt: skip
    rows = alternatives.find(found)
    assert rows.select("receiver", "place", "provider", "full").rows() == [(D, 1, B, False), (D, 2, F, False)]
    assert rows["costs"].to_list() == pytest.approx([0.01, 0.02], abs=1001 * UNIT)
    assert rows["cohort"].to_list() == [40.0, 40.0]
    assert (rows["gain_high"] > rows["gain"]).all()


def test_an_other_that_is_full_costs_what_its_days_are_worth_elsewhere() -> None:
    # B helps E; D, with A, could have B, which E would lose: 1.5 times its ideal for its ideal less .04.
    more = pl.concat([EDGES.filter(pl.col("receiver") != F), edges((D, "reading", F, 0.001))])
    stands = pl.concat([STANDING.filter(pl.col("school") != F), standing((F, "reading", "strength"))])
    found = case(more, stands)
    rows = alternatives.find(found).filter(receiver=D)
    assert rows.select("place", "provider", "full").rows() == [(1, F, False), (2, B, True)]
    ideal = found.arranged.needs["ideal"][1]
    swap = 0.25 * 0.05
    assert rows["costs"].to_list() == pytest.approx(
        [0.05 - 0.001 + swap, 0.5 * ideal + 0.04 + 0.02 + swap], abs=3000 * UNIT
    )


def test_a_plan_without_others_has_no_alternatives() -> None:
    assert alternatives.find(case(edges((D, "reading", A, 0.05)))).is_empty()

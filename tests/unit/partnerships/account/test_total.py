"""A plan in one row."""

from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest
from scipy.stats import truncnorm

from commonroom.partnerships import gains
from commonroom.partnerships.account import Case, Past, draw, explain, redraw, sum_up
from commonroom.partnerships.account.redraws import Redrawn
from commonroom.partnerships.arranged import UNIT
from commonroom.tables import partnerships as tables
from unit.partnerships.account.made_case import STANDING, case, reach, rule, stood
from unit.partnerships.small_system import A, B, D, F

SURE = STANDING.with_columns(
    sd=pl.lit(1e-9), probability=pl.when(pl.col("kind") == "strength").then(1.0).otherwise(0.0)
)


def test_the_row_says_what_the_plan_is() -> None:
    found = case(fixed=stood((D, "reading", B, 0.03)))
    row = sum_up(found, way="best", blocking=2).row(0, named=True)
    assert (row["way"], row["needs"], row["helped"], row["candidates"]) == ("best", 4, 3, 3)
    assert (row["keys"], row["keys_helped"], row["swaps"], row["blocking"]) == (1, 1, 0, 2)
    assert row["gain"] == pytest.approx(0.03 + 0.06 + 0.02)
    assert row["loss"] == pytest.approx(found.solution.loss * UNIT)
    assert (row["bound"], row["shortfall"]) == (pytest.approx(row["loss"]), 0.0)
    # A, B and D give ten days each, C nothing: six of the sixteen pairs are ten apart, over twice 7.5.
    assert row["gini"] == pytest.approx(0.25)
    assert (row["redraws"], row["regret"], row["regret_high"]) == (0, None, None)


def test_regret_is_the_mean_and_the_95th_percentile() -> None:
    told = Redrawn(101, pl.DataFrame(), np.arange(101) / 100)
    row = sum_up(case(), way="best", redrawn=told).row(0, named=True)
    assert (row["redraws"], row["regret"], row["regret_high"]) == (
        101,
        pytest.approx(0.5),
        pytest.approx(0.95),
    )


def test_the_range_of_the_whole_is_as_wide_as_what_is_closed_is_unsure() -> None:
    found = case(stands=SURE, definition=rule(), seed=3)
    many = dataclasses.replace(
        found, drawn=draw(found.arranged, SURE, definition=found.definition, count=4000, seed=3)
    )
    row = sum_up(many, way="best").row(0, named=True)
    prior = found.definition.gain
    below = -prior.closes / prior.closes_sd
    share = truncnorm(below, np.inf, loc=prior.closes, scale=prior.closes_sd)
    fade = 0.88 * 0.85
    whole = 3 * 0.5 * fade
    assert row["gain_low"] == pytest.approx(whole * share.ppf(0.025), rel=0.02)
    assert row["gain_high"] == pytest.approx(whole * share.ppf(0.975), rel=0.02)
    assert gains.closes(prior) == pytest.approx(share.mean())


def test_groups_of_three_gain_their_share() -> None:
    plain = case(stands=SURE)
    names = plain.arranged.edges.select("receiver", "provider").rows()
    joins, host = names.index((D, A)), names.index((F, A))
    alone, three = (sum_up(one, way="best").row(0, named=True) for one in (
        plain, case(stands=SURE, threes=[(joins, host)])))  # fmt: skip
    # Each of the two has 0.8 of what it would: two and 1.6 where there were three.
    assert three["gain"] == pytest.approx(0.06 + 0.04 + 0.8 * 0.07)
    assert three["gain_high"] / alone["gain_high"] == pytest.approx((2 + 2 * 0.8) / 3)
    assert three["helped"] == 4


def test_everything_is_explained_together() -> None:
    made = case()
    found = Case(made.arranged, made.solution, made.ground, made.definition, STANDING, made.drawn)
    redrawn = redraw(found, redraws=3)
    told = explain(found, reach=reach((F, "reading", 3, 3, 0, 0)), redrawn=redrawn)
    assert (
        told.proposals.select("receiver", "stays").rows()
        == redrawn.stays.sort("phase", "theme", "receiver").select("receiver", "stays").rows()
    )
    assert told.unmatched["receiver"].to_list() == [D]
    assert told.providers.height == 4
    assert told.limits.height == 2
    assert told.alternatives.height == 0
    assert told.equity.height > 0
    assert set(told.changes["why"]) == {"need"}
    again = explain(found, reach=reach(), past=Past(proposals=told.proposals))
    assert again.changes.is_empty()
    assert set(again.proposals["state"]) == {"kept"}
    for name, frame in vars(told).items():
        table = getattr(tables, name.upper())
        assert frame.schema == pl.DataFrame(schema=table.schema).schema


def test_the_same_case_gives_the_same_frames() -> None:
    one, two = (explain(case(), reach=reach(), redrawn=redraw(case(), redraws=4)) for _ in range(2))
    for name in vars(one):
        assert getattr(one, name).equals(getattr(two, name))

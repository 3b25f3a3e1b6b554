from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from commonroom.partnerships import draws, gains
from unit.partnerships.made_standing import model, standing

STANDING = standing(
    ("a", "need", -0.5, 0.2),
    ("b", "need", -0.2, 0.3),
    ("c", "need", None, None),
    ("s", "strength", 0.4, 0.2),
    ("t", "strength", 0.1, 0.2),
    ("u", "strength", None, None),
)


def edges(*pairs: tuple[str, str]) -> pl.DataFrame:
    """Candidates of primary reading: likeness 0.8, nearness 0.7."""
    filled = gains.fill(STANDING, gain=model())
    frame = pl.DataFrame(pairs, orient="row", schema=["receiver", "provider"]).with_columns(
        phase=pl.lit("primary"), theme=pl.lit("reading"), likeness=0.8, nearness=0.7
    )
    needs = filled.select(receiver="school", gap=gains.gap(*filled.select("effect", "sd").to_numpy().T))
    strong = filled.select("probability", provider="school")
    frame = frame.join(needs, on="receiver", maintain_order="left").join(
        strong, on="provider", maintain_order="left"
    )
    return frame.with_columns(gain=gains.expected(frame, gain=model()))


EVERY = edges(*((need, strong) for need in "abc" for strong in "stu"))


def drawn(frame: pl.DataFrame = EVERY, *, count: int = 4000, seed: int = 5) -> draws.Draws:
    return draws.draw(frame, STANDING, gain=model(), draws=count, seed=seed)


def test_the_mean_of_draws_is_what_is_expected() -> None:
    found = drawn(count=20_000).gains().astype(np.float64)
    error = found.std(axis=0) / 20_000**0.5
    assert (np.abs(found.mean(axis=0) - EVERY["gain"].to_numpy()) < 4 * error).all()
    assert found.min() == 0.0


def test_gaps_and_strengths_are_drawn_from_what_is_known() -> None:
    found = drawn(count=20_000)
    assert found.real.mean(axis=0) == pytest.approx([0.97725, 0.691462, 0.5], abs=0.015)
    assert np.median(found.gaps[:, 0]) == pytest.approx(0.5, abs=0.01)
    assert (found.gaps[:, 1] == 0).mean() == pytest.approx(0.252, abs=0.015)
    assert np.corrcoef(found.gaps, rowvar=False)[0, 1] == pytest.approx(0.0, abs=0.04)


def test_what_a_school_closes_is_one_number_in_each_draw() -> None:
    """All candidates of a draw share it, so a plan's total is as unsure as that is."""
    found = drawn(count=1000)
    assert found.closes.shape == (1000,)
    assert found.closes.min() > 0
    assert float(found.closes.mean()) == pytest.approx(gains.closes(model()), rel=2e-3)
    expected = found.closes[3] * found.gaps[3, 1] * found.real[3, 2] * np.float32(0.8 * 0.7)
    assert found.gains()[3, 5] == pytest.approx(expected, rel=1e-6)
    totals = found.totals(np.arange(9))
    assert totals == pytest.approx(found.gains().sum(axis=1), rel=1e-5)


def test_a_pair_is_drawn_alike_in_any_plan() -> None:
    alone = drawn(edges(("b", "t")), count=200).gains()
    assert alone[:, 0].tolist() == drawn(count=200).gains()[:, 4].tolist()
    assert drawn(count=200, seed=6).gains()[:, 4].tolist() != alone[:, 0].tolist()


def test_any_part_is_that_part_of_the_whole() -> None:
    found = drawn(count=50)
    some, times = np.array([7, 2]), np.array([3, 40, 41])
    assert found.gains(some, times).tolist() == found.gains()[np.ix_(times, some)].tolist()
    assert found.gains(some).dtype == np.float32


def test_ranges_in_small_parts_are_quantiles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draws, "AT_ONCE", 500 * 4)
    found = drawn(count=500)
    low, high = np.quantile(found.gains(), [0.025, 0.975], axis=0)
    assert len(list(found.parts(np.arange(9)))) == 3
    ranges = found.ranges(np.arange(9))
    assert ranges["gain_low"].to_list() == low.tolist()
    assert ranges["gain_high"].to_list() == high.tolist()
    assert found.totals(np.arange(9)) == pytest.approx(found.gains().sum(axis=1), rel=1e-5)


def test_candidates_with_their_ranges() -> None:
    found = draws.with_ranges(EVERY, STANDING, gain=model(), drawn=drawn())
    assert found.select(EVERY.columns).equals(EVERY)
    assert (found["gain_low"] <= found["gain"]).all()
    assert (found["gain"] <= found["gain_high"]).all()
    of_a = found.filter(receiver="a").select("gap_low", "gap_high").unique()
    assert of_a.row(0) == pytest.approx((0.5 - 1.959964 * 0.2, 0.5 + 1.959964 * 0.2), abs=1e-6)


def test_a_partnership_that_stands_though_the_standing_says_nothing_of_it() -> None:
    frame = EVERY[:1].with_columns(receiver=pl.lit("new"), provider=pl.lit("gone"))
    found = drawn(frame, count=2000)
    assert found.real.mean() == pytest.approx(0.5, abs=0.05)
    assert found.gaps.mean() == pytest.approx(0.399, abs=0.05)


def test_nothing_to_draw() -> None:
    found = drawn(EVERY[:0], count=20)
    assert found.gains().shape == (20, 0)
    assert found.ranges(np.zeros(0, dtype=np.int64)).height == 0
    assert found.totals(np.zeros(0, dtype=np.int64)).tolist() == [0.0] * 20

"""Centres are round constants near the means, and moving exact sums to them loses nothing."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonroom.store import centres, memory
from unit.store import made_up_pupils as made_up
from unit.store.made_up_pupils import WEIGHED


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_a_centre_is_round_and_within_a_standard_deviation_of_the_mean(mean: float, sd: float) -> None:
    (centre,) = centres.choose([mean], [sd])
    assert abs(centre - mean) <= sd
    step = 10.0 ** math.floor(math.log10(sd))
    assert centre / step == pytest.approx(round(centre / step), abs=1e-3)


@pytest.mark.parametrize(
    ("mean", "sd", "decimals", "centre"),
    [
        (100.3, 14.9, None, 100.0), (0.21, 0.41, None, 0.2), (-0.04, 0.98, None, 0.0), (27.26, 3.1, 0, 27.0),
        (0.123456789, 1e-7, 6, 0.123457), (12345.678, 0.0, None, 12345.7), (5.0, None, None, 5.0),
        (0.0, 0.0, None, 0.0), (None, None, None, 0.0), (math.nan, 1.0, None, 0.0),
    ],
)  # fmt: skip
def test_centres(mean: float | None, sd: float | None, decimals: int | None, centre: float) -> None:
    found = centres.choose([mean], [sd], decimals=decimals)
    assert found == (centre,)
    assert math.copysign(1, found[0]) == math.copysign(1, centre) or centre


@given(st.tuples(*[st.floats(-1e4, 1e4)] * 3), st.integers(0, 6))
def test_moving_exact_sums_is_the_same_as_centring_pupils(where: tuple[float, ...], decimals: int) -> None:
    rows = made_up.pupils(15, schools=3)
    where = tuple(round(value, decimals) for value in where)
    plan = replace(WEIGHED, decimals=decimals)
    bare = memory.add_up(rows, replace(plan, centres=(0.0, 0.0, 0.0)))
    centred = memory.add_up(rows, replace(plan, centres=where))
    moved = centres.move(bare.frame, plan, where)
    assert moved.equals(centred.frame)

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonroom import families
from commonroom.families.placement import place
from commonroom.families.presets import Variable
from unit.families.builders import frame, preset

CELLS = st.one_of(st.none(), st.integers(-5, 5).map(float))
CRITERIA = ("eal", "fsm", "prior")


def made(rows: list[list[float | None]], **more: list[object]) -> pl.DataFrame:
    return frame(**{name: [row[at] for row in rows] for at, name in enumerate(CRITERIA)}, **more)


def three(share: float = 0.3) -> families.Preset:
    weights = (0.5, 0.3, 0.2)
    criteria = [Variable(name=n, weight=w, scale=2.0) for n, w in zip(CRITERIA, weights, strict=True)]
    return preset(*criteria, share=share, k=50)


def every_pair(schools: pl.DataFrame, chosen: families.Preset) -> pl.DataFrame:
    placed = place(schools, preset=chosen)
    size = placed.schools.len()
    a, b = (part.ravel() for part in np.indices((size, size)))
    found = families.between(placed, a, b)
    names = {"school": placed.schools.gather(a), "neighbour": placed.schools.gather(b)}
    return pl.DataFrame({**names, "between": found}).filter(pl.col("school") != pl.col("neighbour"))


def assert_as_found(schools: pl.DataFrame, chosen: families.Preset) -> None:
    """What `find` lists (all that can be compared) has this distance, and what it does not list has none."""
    found = families.find(schools, preset=chosen).neighbours
    pairs = every_pair(schools, chosen).join(found, on=["school", "neighbour"], how="left")
    here = pairs["between"].to_numpy()
    there = pairs["distance"].fill_null(np.nan).to_numpy()
    np.testing.assert_allclose(here, there, rtol=0, atol=1e-12, equal_nan=True)


@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=2, max_size=12),
    share=st.sampled_from([0.1, 0.3, 0.5, 1.0]),
)
def test_any_pair_is_as_far_as_find_says(rows: list[list[float | None]], share: float) -> None:
    rows[0] = [1.0, 2.0, 3.0]
    assert_as_found(made(rows), three(share))


def test_a_large_system_too_with_much_unknown() -> None:
    random = np.random.default_rng(4)
    values = np.where(random.random((60, 3)) < 0.2, np.nan, random.normal(size=(60, 3)))
    rows = [[None if np.isnan(cell) else float(cell) for cell in row] for row in values]
    assert_as_found(made(rows), three().model_copy(update={"k": 59}))


def test_by_hand_on_what_both_know() -> None:
    """sqrt((0.5 (2/2)^2 + 0.2 (4/2)^2) / 0.7), where the second criterion is known of one alone."""
    placed = place(made([[1.0, 2.0, 3.0], [3.0, None, 7.0]]), preset=three())
    found = families.between(placed, np.array([0, 1]), np.array([1, 0]))
    assert found == pytest.approx([(1.3 / 0.7) ** 0.5] * 2)


def test_schools_of_different_blocks_are_not_compared() -> None:
    schools = made([[1.0, 2.0, 3.0]] * 3, kind=["special", "mainstream", "special"])
    placed = place(schools, preset=three())
    found = families.between(placed, np.array([0, 0]), np.array([1, 2]))
    assert np.isnan(found[0])
    assert found[1] == 0.0


def test_more_pairs_than_are_looked_at_together(monkeypatch: pytest.MonkeyPatch) -> None:
    placed = place(made([[1.0, 2.0, 3.0], [3.0, None, 7.0], [0.0, 0.0, 0.0]]), preset=three())
    a, b = np.array([0, 1, 2, 0, 2]), np.array([1, 2, 0, 0, 1])
    whole = families.between(placed, a, b)
    monkeypatch.setattr("commonroom.families.pairs.AT_ONCE", 2)
    assert families.between(placed, a, b).tolist() == whole.tolist()

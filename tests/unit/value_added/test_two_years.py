"""Noise from two years: by hand, and against a known truth."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from commonroom.value_added import better, two_years
from commonroom.value_added.errors import NoSpread, NotEnoughYears
from unit.value_added.made_up import measure

LASTING, OWN, PUPIL = 3.0, 1.5, 12.0


def rows(residuals: np.ndarray, cohorts: np.ndarray, expected: np.ndarray | None = None) -> pl.DataFrame:
    """School-years of arrays (schools, 2): what is expected, and what came beside it."""
    size = len(residuals)
    told = np.zeros_like(residuals) if expected is None else expected
    return pl.DataFrame(
        {
            "school": np.repeat([f"s{j:04d}" for j in range(size)], 2),
            "year": np.tile([2019, 2023], size),
            "value": (told + residuals).ravel(),
            "expected": told.ravel(),
            "cohort": cohorts.astype(float).ravel(),
        },
        nan_to_null=True,
    )


def drawn(seed: int, schools: int = 3000) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    """Schools whose lasting difference is known, beside a part of one year, and chance among pupils."""
    random = np.random.default_rng(seed)
    cohorts = np.exp(random.uniform(np.log(8), np.log(120), (schools, 1))).round() + random.integers(
        0, 4, (schools, 2)
    )
    lasting = LASTING * random.standard_normal(schools)
    noise = OWN**2 + PUPIL**2 / cohorts
    residuals = lasting[:, None] + np.sqrt(noise) * random.standard_normal((schools, 2))
    expected = 45 + 6 * random.standard_normal((schools, 1)).repeat(2, axis=1)
    return rows(residuals, cohorts, expected), lasting, noise


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_both_parts_of_the_noise_are_found(seed: int) -> None:
    made, _, truth = drawn(seed)
    found = two_years.noise(made, measure=measure("attainment8_disadvantaged"))
    variance = (found["variance"] * found["spread"] ** 2).to_numpy()
    small = truth.ravel() > np.median(truth)
    assert variance[small].mean() == pytest.approx(truth.ravel()[small].mean(), rel=0.06)
    assert variance[~small].mean() == pytest.approx(truth.ravel()[~small].mean(), rel=0.12)
    assert found.select("school", "year").equals(made.select("school", pl.col("year").cast(pl.Int32)))


def test_ranges_hold_what_lasts_as_often_as_they_say_in_small_and_large_schools() -> None:
    held, sizes = [], []
    for seed in range(4):
        made, lasting, _ = drawn(10 + seed)
        found = two_years.noise(made, measure=measure("attainment8_disadvantaged"))
        both = made.join(found.cast({"year": pl.Int64}), on=["school", "year"], maintain_order="left")
        pooled = both.group_by("school", maintain_order=True).agg(
            mean=((pl.col("value") - pl.col("expected")) / pl.col("spread")).mean(),
            noise=pl.col("variance").sum() / 4,
            cohort=pl.col("cohort").min(),
            spread=pl.col("spread").mean(),
        )
        _, effect, sd = better.posterior(
            pooled["mean"].to_numpy(), pooled["noise"].to_numpy(), np.ones(pooled.height)
        )
        held.append(np.abs(effect - lasting / pooled["spread"].to_numpy()) < better.RANGE * sd)
        sizes.append(pooled["cohort"].to_numpy())
    inside, cohort = np.concatenate(held), np.concatenate(sizes)
    edges = np.quantile(cohort, [1 / 3, 2 / 3])
    for part in (cohort <= edges[0], (cohort > edges[0]) & (cohort <= edges[1]), cohort > edges[1]):
        assert inside[part].mean() == pytest.approx(0.95, abs=0.012)


def test_by_hand_one_cohort_and_residuals_two_apart() -> None:
    """Half of two squared is two; the sd of the figures is one (year one: +1 and -1 in turn)."""
    sign = np.tile([1.0, -1.0], 20)
    found = two_years.noise(
        rows(np.column_stack([sign, -sign]), np.full((40, 2), 50)), measure=measure("attainment8")
    )
    spread = np.sqrt(40 / 39)
    assert found["spread"].to_numpy() == pytest.approx(spread)
    assert found["variance"].to_numpy() == pytest.approx(2 / spread**2)


def test_neither_part_is_negative_where_large_schools_vary_more() -> None:
    random = np.random.default_rng(5)
    cohorts = np.tile([[10.0, 10.0], [200.0, 200.0]], (100, 1))
    residuals = random.standard_normal((200, 2)) * np.where(cohorts > 100, 3.0, 1.0)
    found = two_years.noise(rows(residuals, cohorts), measure=measure("attainment8"))
    variance = found["variance"].to_numpy()
    assert variance.min() > 0
    assert np.ptp(variance * found["spread"].to_numpy() ** 2) < 0.2 * variance.mean() * 9


def test_a_share_is_noisier_in_the_middle_than_at_its_end() -> None:
    random = np.random.default_rng(6)
    share = np.tile([[8.0], [50.0]], (400, 1)) + np.zeros((800, 2))
    cohorts = np.full((800, 2), 60.0)
    residuals = np.sqrt(share * (100 - share) / cohorts) * random.standard_normal((800, 2))
    made = rows(residuals, cohorts, share)
    found = two_years.noise(made, measure=measure("persistent_absence"))
    by_school = found.group_by("school", maintain_order=True).agg(pl.col("variance").mean())["variance"]
    assert by_school[1::2].mean() > 1.5 * by_school[0::2].mean()


def test_a_school_with_one_year_or_no_known_cohort_has_noise_too() -> None:
    made, _, _ = drawn(4, schools=60)
    first = made.with_row_index()["index"]
    bare = made.with_columns(
        value=pl.when(first == 1).then(None).otherwise("value"),
        cohort=pl.when(first.is_in([4, 5])).then(None).otherwise("cohort"),
    )
    found = two_years.noise(bare, measure=measure("attainment8"))
    assert found.filter(pl.col("school") == "s0000")["year"].to_list() == [2019]
    assert found.filter(pl.col("school") == "s0002")["variance"].is_finite().all()


def test_two_years_thirty_schools_and_some_spread_are_needed() -> None:
    made, _, _ = drawn(4, schools=29)
    with pytest.raises(NotEnoughYears, match="has 2 years and 29 schools with two of them; two years and 30"):
        two_years.noise(made, measure=measure("attainment8"))
    made, _, _ = drawn(4, schools=40)
    with pytest.raises(NotEnoughYears, match="has 1 years"):
        two_years.noise(made.filter(pl.col("year") == 2019), measure=measure("attainment8"))
    flat = made.with_columns(value=pl.when(pl.col("year") == 2023).then(50.0).otherwise("value"))
    with pytest.raises(NoSpread, match="every school has the same Attainment 8 in 2023"):
        two_years.noise(flat, measure=measure("attainment8"))

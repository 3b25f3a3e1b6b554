from __future__ import annotations

import polars as pl
import pytest

from commonroom.partnerships import circumstances


def made(**columns):
    size = len(next(iter(columns.values())))
    names = {"school": [f"s{i}" for i in range(size)], "phase": ["primary"] * size}
    blank = {"disadvantaged": [None] * size, "fsm6": [None] * size}
    kinds = {"disadvantaged": pl.Float64, "fsm6": pl.Float64, "eal": pl.Float64}
    return pl.DataFrame(names | blank | columns, schema_overrides=kinds)


def test_percentiles_are_the_middle_of_a_school_s_place() -> None:
    """Four schools: places 1/8, 3/8, 5/8 and 7/8; two alike share theirs."""
    found = circumstances.percentiles(made(eal=[40.0, 10.0, 30.0, 20.0]), variables=["eal"])
    assert found.rows() == [("s0", "primary", 87.5), ("s1", "primary", 12.5), ("s2", "primary", 62.5),
                            ("s3", "primary", 37.5)]  # fmt: skip
    alike = circumstances.percentiles(made(eal=[10.0, 10.0, None, 30.0, 20.0]), variables=["eal"])
    assert alike["eal"].to_list() == [25.0, 25.0, None, 87.5, 62.5]


def test_phases_are_apart() -> None:
    both = made(eal=[10.0, 20.0, 90.0]).with_columns(phase=pl.Series(["primary", "primary", "secondary"]))
    assert circumstances.percentiles(both, variables=["eal"])["eal"].to_list() == [25.0, 75.0, 50.0]


def test_disadvantage_is_of_the_cohort_else_of_free_meals_in_six_years() -> None:
    found = circumstances.disadvantage(
        made(disadvantaged=[10.0, 20.0, None, None], fsm6=[90.0, 80.0, 70.0, None])
    )
    assert found.columns == ["school", "phase", "percentile"]
    assert found["percentile"].to_list() == [25.0, 75.0, pytest.approx(100 / 6), None]

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from commonroom import value_added
from commonroom.tables import value_added as tables
from unit.value_added.made_up import System, measure, system


@pytest.fixture(scope="module")
def known() -> System:
    made = system(schools=400, seed=11)
    new = [f"s{j:04d}" for j in range(6)]
    return replace(
        made, outcomes=made.outcomes.filter(~pl.col("school").is_in(new) | (pl.col("year") == 2024))
    )


@pytest.fixture(scope="module")
def tested(known: System) -> pl.DataFrame:
    return value_added.left_out_year(
        known.outcomes,
        known.context,
        schools=known.schools,
        measure=measure(),
        cases=[(2018, 2017), (2024, 2019)],
    )


def row(frame: pl.DataFrame, year: int, schools: str, model: str) -> dict[str, float]:
    found = frame.filter(
        (pl.col("year") == year) & (pl.col("schools") == schools) & (pl.col("model") == model)
    )
    return found.row(0, named=True)


def test_every_part_and_model_has_its_row(tested: pl.DataFrame) -> None:
    assert tested.columns == list(tables.LEFT_OUT_YEARS.schema)
    models = {
        "ours",
        "last value",
        "mean of three",
        "shrunk to context",
        "regression",
        "regression in hindsight",
    }
    assert set(tested.filter((pl.col("year") == 2024) & (pl.col("schools") == "all"))["model"]) == models
    assert set(tested.filter(pl.col("year") == 2018)["model"]) == models - {"regression"}
    assert tested.filter(pl.col("schools") == "without history")["model"].to_list() == ["ours"]


def test_held_out_authorities_are_scored_apart(tested: pl.DataFrame) -> None:
    every, mine, held = (row(tested, 2024, part, "ours")["n"] for part in ("all", "choosing", "held-out"))
    assert held == 4 / 20 * 400 - 1
    assert mine + held == every == 394


def test_ours_beats_the_simple_models_where_its_assumptions_hold(tested: pl.DataFrame) -> None:
    for model in ("last value", "mean of three"):
        found = row(tested, 2024, "all", model)
        assert found["less"] < 0
        assert found["less_low95"] <= found["less"] <= found["less_high95"]
        assert found["less_high95"] < 0
    assert row(tested, 2024, "all", "ours")["less"] == 0


def test_coverage_is_near_what_is_said(tested: pl.DataFrame) -> None:
    found = row(tested, 2024, "all", "ours")
    assert found["cover80"] == pytest.approx(0.8, abs=0.08)
    assert found["cover95"] == pytest.approx(0.95, abs=0.05)


def test_results_between_the_latest_used_and_the_year_left_out_are_hidden(
    known: System, tested: pl.DataFrame
) -> None:
    other = pl.when(pl.col("year") == 2023).then(90 - pl.col("value")).otherwise("value").alias("value")
    again = value_added.left_out_year(
        known.outcomes.with_columns(other), known.context,
        schools=known.schools, measure=measure(), cases=[(2024, 2019)],
    )  # fmt: skip
    assert again.equals(tested.filter(pl.col("year") == 2024))


def test_each_year_with_two_before_it_is_left_out_by_default(known: System) -> None:
    short = known.outcomes.filter(pl.col("year") <= 2019)
    found = value_added.left_out_year(short, known.context, schools=known.schools, measure=measure())
    assert found.select("year", "latest").unique().sort("year").rows() == [(2018, 2017), (2019, 2018)]


def test_a_measure_too_young_to_be_tested_has_no_rows(known: System) -> None:
    short = known.outcomes.filter(pl.col("year") <= 2017)
    found = value_added.left_out_year(short, known.context, schools=known.schools, measure=measure())
    assert found.is_empty()
    assert found.schema == tables.LEFT_OUT_YEARS.schema

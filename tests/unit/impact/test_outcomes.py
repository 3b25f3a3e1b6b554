"""Figures stand in standard deviations of their year's schools, and what cannot is refused."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.impact import outcomes
from commonroom.panel import measures
from unit.impact import made_panel

MEASURES = measures.load()


def test_a_figure_is_in_sd_of_mainstream_schools_of_its_year() -> None:
    panel = made_panel.make()
    found = outcomes.take(panel, name="progress8", measures=MEASURES)
    mainstream = panel.schools.filter(kind="mainstream")
    rows = (
        found.figures.join(mainstream, on="school", how="semi")
        .group_by("year")
        .agg(mean=pl.col("z").mean(), sd=pl.col("z").std())
    )
    assert rows["mean"].abs().max() < 1e-12
    assert (rows["sd"] - 1).abs().max() < 1e-12
    assert found.years["schools"].to_list() == [159] * 5
    # The special school is there too, measured by the others.
    assert found.figures["school"].n_unique() == 160


def test_less_is_better_turns_the_figures() -> None:
    panel = made_panel.make(measure="absence")
    found = outcomes.take(panel, name="absence", measures=MEASURES, phase="secondary")
    assert found.sign == -1
    assert found.figures.select(pl.corr("value", "z"))[0, 0] < -0.9


def test_a_year_with_few_schools_is_not_used() -> None:
    panel = made_panel.make()
    few = panel.outcomes.filter((pl.col("year") != 2019) | (pl.col("school") < "100020"))
    found = outcomes.take(replace(panel, outcomes=few), name="progress8", measures=MEASURES)
    assert found.years["year"].to_list() == [2015, 2016, 2017, 2018]
    assert found.figures["year"].n_unique() == 4


def test_the_gap_is_an_outcome_like_any_other() -> None:
    panel = made_panel.make(measure="attainment8")
    whole = panel.outcomes.with_columns(value=pl.col("value") * 5 + 45)
    poor = whole.with_columns(
        measure=pl.lit("attainment8_disadvantaged"),
        group=pl.lit("disadvantaged"),
        value=pl.col("value") - 8,
        cohort=pl.lit(30.0),
    )
    both = replace(panel, outcomes=pl.concat([whole, poor]))
    found = outcomes.take(both, name="attainment8:gap", measures=MEASURES)
    row = found.figures.row(0, named=True)
    # 100 pupils, 30 of them 8 points below all: the others are 8 x 30 / 70 above.
    assert row["value"] == pytest.approx(-8 - 8 * 30 / 70)
    assert found.measure.name == "attainment8:gap"
    assert found.sign == 1
    assert row["cohort"] < 31


@pytest.mark.parametrize(
    ("name", "phase", "what"),
    [
        ("joy", None, "there is no measure called joy"),
        ("absence", None, "is a measure of both phases"),
        ("progress8", "primary", "is a measure of secondary schools alone"),
        ("progress8:gap", None, "no school has figures of both groups"),
        ("attainment8", None, "no year with figures of 30 mainstream schools"),
    ],
)
def test_what_cannot_be_asked_is_said(name: str, phase: str | None, what: str) -> None:
    with pytest.raises(SaidToPeople, match=what):
        outcomes.take(made_panel.make(), name=name, measures=MEASURES, phase=phase)

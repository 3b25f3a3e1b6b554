"""Themes rest on what the bundled data really have: Greater Manchester, from the panel to who needs what."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from commonroom import panel
from commonroom.partnerships import circumstances, standing, themes
from commonroom.store import evidence


@pytest.fixture(scope="session")
def better(manchester: Path) -> pl.DataFrame:
    """Who does better or less well, of Greater Manchester."""
    return evidence.open(manchester).table("better")


def test_every_measure_of_a_theme_is_in_the_evidence(better: pl.DataFrame) -> None:
    there = set(better.select("phase", "measure").iter_rows())
    named = {(phase, measure) for phase, _, basis in themes.load().bases for measure in basis.measures}
    assert named <= there


def test_measures_of_two_years_and_of_a_group_have_claims_with_their_own_cohorts(
    better: pl.DataFrame,
) -> None:
    group = better.filter(pl.col("measure") == "attainment8_disadvantaged")
    whole = better.filter(pl.col("measure") == "attainment8")
    assert 0.05 < group["claim"].mean() < 0.25
    assert group["years"].max() == 2
    assert group["cohort"].median() < 0.6 * whole["cohort"].median()
    for measure in ("absence", "persistent_absence"):
        assert better.filter(phase="secondary", measure=measure)["claim"].sum() > 0


def test_strengths_and_needs_of_the_system(manchester: Path, better: pl.DataFrame) -> None:
    known, defined = evidence.open(manchester), themes.load()
    comparable, schools = known.table("comparable"), known.table("schools")
    compared = schools.filter(pl.col("kind") == panel.COMPARED)
    outcomes = known.table("outcomes").join(compared, on="school", how="semi")
    here = circumstances.percentiles(comparable.filter("in_system"), variables=defined.variables)
    found = standing.stand(standing.source(better, outcomes), here, themes=defined)
    counted = standing.count(found)
    by_figures = {(phase, theme) for phase, theme, basis in defined.bases if basis.measure}
    assert set(counted.select("phase", "theme").iter_rows()) == by_figures
    assert counted["strengths"].min() > 0
    assert counted["needs"].min() > 0
    assert found["spread"].null_count() == found["source"].null_count() == 0
    assert found["cohort"].min() >= 6
    assert found["evidence"].equals(found["kind"])

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from commonroom.value_added.pupils import forecasts, years
from commonroom.value_added.pupils.drift import Structure, distances
from commonroom.value_added.pupils.model import Model, NotEnoughPupils, NotThisModel
from unit.value_added.pupils.made_up_extensions import add_up, drifting, plan, pupils

MODEL = Model(years="year")


def test_gaps_between_years_are_gaps() -> None:
    apart = distances([2018, 2021, None])
    omega = Structure(1.0, 2.0, 0.5).omega(apart)
    assert omega.tolist() == [[3.0, 1 + 2 / 8, 1.0], [1 + 2 / 8, 3.0, 1.0], [1.0, 1.0, 1.0]]


def test_what_persists_and_what_drifts_are_found() -> None:
    frame = drifting(schools=400, most=40, persistent=0.5, drift=0.7, years=(2019, 2020, 2022, 2023, 2024))
    found = years.fit(add_up(frame, plan("year")), MODEL)
    assert found.fit.components is not None
    rows = {row[0]: row[1:4] for row in found.fit.components.rows()}
    for name, true in (
        ("variance of persistent", 0.25),
        ("variance of drift", 0.49),
        ("correlation of drift a year apart", 0.7),
        ("residual variance", 1.0),
        ("share between schools", 0.74 / 1.74),
        ("correlation of effects a year apart", (0.25 + 0.7 * 0.49) / 0.74),
    ):
        assert rows[name][1] < true < rows[name][2], name
    assert found.fit.blocks.columns[-4:] == ("year 2020", "year 2022", "year 2023", "year 2024")


def test_many_schools_begin_where_some_of_them_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    sums = add_up(drifting(schools=90, most=10, seed=2), plan("year"))
    whole = years.fit(sums, MODEL)
    monkeypatch.setattr("commonroom.value_added.pupils.drift.THIN", 30)
    thin = years.fit(sums, MODEL)
    assert thin.fit.at.criterion == pytest.approx(whole.fit.at.criterion, abs=1e-6)


def test_effects_say_how_many_pupils_a_year_had() -> None:
    frame = drifting(schools=30, most=8)
    found = years.schools(years.fit(add_up(frame, plan("year")), MODEL), draws=10)
    counts = frame.group_by("urn", "year").len()
    for school, year, count in counts.head(20).rows():
        row = found.filter((pl.col("school") == school) & (pl.col("term") == f"year {year}"))
        assert row["pupils"].item() == count
    empty = found.filter(pl.col("pupils") == 0)
    assert empty.height > 0
    assert (empty["sd"] > 0).all()
    lasting = found.filter(pl.col("term") == years.PERSISTENT)
    assert lasting["pupils"].sum() == frame.height


def test_two_years_cannot_tell_how_fast_schools_drift() -> None:
    found = years.fit(add_up(drifting(schools=40, years=(2023, 2024), drift=1.0), plan("year")), MODEL)
    assert found.free == ("persistent", "drift")
    assert "too few to tell how fast" in found.fit.sentences[0]
    assert found.fit.components is not None
    assert found.fit.components.row(4)[2:] == (None, None, "held: drift is of one year only")


def test_no_drift_and_nothing_that_persists_are_said() -> None:
    mean = pl.col("score").mean()
    frame = drifting(schools=30, most=12, persistent=1.0).with_columns(
        score=pl.col("score") - mean.over("urn", "year") + mean.over("urn")
    )
    still = years.fit(add_up(frame, plan("year")), MODEL)
    assert still.free == ("persistent",)
    assert "No drift is detectable" in still.fit.sentences[0]
    moving = years.fit(add_up(drifting(schools=60, persistent=0.0, drift=1.0, seed=2), plan("year")), MODEL)
    assert moving.free == ("drift", "persistence")
    assert "No part that persists" in moving.fit.sentences[0]


def test_slow_drift_is_said_to_be_like_what_persists() -> None:
    said = years._sentences(Structure(0.1, 0.2, 0.995), ("persistent", "drift", "persistence"), 3)
    assert "so slow" in said[0]


def test_schools_without_any_difference_have_none() -> None:
    frame = drifting(schools=12, most=8, persistent=0.0, drift=0.0, seed=1)
    flat = frame.with_columns(score=pl.col("score") - pl.col("score").mean().over("urn", "year"))
    found = years.fit(add_up(flat, plan("year")), MODEL)
    assert found.fit.state == "none"
    assert found.free == ()
    assert found.fit.components is not None
    assert found.fit.components.row(0)[1:] == (0.0, None, None, "no detectable variation")


def test_an_intake_that_says_the_year_drops_a_year() -> None:
    frame = drifting(schools=20).with_columns(meals=(pl.col("year") == "2024").cast(pl.Float64))
    found = years.fit(add_up(frame, plan("year")), MODEL)
    assert found.fit.blocks.aliased == ("year 2024",)


def test_what_years_cannot_be_fitted_is_said() -> None:
    frame = drifting(schools=20)
    for given, model, match in (
        (frame, Model(years="year", slope=("prior",)), "slopes that differ by school cannot be fitted"),
        (frame.with_columns(year=pl.lit("2023/24")), MODEL, "year has 2023/24, which is no year"),
        (frame.with_columns(year=pl.lit("2024")), MODEL, r"all pupils are of one year \(2024\)"),
        (frame.filter(pl.col("year") == pl.col("year").first().over("urn")), MODEL, "no school has pupils"),
    ):
        with pytest.raises(NotThisModel, match=match):
            years.fit(add_up(given, plan("year")), model)


def test_the_last_year_is_foreseen_better_than_by_the_year_before_and_its_interval_holds() -> None:
    coverage, ours, last = [], [], []
    for seed in range(4):
        frame = drifting(schools=150, most=30, seed=seed, years=(2020, 2021, 2022, 2023, 2024))
        found = forecasts.forecast(add_up(frame, plan("year")), MODEL)
        scores = found.scores.row(0, named=True)
        coverage.append(scores["coverage"])
        ours.append(scores["rmse"])
        last.append(scores["rmse_last"])
        assert scores["noise"] < scores["rmse"] < scores["rmse_none"]
        assert scores["correlation"] > scores["correlation_last"] - 0.02
        assert found.year == 2024
    assert 0.92 < np.mean(coverage) < 0.98
    assert np.mean(ours) < np.mean(last)


def test_a_forecast_has_not_seen_the_year() -> None:
    """Outcomes of the last year change what was observed, and nothing of what was foreseen."""
    frame = drifting(schools=40, most=10)
    moved = frame.with_columns(
        score=pl.when(pl.col("year") == "2024").then(pl.col("score") * -3 + 5).otherwise("score")
    )
    first, second = (forecasts.forecast(add_up(given, plan("year")), MODEL) for given in (frame, moved))
    for name in ("forecast", "sd", "low95", "shrunken_last"):
        assert first.schools[name].to_numpy() == pytest.approx(second.schools[name].to_numpy(), abs=1e-6)
    assert first.schools["observed"].to_list() != second.schools["observed"].to_list()


def test_a_forecast_of_no_difference_has_no_correlation() -> None:
    frame = drifting(schools=20, most=8, persistent=0.0, drift=0.0)
    mean = pl.col("score").mean().over("urn", "year")
    flat = frame.with_columns(
        score=pl.when(pl.col("year") == "2024").then("score").otherwise(pl.col("score") - mean)
    )
    scores = forecasts.forecast(add_up(flat, plan("year")), MODEL).scores.row(0, named=True)
    assert scores["correlation"] is None
    assert scores["rmse"] == pytest.approx(scores["rmse_none"])


def test_what_cannot_be_foreseen_is_said() -> None:
    with pytest.raises(NotThisModel, match="leaving the last one out takes at least three"):
        forecasts.forecast(add_up(pupils(years=(2023, 2024)), plan("year")), MODEL)
    few = drifting(schools=20).filter((pl.col("year") != "2024") | (pl.col("urn") < "s005"))
    with pytest.raises(NotEnoughPupils, match="schools have pupils both in 2024 and before"):
        forecasts.forecast(add_up(few, plan("year")), MODEL)


def test_a_number_that_is_hardly_known_has_no_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonroom.value_added.pupils.years.UNKNOWN", 0.1)
    found = years.fit(add_up(drifting(schools=30), plan("year")), MODEL)
    assert found.fit.components is not None
    known = found.fit.components.drop_nulls("low95")["component"].to_list()
    assert known == ["residual variance"]

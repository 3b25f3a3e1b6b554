from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.families import expect, score
from commonroom.families.expectation import Blend, fit_smooth, smooth_of
from unit.families.intakes import error, system


def test_expectation_recovers_the_truth_better_than_the_mean_and_straight_lines() -> None:
    schools, outcomes = system(600)
    found = expect(schools, outcomes, phase="secondary")
    lines = np.column_stack([np.ones(600), schools.select("prior", "disadvantaged", "eal")])
    slopes, *_ = np.linalg.lstsq(lines, outcomes["value"].to_numpy(), rcond=None)
    straight = schools.select("school", straight=pl.Series(lines @ slopes))
    assert error(found, schools, "expected") < 1.2
    assert error(found, schools, "expected") < 0.5 * error(straight, schools, "straight")


def test_the_score_is_the_regression_alone() -> None:
    schools, outcomes = system(600)
    blended = expect(schools, outcomes, phase="secondary")
    alone = score(schools, outcomes, phase="secondary")
    assert alone["score"].equals(blended["score"])
    assert alone["expected"].equals(alone["score"])
    assert not blended["expected"].equals(blended["score"])
    assert error(alone, schools, "expected") < 1.5


def test_no_outcome_of_the_own_authority_enters() -> None:
    schools, outcomes = system(450)
    found = expect(schools, outcomes, phase="secondary")
    inside = schools.filter(pl.col("authority_code") == "305").select("school")
    mad = outcomes.with_columns(
        value=pl.when(pl.col("school").is_in(inside["school"].implode())).then(1e6).otherwise("value")
    )
    again = expect(schools, mad, phase="secondary").join(inside, on="school", how="semi")
    assert again["expected"].equals(found.join(inside, on="school", how="semi")["expected"])


def test_learning_twice_gives_the_same_whatever_the_order() -> None:
    schools, outcomes = system(450)
    found = expect(schools, outcomes, phase="secondary")
    shuffled = expect(schools.sample(fraction=1, shuffle=True, seed=1), outcomes.reverse(), phase="secondary")
    assert shuffled.equals(found)
    other = expect(schools, outcomes, phase="secondary", seed=1)
    assert not other["expected"].equals(found["expected"])


def test_unknown_context_is_an_effect_of_its_own_and_no_crash() -> None:
    schools, outcomes = system(600)
    holes = schools.with_columns(
        prior=pl.when(pl.int_range(pl.len()) % 4 == 0).then(None).otherwise("prior"),
        eal=pl.lit(None, dtype=pl.Float64),
    )
    found = expect(holes, outcomes, phase="secondary")
    assert found["expected"].null_count() == 0
    assert found["known"].n_unique() == 2
    asked = holes.filter(pl.col("prior").is_not_null()).select("school", "truth")
    assert error(found, asked, "expected") < 3.0


def test_a_school_without_an_outcome_is_still_expected_something() -> None:
    schools, outcomes = system(300)
    found = expect(schools, outcomes.filter(pl.col("school") != "s00007"), phase="secondary")
    assert found.filter(pl.col("school") == "s00007")["expected"].null_count() == 0


def test_error_of_the_expectation_is_as_large_as_it_is_and_larger_at_the_edge() -> None:
    schools, outcomes = system(900, noise=4.0)
    found = expect(schools, outcomes, phase="secondary").sort("reach")
    truth = found.join(schools.select("school", "truth"), on="school")
    squared = ((truth["expected"] - truth["truth"]) ** 2).mean()
    assert 0.5 * squared < found["c2"].mean() < 4 * squared
    assert found["c2"].tail(150).mean() > 2 * found["c2"].head(150).mean()


def test_few_schools_are_expected_their_mean_or_a_straight_line() -> None:
    schools, outcomes = system(60, areas=12)
    found = expect(schools, outcomes, phase="secondary")
    assert error(found, schools, "expected") < 5
    few, told = system(10, areas=2)
    expected = expect(few, told, phase="secondary", folds=2)
    for school, fold in expected.select("school", "fold").iter_rows():
        others = expected.filter(pl.col("fold") != fold)["school"]
        mean = told.filter(pl.col("school").is_in(others.implode()))["value"].mean()
        assert expected.filter(pl.col("school") == school)["expected"][0] == pytest.approx(mean)


def test_one_school_of_its_kind_is_expected_nothing() -> None:
    schools, outcomes = system(60)
    alone = schools.with_columns(
        kind=pl.when(pl.col("school") == "s00000").then(pl.lit("special")).otherwise("kind")
    )
    found = expect(alone, outcomes, phase="secondary")
    assert found.filter(pl.col("school") == "s00000").select("expected", "c2", "reach").row(0) == (None,) * 3
    assert found["expected"].null_count() == 1


def test_two_schools_have_an_expectation_without_a_second_half_to_compare() -> None:
    schools, outcomes = system(2, areas=2)
    found = expect(schools, outcomes, phase="secondary", folds=2)
    assert sorted(found["expected"]) == sorted(outcomes["value"])
    assert found["c2"].null_count() == 2


def test_outcomes_must_be_one_a_school_and_at_least_one() -> None:
    schools, outcomes = system(30)
    with pytest.raises(SaidToPeople, match="more than one outcome"):
        expect(schools, pl.concat([outcomes, outcomes]), phase="secondary")
    with pytest.raises(SaidToPeople, match="none of these schools"):
        expect(schools, outcomes.with_columns(school=pl.lit("x")).head(1), phase="secondary")


def test_smooth_is_the_ridge_of_the_normal_equations() -> None:
    draw = np.random.default_rng(3)
    values = draw.normal(size=(80, 3))
    outcome = values @ [1.0, -2.0, 0.0] + draw.normal(size=80)
    fitted = fit_smooth(values, outcome, roles=("line",) * 3)
    design = (values - values.mean(axis=0)) / values.std(axis=0)
    candidates = [
        np.linalg.solve(design.T @ design + penalty * np.eye(3), design.T @ (outcome - outcome.mean()))
        for penalty in (1.0, 3.0, 10.0, 30.0)
    ]
    assert min(np.abs(fitted.slopes - slopes).max() for slopes in candidates) < 1e-9
    assert smooth_of(Blend((fitted,))) is fitted
    np.testing.assert_allclose(Blend((fitted, fitted)).predict(values), fitted.predict(values))


def test_a_variable_known_only_where_nothing_was_learned_changes_nothing() -> None:
    schools, outcomes = system(450)
    somewhere = pl.col("authority_code") == "305"
    known = schools.with_columns(idaci=pl.when(somewhere).then(pl.col("eal") / 10))
    values = np.column_stack([known["prior"], known["idaci"].fill_null(np.nan)])
    elsewhere = ~known.select(somewhere).to_series().to_numpy()
    fitted = fit_smooth(
        values[elsewhere], outcomes["value"].to_numpy()[elsewhere], roles=("context", "context")
    )
    without = np.column_stack([known["prior"], np.full(450, np.nan)])
    np.testing.assert_allclose(fitted.predict(values), fitted.predict(without))


def test_a_strange_school_cannot_run_away() -> None:
    schools, outcomes = system(300)
    far = schools.with_columns(pupils=pl.when(pl.col("school") == "s00001").then(1e9).otherwise("pupils"))
    found = expect(far, outcomes, phase="secondary")
    assert abs(found.filter(pl.col("school") == "s00001")["expected"][0] - 50) < 60

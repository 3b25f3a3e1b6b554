from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from commonroom import value_added
from commonroom.errors import SaidToPeople
from commonroom.tables import value_added as tables
from commonroom.value_added import errors, fitting, likelihood, posterior, school_years
from unit.value_added.made_up import TEN, System, measure, panel, system


@pytest.fixture(scope="module")
def known() -> System:
    return system(schools=400)


@pytest.fixture(scope="module")
def found(known: System) -> value_added.Estimate:
    return value_added.estimate(known.outcomes, known.context, measure=measure(), span=(2019, 2024))


def within(frame: pl.DataFrame, name: str, truth: np.ndarray, percent: int) -> float:
    low, high = (frame[f"{name}_{side}{percent}"].to_numpy() for side in ("low", "high"))
    return float(((low <= truth) & (truth <= high)).mean())


def spread(known: System, year: int) -> float:
    return float(known.outcomes.filter(pl.col("year") == year)["value"].std())


def test_intervals_of_level_and_change_cover_the_truth(known: System, found: value_added.Estimate) -> None:
    one = spread(known, 2024)
    level = (known.own[:, -1] - known.own[:, -1].mean()) / one
    change = (known.own[:, -1] - known.own[:, -1].mean()) / one
    change = change - (known.own[:, 3] - known.own[:, 3].mean()) / spread(known, 2019)
    for name, truth in (("attainment", level), ("improvement", change)):
        assert within(found.schools, name, truth, 80) == pytest.approx(0.80, abs=0.06)
        assert within(found.schools, name, truth, 95) == pytest.approx(0.95, abs=0.03)


def test_posterior_means_follow_the_truth_better_than_the_last_figure(
    known: System, found: value_added.Estimate
) -> None:
    truth = known.own[:, -1]
    figure = known.outcomes.filter(pl.col("year") == 2024).sort("school")["value"].to_numpy()
    assert np.corrcoef(found.schools["attainment"], truth)[0, 1] > 0.9
    assert np.corrcoef(figure, truth)[0, 1] < 0.7
    reliability = found.schools["attainment_reliability"].to_numpy().mean()
    assert np.corrcoef(found.schools["attainment"], truth)[0, 1] ** 2 == pytest.approx(reliability, abs=0.06)


def test_components_and_context_are_recovered(known: System, found: value_added.Estimate) -> None:
    parts = {row["component"]: row for row in found.components.iter_rows(named=True)}
    persistence = parts["persistence"]
    assert persistence["low95"] < 0.9 < persistence["high95"]
    level = (0.45 * TEN / spread(known, 2024)) ** 2
    assert parts["level"]["low95"] * 0.9 < level < parts["level"]["high95"] * 1.1
    effects = dict(found.coefficients.select("variable", "effect").iter_rows())
    assert effects["prior"] == pytest.approx(8 / spread(known, 2024), abs=0.12)
    assert abs(effects["eal"]) < 0.05
    assert effects["prior of the cohort"] == pytest.approx(8 / spread(known, 2024), abs=0.15)


def test_units_are_those_of_the_measure(known: System, found: value_added.Estimate) -> None:
    one = spread(known, 2024)
    assert found.schools["improvement_unit"].to_numpy() == pytest.approx(
        one * found.schools["improvement"].to_numpy()
    )
    figures = known.outcomes.filter(pl.col("year") == 2024).sort("school")["value"].to_numpy()
    assert np.corrcoef(found.schools["level_unit"], figures)[0, 1] > 0.9
    assert found.schools["level_unit"].to_numpy().mean() == pytest.approx(figures.mean(), abs=0.5)


def test_frames_fit_their_tables_and_the_sentence_is_plain(found: value_added.Estimate) -> None:
    assert found.schools.columns == list(tables.SCHOOLS.schema)
    assert found.components["component"].to_list() == list(likelihood.NAMES)
    assert "it says nothing of causes" in found.sentence
    assert "2019 to 2024" in found.sentence
    assert found.schools["from_year"].unique().to_list() == [2019]


def test_change_is_counted_from_two_years_back_at_least(known: System) -> None:
    short = known.outcomes.filter(pl.col("year") <= 2019)
    found = value_added.estimate(short, known.context, measure=measure())
    assert found.schools.select("from_year", "year").unique().rows() == [(2017, 2019)]
    wrong = pytest.raises(SaidToPeople, match="2016 to 2019, the second one with results")
    with wrong:
        value_added.estimate(short, known.context, measure=measure(), span=(2015, 2019))
    with pytest.raises(SaidToPeople, match="cannot be counted"):
        value_added.estimate(known.outcomes, known.context, measure=measure(), span=(2018, 2021))


def test_a_year_without_results_can_be_the_start_of_change(known: System) -> None:
    found = value_added.estimate(known.outcomes, known.context, measure=measure(), span=(2021, 2024))
    other = value_added.estimate(known.outcomes, known.context, measure=measure(), span=(2023, 2024))
    assert found.schools["improvement_sd"].mean() > other.schools["improvement_sd"].mean()


def test_years_of_two_and_the_first_year_when_no_other_is_far_enough() -> None:
    made = system(schools=60, years=(2017, 2018, 2019))
    data = school_years.arrange(made.outcomes, made.context, measure=measure(), phase="secondary")
    assert len(data.years) == 3
    found = value_added.estimate(made.outcomes, made.context, measure=measure())
    assert found.schools["from_year"][0] == 2017


def test_without_context_the_sentence_says_so(known: System) -> None:
    found = value_added.estimate(known.outcomes, known.context.clear(), measure=measure())
    assert "it cannot know who its pupils are" in found.sentence
    assert all(name.startswith("year") for name in found.coefficients["variable"])


def test_without_cohorts_shock_and_noise_are_one(known: System) -> None:
    bare = known.outcomes.with_columns(cohort=pl.lit(None, dtype=pl.Float64))
    found = value_added.estimate(bare, known.context, measure=measure())
    parts = {row["component"]: row for row in found.components.iter_rows(named=True)}
    assert parts["shock"]["note"] == "not estimated"
    assert parts["shock"]["value"] == 0
    assert "nor whether an odd year was chance" in found.sentence


def test_a_share_has_binomial_noise(known: System) -> None:
    share = known.outcomes.with_columns(measure=pl.lit("english_maths_5"))
    found = value_added.estimate(share, known.context, measure=measure("english_maths_5"))
    noise = found.components.filter(pl.col("component") == "noise")
    assert "binomial" in noise["meaning"][0]
    assert noise["value"][0] > 0


def test_an_unknown_cohort_is_the_schools_nearest_year(known: System) -> None:
    first = known.outcomes["school"][0]
    gone = known.outcomes.with_columns(
        pl.when((pl.col("school") == first) & (pl.col("year") != 2018))
        .then(None)
        .otherwise("cohort")
        .alias("cohort")
    )
    data = school_years.arrange(gone, known.context, measure=measure(), phase="secondary")
    given = gone.filter((pl.col("school") == first) & (pl.col("year") == 2018))["cohort"][0]
    assert data.cohorts[0].tolist() == [given] * 6


def test_an_own_trend_only_where_it_is_asked_for(known: System) -> None:
    data = school_years.arrange(known.outcomes, known.context, measure=measure(), phase="secondary")
    assert fitting.choose(data).free == fitting.DRIFT
    years = np.array(known.years)
    slopes = np.random.default_rng(3).standard_normal(400)
    tilted = data.figures + 0.5 * slopes[:, None] * (years - 2020) / 5
    assert set(fitting.choose(replace(data, figures=tilted)).free) == set(fitting.DRIFT_AND_TREND)


def test_a_school_seen_once_has_its_own_variance(known: System) -> None:
    numbers = [f"s{j:04d}" for j in range(60)]
    wild = pl.when((pl.col("school").is_in(numbers)) & (pl.col("year") == 2024))
    once = known.outcomes.filter(~pl.col("school").is_in(numbers) | (pl.col("year") == 2024)).with_columns(
        wild.then(50 + 2.5 * (pl.col("value") - 50)).otherwise("value").clip(0, 90).alias("value")
    )
    found = value_added.estimate(once, known.context, measure=measure())
    new = found.schools.filter(pl.col("history") == 1)
    old = found.schools.filter(pl.col("history") > 1)
    assert new.height == 60
    assert new["attainment_sd"].mean() > 1.2 * old["attainment_sd"].mean()
    data = school_years.arrange(once, known.context, measure=measure(), phase="secondary")
    assert posterior.newcomer_factor(fitting.fit(data)) > 1.5


def test_a_school_not_seen_lately_is_less_sure(known: System) -> None:
    gone = known.outcomes.filter((pl.col("school") != "s0007") | (pl.col("year") < 2018))
    found = value_added.estimate(gone, known.context, measure=measure()).schools
    one = found.filter(pl.col("school") == "s0007")
    assert one["last_seen"][0] == 2017
    assert one["attainment_sd"][0] > 1.2 * found["attainment_sd"].median()
    assert one["level_sd"][0] > 1.2 * found["level_sd"].median()


def test_two_runs_are_identical(known: System, found: value_added.Estimate) -> None:
    shuffled = known.outcomes.sample(fraction=1, shuffle=True, seed=2)
    again = value_added.estimate(shuffled, known.context, measure=measure(), span=(2019, 2024))
    assert again.schools.equals(found.schools)


def test_level_and_change_err_together(found: value_added.Estimate, known: System) -> None:
    assert found.schools["attainment_improvement_correlation"].is_between(0.2, 0.95).all()
    data = school_years.arrange(known.outcomes, known.context, measure=measure(), phase="secondary")
    fitted = fitting.choose(data)
    own = posterior.own_level(fitted, np.array([2019, 2024]))
    draws = np.random.default_rng(8).multivariate_normal(own.means[5], own.covariances[5], 20_000)
    drawn = np.corrcoef(draws[:, 1], draws[:, 1] - draws[:, 0])[0, 1]
    assert found.schools["attainment_improvement_correlation"][5] == pytest.approx(drawn, abs=0.03)


def test_a_change_without_uncertainty_has_no_correlation() -> None:
    same = posterior.Posterior(
        np.zeros((1, 2)), np.full((1, 2, 2), 0.1), np.ones((1, 2)), np.zeros((1, 2, 0))
    )
    assert posterior.together(same).tolist() == [0.0]


def test_a_component_that_is_not_there_is_said_to_be_not_detectable() -> None:
    rng = np.random.default_rng(5)
    data = panel(
        rng.standard_normal((80, 4)), np.full((80, 4), 1.0), np.ones((80, 4, 1)), [2016, 2017, 2018, 2019]
    )
    fitted = fitting.fit(
        data, free=("level", "noise"), start=likelihood.Components(persistence=1.0, shock=0.0)
    )
    assert fitted.components.level < 0.05
    assert np.isnan(fitted.separability)


def test_shock_and_noise_that_cannot_be_told_apart_are_said_so() -> None:
    rng = np.random.default_rng(6)
    noise = rng.uniform(0.99, 1.01, (120, 4))
    data = panel(rng.standard_normal((120, 4)), noise, np.ones((120, 4, 1)), [2016, 2017, 2018, 2019])
    fitted = fitting.fit(data, start=likelihood.Components(level=0.3, shock=0.3, noise=0.3))
    assert not fitted.separability > fitting.NOT_SEPARABLE


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        (pl.col("year") == 2019, errors.NotEnoughYears, "1 years and 0 schools"),
        (pl.col("school") == "s0001", errors.NotEnoughYears, "6 years and 1 schools"),
        (pl.col("school") == "nobody", errors.NotThisMeasure, "there is no figure of Attainment 8"),
    ],
)
def test_too_little_is_refused(known: System, change: pl.Expr, error: type[SaidToPeople], said: str) -> None:
    with pytest.raises(error, match=said):
        value_added.estimate(known.outcomes.filter(change), known.context, measure=measure())


def test_all_missing_and_all_the_same_are_refused(known: System) -> None:
    empty = known.outcomes.with_columns(value=pl.lit(None, dtype=pl.Float64))
    with pytest.raises(errors.NotThisMeasure):
        value_added.estimate(empty, known.context, measure=measure())
    flat = pl.when(pl.col("year") == 2017).then(50.0).otherwise("value").alias("value")
    with pytest.raises(errors.NoSpread, match="in 2017"):
        value_added.estimate(known.outcomes.with_columns(flat), known.context, measure=measure())


def test_a_measure_of_both_phases_needs_one(known: System) -> None:
    with pytest.raises(SaidToPeople, match="two phases"):
        value_added.estimate(known.outcomes, known.context, measure=measure("absence"))


def test_figures_twice_for_a_school_year_count_once(known: System, found: value_added.Estimate) -> None:
    twice = pl.concat([known.outcomes, known.outcomes])
    again = value_added.estimate(twice, known.context, measure=measure(), span=(2019, 2024))
    assert again.schools.equals(found.schools)


def test_schools_without_a_variable_have_an_indicator(known: System) -> None:
    unknown = pl.when(pl.col("school").str.tail(1) == "4").then(None).otherwise("eal").alias("eal")
    found = value_added.estimate(known.outcomes, known.context.with_columns(unknown), measure=measure())
    assert "eal unknown" in found.coefficients["variable"].to_list()


def test_starting_from_some_of_the_schools_ends_at_the_same_best(
    known: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = school_years.arrange(known.outcomes, known.context, measure=measure(), phase="secondary")
    whole = fitting.fit(data)
    monkeypatch.setattr(fitting, "THIN", 80)
    assert fitting.fit(data).criterion == pytest.approx(whole.criterion, abs=0.01)


def test_a_fit_without_fixed_effects() -> None:
    rng = np.random.default_rng(7)
    figures = rng.standard_normal((90, 1)) + 0.5 * rng.standard_normal((90, 3))
    data = panel(figures, np.ones((90, 3)), np.ones((90, 3, 0)), [2017, 2018, 2019])
    start = likelihood.Components(persistence=1.0, shock=0.0)
    fitted = fitting.fit(data, free=fitting.INTERCEPT, start=start)
    assert fitted.components.level == pytest.approx(1, abs=0.35)
    assert fitted.components.noise == pytest.approx(0.25, abs=0.06)
    assert fitted.effects_covariance.size == 0


@pytest.mark.parametrize("steps", [0, 3])
def test_where_newtons_steps_do_not_arrive_the_best_is_found_all_the_same(
    known: System, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    data = school_years.arrange(known.outcomes, known.context, measure=measure(), phase="secondary")
    whole = fitting.fit(data)
    monkeypatch.setattr(fitting, "STEPS", steps)
    monkeypatch.setattr(fitting, "THIN", 80)
    assert fitting.fit(data).criterion == pytest.approx(whole.criterion, abs=0.01)


def test_newtons_steps_learn_from_a_curve_that_is_wrong(known: System) -> None:
    data = school_years.arrange(known.outcomes, known.context, measure=measure(), phase="secondary")
    start = likelihood.Components(level=0.9, persistence=0.5)
    right = fitting.fit(data)
    for wrong in (1e-3, 1e5):
        found, arrived = fitting._approach(data, start, fitting.DRIFT, curve=wrong * np.eye(4), reml=True)
        assert likelihood.criterion(data, found) >= right.criterion - 1e-3
        assert not arrived or likelihood.criterion(data, found) == pytest.approx(right.criterion, abs=0.3)


@pytest.mark.parametrize("thin", [1500, 200])
def test_a_lasting_level_beside_one_that_fades_is_not_an_own_slope(
    monkeypatch: pytest.MonkeyPatch, thin: int
) -> None:
    monkeypatch.setattr(fitting, "THIN", thin)
    rng = np.random.default_rng(12)
    years = np.array([2016, 2017, 2018, 2019, 2023, 2024])
    fading = 0.5 ** np.abs(years[:, None] - years)
    own = 0.6 * rng.standard_normal((900, 1))
    own = own + 0.5 * rng.standard_normal((900, 6)) @ np.linalg.cholesky(fading).T
    noise = rng.uniform(0.5, 2, (900, 6))
    figures = own + np.sqrt(0.1 * noise) * rng.standard_normal((900, 6))
    found = fitting.choose(panel(figures, noise, np.ones((900, 6, 1)), years.tolist()))
    intercept, _, slope = found.components.trend
    assert intercept == pytest.approx(0.6, abs=0.06)
    assert 0 <= slope < 0.15
    assert found.components.persistence == pytest.approx(0.5, abs=0.1)

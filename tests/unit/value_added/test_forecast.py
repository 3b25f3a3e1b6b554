from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from commonroom import value_added
from commonroom.tables import value_added as tables
from commonroom.value_added import contexts, errors, forecasts, joint, places, regressions, series
from commonroom.value_added.joint import Process
from unit.value_added.made_up import System, measure, system


@pytest.fixture(scope="module")
def known() -> System:
    return system(schools=400, seed=4)


def foreseen(made: System, year: int = 2024) -> pl.DataFrame:
    return value_added.forecast(
        made.outcomes, made.context, schools=made.schools, measure=measure(), year=year
    )


def gathered(made: System, name: str = "attainment8", year: int = 2024) -> series.Series:
    return series.gather(made.outcomes, made.context, schools=made.schools, measure=measure(name), year=year)


def test_results_of_the_year_and_later_change_nothing(known: System) -> None:
    later = pl.when(pl.col("year") >= 2023).then(pl.col("value") + 7).otherwise("value").alias("value")
    changed = replace(known, outcomes=known.outcomes.with_columns(later))
    assert foreseen(changed, 2023).equals(foreseen(known, 2023))
    assert not foreseen(changed, 2024).equals(foreseen(known, 2024))


def test_context_carried_back_from_a_later_year_is_not_known(known: System) -> None:
    values = known.context.filter(pl.col("year") == 2024).select("school", then="prior")
    carried = known.context.join(values, on="school", how="left").with_columns(
        prior=pl.when(pl.col("year") == 2023).then("then").otherwise("prior"),
        carried=pl.when(pl.col("year") == 2023).then(pl.lit("prior 2024; eal 2022")).otherwise(pl.lit("")),
    )
    found = gathered(replace(known, context=carried.drop("then")), year=2023)
    assert found.column(series.PRIOR, 2019) >= 0
    assert found.column(series.PRIOR, 2023) == -1
    assert gathered(known, year=2023).column(series.PRIOR, 2023) >= 0


def test_the_frame_fits_its_table_and_its_intervals_hold(known: System) -> None:
    frame = foreseen(known)
    assert frame.columns == list(tables.FORECASTS.schema)
    assert frame["history"].unique().to_list() == [5]
    came = series.of_year(known.outcomes, measure(), tuple(frame["school"]), 2024)
    for percent in (80, 95):
        inside = (frame[f"low{percent}"].to_numpy() <= came) & (came <= frame[f"high{percent}"].to_numpy())
        assert inside.mean() == pytest.approx(percent / 100, abs=0.06)
    error = came - frame["mean"].to_numpy()
    last = series.of_year(known.outcomes, measure(), tuple(frame["school"]), 2023)
    assert np.abs(error).mean() < 0.93 * np.abs(came - last).mean()


def test_a_new_school_is_foreseen_less_surely(known: System) -> None:
    new = [f"s{j:04d}" for j in range(5)]
    arrived = known.outcomes.filter(~pl.col("school").is_in(new) | (pl.col("year") == 2024))
    frame = foreseen(replace(known, outcomes=arrived))
    mine = frame.filter(pl.col("school").is_in(new))
    assert mine["history"].to_list() == [0] * 5
    assert mine["scale"].min() > 1.4 * frame["scale"].median()
    assert mine["freedom"][0] == forecasts.NEWCOMERS_FREEDOM


def test_newcomers_of_earlier_years_say_how_far_off_one_may_be(known: System) -> None:
    late = known.outcomes.filter((pl.col("school").str.tail(1) != "3") | (pl.col("year") >= 2018)).filter(
        (pl.col("school").str.tail(1) != "7") | (pl.col("year") == 2024)
    )
    frame = foreseen(replace(known, outcomes=late))
    newest = frame.filter(pl.col("history") == 0)
    assert newest.height == 40
    assert newest["freedom"][0] == forecasts.NEWCOMERS_FREEDOM
    assert newest["scale"].mean() > 1.2 * frame["scale"].median()


def test_progress_gives_the_cohorts_prior_attainment_away(known: System) -> None:
    progress = known.outcomes.with_columns(
        measure=pl.lit("progress8"),
        value=(pl.col("value") - 4 * known.context["prior"]) / 10,
    )
    bare = known.context.with_columns(prior=pl.lit(None, dtype=pl.Float64))
    both = replace(known, outcomes=pl.concat([known.outcomes, progress]), context=bare)
    found = gathered(both)
    assert [year for year in known.years if found.column(series.PRIOR, year) >= 0] == [
        2016,
        2017,
        2018,
        2019,
        2023,
    ]
    prior = series.standard(known.context.filter(pl.col("year") == 2019).sort("school")["prior"].to_numpy())
    assert found.values[:, found.column(series.PRIOR, 2019)] == pytest.approx(prior, abs=1e-6)


def test_low_and_high_attainers_stand_in_for_prior(known: System) -> None:
    split = known.context.with_columns(
        prior_low=120 - pl.col("prior"), prior_high=pl.col("prior") - 60, prior=pl.lit(None, dtype=pl.Float64)
    )
    found = gathered(replace(known, context=split))
    prior = series.standard(known.context.filter(pl.col("year") == 2018).sort("school")["prior"].to_numpy())
    assert found.values[:, found.column(series.PRIOR, 2018)] == pytest.approx(prior, abs=1e-6)


def test_a_share_listens_to_the_scores_behind_it(known: System) -> None:
    rng = np.random.default_rng(8)
    scores_too = known.outcomes.with_columns(
        measure=pl.lit("ebacc_score"),
        value=pl.col("value") / 10 + rng.standard_normal(known.outcomes.height) / 3,
    )
    unlike = known.outcomes.with_columns(
        measure=pl.lit("absence"), value=pl.Series(rng.standard_normal(known.outcomes.height))
    )
    share = known.outcomes.with_columns(measure=pl.lit("english_maths_5"))
    made = replace(known, outcomes=pl.concat([share, scores_too, unlike]))
    found = gathered(made, "english_maths_5")
    assert found.column(series.ALSO, 2019) >= 0
    score = series.of_year(scores_too, measure("ebacc_score"), found.schools, 2019)
    assert found.values[:, found.column(series.ALSO, 2019)] == pytest.approx(score)
    assert np.ptp(found.noise) > 0
    frame = value_added.forecast(
        made.outcomes, made.context, schools=made.schools, measure=measure("english_maths_5"), year=2024
    )
    assert frame.height == 400


def test_cohorts_unknown_everywhere_are_taken_as_equal(known: System) -> None:
    bare = known.outcomes.with_columns(
        measure=pl.lit("english_maths_5"), cohort=pl.lit(None, dtype=pl.Float64)
    )
    assert np.ptp(gathered(replace(known, outcomes=bare), "english_maths_5").noise) == 0


def test_few_places_have_no_neighbourhood(known: System) -> None:
    nowhere = known.schools.with_columns(
        easting=pl.when(pl.col("school") < "s0010").then("easting").otherwise(None)
    )
    assert "near" not in gathered(replace(known, schools=nowhere)).names
    assert "near" in gathered(known).names


def test_too_few_years_are_refused(known: System) -> None:
    with pytest.raises(errors.NotThisMeasure, match="before 2016"):
        foreseen(known, 2016)
    with pytest.raises(errors.NotEnoughYears, match="1 usable year before 2017"):
        foreseen(known, 2017)


def test_forecasts_from_few_years_lean_on_the_regression(known: System) -> None:
    short = gathered(known, year=2019)
    assert not joint.trend_is_allowed(short.past)
    alone = joint.fit(short).expect(short.values, short.noise, len(short.names) - 1)[0]
    leaned = regressions.foresee(short)
    assert leaned is not None
    expected = (1 - forecasts.LEANING) * alone + forecasts.LEANING * leaned.means
    assert forecasts.foresee(short).means == pytest.approx(expected)
    assert joint.trend_is_allowed(gathered(known, year=2024).past)
    assert regressions.foresee(gathered(known, year=2018)) is None


def test_expecting_is_conditioning_a_normal_distribution() -> None:
    rng = np.random.default_rng(9)
    root = rng.standard_normal((4, 4))
    process = Process(root @ root.T + np.eye(4), 0.5 * np.eye(4), 0.9)
    values = np.array([[1.0, np.nan, -0.5, 2.0], [np.nan, np.nan, np.nan, 1.0]])
    means, variances = process.expect(values, np.array([1.0, 2.0]), 3)
    whole = process.covariance + process.noisy
    known = whole[np.ix_([0, 2], [0, 2])]
    weights = np.linalg.solve(known, whole[3, [0, 2]])
    assert means[0] == pytest.approx(weights @ [1.0, -0.5])
    assert variances[0] == pytest.approx(whole[3, 3] - weights @ whole[3, [0, 2]])
    assert means[1] == 0
    assert variances[1] == pytest.approx(process.covariance[3, 3] + 1.0)


def test_the_joint_gradient_is_that_of_the_likelihood(known: System) -> None:
    share = known.outcomes.with_columns(measure=pl.lit("english_maths_5"))
    data = gathered(replace(known, outcomes=share), "english_maths_5")
    built = joint.parts(data, noisy=True)
    alike = joint.patterns(data.values, data.noise)
    rng = np.random.default_rng(10)
    size = sum(len(part.triangle[0]) for part in built) + 1
    at = 0.3 + 0.2 * rng.standard_normal(size)
    gradient = joint._unlikely(at, built, alike)[1]
    for place in rng.choice(size, 15, replace=False):
        step = np.zeros(size)
        step[place] = 1e-5
        sides = [joint._unlikely(at + side * step, built, alike)[0] for side in (1, -1)]
        assert gradient[place] == pytest.approx((sides[0] - sides[1]) / 2e-5, rel=1e-3, abs=1e-5)


def test_context_that_does_not_differ_is_nothing(known: System) -> None:
    flat = known.context.with_columns(eal=pl.lit(5.0))
    years = np.array(known.years)
    names = tuple(flat["school"].unique().sort())
    assert np.isnan(contexts.standardised(flat["eal"], places.find(flat, names, years))).all()


def test_rows_stand_where_their_school_and_year_are() -> None:
    frame = pl.DataFrame(
        {
            "school": ["b", "a", "x", "a", "b", "b"],
            "year": [2019, 2018, 2018, 2017, 2019, 2019],
            "value": [1.0, 2.0, 3.0, 4.0, 5.0, None],
        }
    )
    found = places.find(frame, ("a", "b"), np.array([2018, 2019]))
    assert found.grid(frame["value"]) == pytest.approx(np.array([[2, np.nan], [np.nan, 5]]), nan_ok=True)
    assert found.there().tolist() == [[True, False], [False, True]]


def test_a_dozen_schools_are_needed_of_whom_the_same_is_known(known: System) -> None:
    data = series.gather(known.outcomes, known.context, schools=known.schools, measure=measure(), year=2024)
    few = replace(data, schools=data.schools[:11], values=data.values[:11], noise=data.noise[:11])
    with pytest.raises(errors.NotEnoughYears, match="there are 11 schools"):
        joint.fit(few)

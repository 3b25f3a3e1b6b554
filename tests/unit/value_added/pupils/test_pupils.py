"""What `estimate` hands over: frames on the scale of the data, errors in order, and sentences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from commonroom.tables import pupils as tables
from commonroom.tables.sums import LEFT_OUT
from commonroom.value_added.pupils import (
    Model,
    NotThisModel,
    blocks,
    effects,
    estimate,
    optimum,
    uncertainty,
)
from unit.value_added.pupils.made_up import pupils, sum_up

TWO = np.array([[0.3, 0.05], [0.05, 0.2]])
GIVEN = pupils([15, 3, 22, 9, 1, 14, 8, 19, 12, 30], seed=1, covariance=TWO, mean=100.0)


@pytest.mark.parametrize("model", [Model(), Model(slope=("x1",)), Model(slope=("x1",), method="ml")])
def test_where_the_sums_were_centred_changes_nothing(model: Model) -> None:
    first = estimate(sum_up(GIVEN, centres=(100.0, 100.0, 100.0)), model=model)
    second = estimate(sum_up(GIVEN, centres=(93.0, 110.0, 104.0)), model=model)
    never = estimate(sum_up(GIVEN, centres=()), model=model)
    for other in (second, never):
        for name in ("coefficients", "components", "schools"):
            mine, theirs = getattr(first, name), getattr(other, name)
            for column in ("effect", "se", "value", "sd", "low95", "high95"):
                if column in mine.columns:
                    size = mine[column].abs().max()
                    assert theirs[column].to_list() == pytest.approx(
                        mine[column].to_list(), rel=2e-3, abs=1e-4 * size
                    )
        assert other.fit["criterion"].item() == pytest.approx(first.fit["criterion"].item(), rel=1e-7)


def test_errors_grow_with_what_is_admitted_and_shrink_with_pupils() -> None:
    found = estimate(sum_up(GIVEN)).schools
    assert found["pupils"].to_list() == [15, 3, 22, 9, 1, 14, 8, 19, 12, 30]
    assert (found["conditional_sd"] < found["prediction_sd"]).all()
    assert (found["prediction_sd"] < found["sd"]).all()
    assert (found["low95"] < found["effect"]).all()
    assert (found["effect"] - found["low95"]).to_list() == pytest.approx(
        (found["high95"] - found["effect"]).to_list()
    )
    assert found.sort("pupils")["conditional_sd"].is_sorted(descending=True)
    assert found["reliability"].is_between(0, 1).all()
    assert found["school"].is_sorted()


def test_effects_of_the_average_pupil_are_between_those_of_others() -> None:
    found = estimate(sum_up(GIVEN), model=Model(slope=("x1",))).schools
    wide = found.pivot("term", index="school", values="effect")
    mean = GIVEN.x[:, 0].mean()
    assert wide[effects.AVERAGE].to_list() == pytest.approx((wide["intercept"] + mean * wide["x1"]).to_list())
    assert (found.filter(pl.col("term") == "intercept")["sd"].min() or 0) > 0


def test_a_difference_knows_that_errors_go_together() -> None:
    known = uncertainty.spread(optimum.fit(blocks.arrange(sum_up(GIVEN), Model(slope=("x1",)))))
    rows = effects.schools(known).filter(pl.col("term") == effects.AVERAGE)
    difference, error = effects.differ(known, "S00000", "S00002")
    assert difference == pytest.approx(rows["effect"][0] - rows["effect"][2])
    at, row = known.fit.at, effects.functionals(known.fit.blocks)[effects.AVERAGE]
    apart = (at.Om @ row) @ at.F
    together = at.s2 * apart[0] @ at.inverse @ apart[2]
    assert error**2 == pytest.approx(rows["sd"][0] ** 2 + rows["sd"][2] ** 2 - 2 * together)
    assert effects.differ(known, "S00000", "S00000")[0] == 0


def test_frames_are_their_tables() -> None:
    found = estimate(sum_up(GIVEN))
    assert tables.EFFECTS.check(found.schools).equals(found.schools)
    assert tables.COEFFICIENTS.check(found.coefficients).equals(found.coefficients)
    assert tables.COMPONENTS.check(found.components).equals(found.components)
    assert found.rescaled.is_empty()
    row = found.fit.row(0, named=True)
    assert (row["method"], row["state"], row["pupils"], row["schools"]) == ("reml", "inner", 133, 10)
    assert row["log_likelihood"] == -row["criterion"] / 2


def test_seeds_are_arguments() -> None:
    first, again, other = (estimate(sum_up(GIVEN), seed=seed, draws=100).schools for seed in (1, 1, 2))
    assert first.equals(again)
    assert not first.equals(other)


def test_errors_robust_to_schools_are_unbiased_for_few_and_the_sandwich_for_many() -> None:
    for count, share in ((10, 1e-2), (600, 1e-3)):
        found = estimate(sum_up(pupils([4] * count, seed=3))).coefficients
        known = uncertainty.spread(optimum.fit(blocks.arrange(sum_up(pupils([4] * count, seed=3)), Model())))
        plain = uncertainty.coefficients(known)
        same = plain["robust_se"].to_list() == pytest.approx(found["robust_se"].to_list(), rel=share)
        assert same == (count == 600)
        assert plain["se"].to_list() == pytest.approx(found["se"].to_list())


def test_trusts_can_be_clusters() -> None:
    covariates = pl.DataFrame({"school": [f"S{j:05d}" for j in range(10)], "trust": list("aabbccddee")})
    found = estimate(sum_up(GIVEN), model=Model(cluster="trust"), covariates=covariates)
    alone = estimate(sum_up(GIVEN))
    assert found.coefficients["se"].to_list() == alone.coefficients["se"].to_list()
    assert found.coefficients["robust_se"].to_list() != alone.coefficients["robust_se"].to_list()


def test_too_few_draws_are_refused() -> None:
    with pytest.raises(NotThisModel, match="10 draws say nothing of an interval of ranks"):
        estimate(sum_up(GIVEN), draws=10)


def said(found: pl.DataFrame) -> str:
    return "\n".join(found["sentence"])


def test_sentences_say_whom_how_much_how_sure_and_what_cannot_be_known() -> None:
    left = LEFT_OUT.check(
        pl.DataFrame({"column": ["x1", "y"], "reason": ["missing", "not a number"], "pupils": [3, 4]})
    )
    found = estimate(replace(sum_up(GIVEN), left_out=left))
    told = said(found.sentences)
    assert "y of 133 pupils in 10 schools, beside pupils with the same x1 and x2" in told
    assert "7 pupils (5.0%) are in no sum, most often because of y (not a number)" in told
    assert "of the variation that intake leaves is between schools." in told
    assert "The reliability of a school's effect is 0." in told
    assert "an association and not a cause" in told
    few = estimate(replace(sum_up(GIVEN), left_out=left.head(1)))
    assert "Fewer than 6 pupils are in no sum." in said(few.sentences)


def test_without_intake_and_with_one_dropped_column_sentences_still_read() -> None:
    bare = replace(GIVEN, x=GIVEN.x[:, :0])
    assert "beside all pupils" in said(estimate(sum_up(bare)).sentences)
    double = replace(GIVEN, x=np.column_stack([GIVEN.x, GIVEN.x[:, 0]]))
    assert "x3 is dropped: constant, or explained" in said(estimate(sum_up(double)).sentences)


def test_an_edge_is_said_and_errors_stay_wide() -> None:
    line = np.array([[0.3, 0.3], [0.3, 0.3]])
    found = estimate(sum_up(pupils([12] * 30, seed=3, covariance=line)), model=Model(slope=("x1",)))
    assert found.fit["state"].item() == "singular"
    assert "no detectable variation of its own" in said(found.sentences)
    assert (found.schools["sd"] > found.schools["prediction_sd"]).all()


def test_every_word_of_the_model_leads_to_its_fit() -> None:
    given = pupils([15] * 30, seed=4, weighted=True)
    sums = sum_up(given, by=np.random.default_rng(5).integers(2021, 2024, len(given.y)))
    grouped = estimate(sums, model=Model(groups="year"))
    assert "residual variance of 2022" in grouped.components["component"].to_list()
    yearly = estimate(sums, model=Model(years="year"))
    assert "variance of persistent" in yearly.components["component"].to_list()
    assert "year 2023" in yearly.schools["term"].to_list()
    crossed = estimate(sums, model=Model(crossed="year"))
    assert "variance between neighbourhoods" in crossed.components["component"].to_list()
    surveyed = estimate(sums, model=Model(weights="survey"))
    assert surveyed.rescaled.height == 30
    assert "survey weights" in said(surveyed.sentences)


def test_a_fit_without_a_share_or_a_reliability_says_nothing_of_them() -> None:
    flat = pupils([8] * 12, seed=1)
    y = flat.y.copy()
    for school in range(12):
        own = flat.school == school
        y[own] -= y[own].mean() - flat.x[own].mean(axis=0) @ [0.6, 0.2]
    told = said(estimate(sum_up(replace(flat, y=y))).sentences)
    assert "no detectable variation between schools" in told
    assert "reliability" not in told

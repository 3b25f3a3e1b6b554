from __future__ import annotations

from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from commonroom.tables.sums import EXACT, Plan, Sums
from commonroom.value_added.pupils import effects, survey
from commonroom.value_added.pupils.model import Model, NotEnoughPupils, NotThisModel
from unit.value_added.pupils.made_up_extensions import add_up, plan, pupils

MODEL = Model(weights="survey")


def sums() -> Sums:
    return add_up(pupils(schools=15, each=12, level=1.0), plan("group", weight="w"))


def test_weights_undo_what_the_outcome_did_to_who_answered() -> None:
    """Pupils with a low residual stay away more often; the weight is one over their chance to answer."""
    random = np.random.default_rng(8)
    school = np.repeat(np.arange(150), 80)
    noise = random.standard_normal(school.size)
    prior = random.standard_normal(school.size)
    chance = np.where(noise > 0, 0.9, 0.3)
    frame = pl.DataFrame(
        {
            "urn": [f"s{place:03d}" for place in school],
            "prior": prior,
            "meals": (random.random(school.size) < 0.3).astype(float),
            "score": 1.0 + 0.5 * prior + 0.5 * random.standard_normal(150)[school] + noise,
            "w": 1 / chance,
        }
    ).filter(pl.Series(random.random(school.size) < chance))
    found = survey.coefficients(survey.fit(add_up(frame, plan(weight="w")), MODEL))
    plain = survey.coefficients(
        survey.fit(add_up(frame.with_columns(w=pl.lit(1.0)), plan(weight="w")), MODEL)
    )
    low, high = found.row(0, named=True)["low95"], found.row(0, named=True)["high95"]
    assert low < 1.0 < high
    assert plain.row(0, named=True)["low95"] > 1.2
    parts = survey.fit(add_up(frame, plan(weight="w")), MODEL).fit.components
    assert parts is not None
    assert parts.row(0)[2] < 1.0 < parts.row(0)[3]  # the pupils' own variance
    assert parts.row(1)[2] < 0.25 < parts.row(1)[3]  # between schools


def test_both_scalings_are_published_and_differ() -> None:
    found = survey.fit(sums(), MODEL)
    second = survey.fit(sums(), MODEL, scaling="effective")
    own = effects.schools(found.spread, draws=10)
    assert found.other["effect"].to_list() != own["effect"].to_list()
    assert found.other["effect"].to_numpy() == pytest.approx(
        effects.schools(second.spread, draws=10)["effect"].to_numpy(), abs=1e-6
    )
    assert found.other["conditional_sd"].to_numpy() == pytest.approx(
        effects.schools(second.spread, draws=10)["conditional_sd"].to_numpy(), rel=1e-5
    )


def test_a_common_factor_of_the_weights_is_nothing() -> None:
    frame = pupils(schools=15, each=12, level=1.0)
    more = add_up(frame.with_columns(w=pl.col("w") * 1000), plan("group", weight="w"))
    for scaling in ("size", "effective"):
        once, again = (survey.fit(given, MODEL, scaling=scaling) for given in (sums(), more))
        assert once.fit.at.criterion == pytest.approx(again.fit.at.criterion, rel=1e-10)
        assert once.covariance == pytest.approx(again.covariance, rel=1e-6)


def test_equal_weights_are_none() -> None:
    frame = pupils(schools=15, each=12, level=1.0).with_columns(w=pl.lit(3.0))
    found = [survey.fit(add_up(frame, plan(weight="w")), MODEL, scaling=way) for way in survey.OTHER]
    assert found[0].fit.at.b == pytest.approx(found[1].fit.at.b)
    assert found[0].fit.blocks.N == found[1].fit.blocks.N == pytest.approx(180)


def test_squared_weights_of_exact_sums_are_scaled_back() -> None:
    given = sums()
    question = Plan(**(vars(given.plan) | {"decimals": 6}))
    frame = given.frame.with_columns(
        pl.Series(name, [Decimal(round(value * 10**scale)) for value in given.frame[name]], dtype=EXACT)
        for name, scale in question.scales.items()
    )
    exact = survey.fit(Sums(frame, question, given.left_out), MODEL, scaling="effective")
    assert exact.fit.at.b == pytest.approx(
        survey.fit(given, MODEL, scaling="effective").fit.at.b, rel=1e-4, abs=1e-4
    )


def test_schools_that_do_not_vary_have_no_interval_of_it() -> None:
    frame = pupils(schools=8, each=20, level=0.0)
    flat = frame.with_columns(score=pl.col("score") - pl.col("score").mean().over("urn"))
    found = survey.fit(add_up(flat, plan(weight="w")), MODEL)
    assert found.fit.state == "none"
    assert found.fit.components is not None
    assert found.fit.components.row(1)[1:4] == (0.0, None, None)


def test_what_a_survey_cannot_be_is_said() -> None:
    names = sorted(sums().frame["school"].unique())
    covariates = pl.DataFrame({"school": names, "trust": ["one"] * 15, "n": [1.0, 0.0] + [2.0] * 13})
    for given, match in (
        ({"model": Model(weights="survey", groups="group")}, "survey weights and groups cannot be fitted"),
        ({"scaling": "none"}, "the scaling none is unknown"),
        ({"school_weight": "m", "covariates": covariates}, "no column m to weigh schools by"),
        ({"school_weight": "trust", "covariates": covariates}, "the school weight trust is not a number"),
        ({"school_weight": "n", "covariates": covariates}, "1 schools have no weight above zero in n, s001"),
    ):
        with pytest.raises(NotThisModel, match=match):
            survey.fit(sums(), **({"model": MODEL} | given))  # type: ignore[arg-type]
    with pytest.raises(NotEnoughPupils, match="all schools are in one cluster"):
        survey.fit(sums(), Model(weights="survey", cluster="trust"), covariates.drop("n"))

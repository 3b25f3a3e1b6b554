"""Sums become blocks: columns of the school, what is dropped, what is left out, what is refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from commonroom.tables.sums import EXACT, Sums
from commonroom.value_added.pupils import Model, NotEnoughPupils, NotThisModel, blocks, columns, estimate
from unit.value_added.pupils.made_up import Pupils, pupils, sum_up

GIVEN = pupils([5, 1, 8, 6, 7, 9], seed=1, weighted=True)
SCHOOLS = [f"S{place:05d}" for place in range(6)]


def direct(given: Pupils, covariate: list[float]) -> np.ndarray:
    """The fixed-effect columns of every pupil, written out."""
    n = np.bincount(given.school, given.w)
    mean = np.bincount(given.school, given.w * given.x[:, 0]) / n
    return np.column_stack(
        [np.ones(len(given.y)), given.x, mean[given.school], np.array(covariate)[given.school]]
    )


def test_school_means_and_covariates_are_columns_like_any_other() -> None:
    v = [1.0, 4.0, 2.0, 8.0, 5.0, 7.0]
    covariates = pl.DataFrame({"school": SCHOOLS, "v": v})
    found = blocks.arrange(sum_up(GIVEN), Model(between=("x1",)), covariates)
    assert found.columns == ("intercept", "x1", "x2", "school mean of x1", "v")
    x = direct(GIVEN, v) - found.centres
    w = GIVEN.w[:, None]
    y = GIVEN.y - found.outcome_centre
    assert found.Sxx == pytest.approx(x.T @ (w * x))
    assert found.Sxy == pytest.approx(x.T @ (GIVEN.w * y))
    own = GIVEN.school == 2
    assert found.C[2, 0] == pytest.approx((w * x)[own].sum(axis=0))
    assert found.XX[2] == pytest.approx(x[own].T @ (w * x)[own])
    assert found.Xy[2] == pytest.approx(x[own].T @ (GIVEN.w * y)[own])
    assert found.log_weight == pytest.approx(np.log(GIVEN.w).sum())
    assert found.pupils.tolist() == [5, 1, 8, 6, 7, 9]


def test_other_columns_of_by_are_added_up() -> None:
    rng = np.random.default_rng(2)
    apart = sum_up(GIVEN, by=rng.integers(2020, 2023, len(GIVEN.y)))
    both = [blocks.arrange(sums, Model(slope=("x1",))) for sums in (sum_up(GIVEN), apart)]
    for name in ("A", "C", "c", "Sxx", "Sxy", "yy"):
        assert getattr(both[1], name) == pytest.approx(getattr(both[0], name))
    assert both[1].schools == both[0].schools


def test_levels_of_a_column_add_up_to_the_whole() -> None:
    rng = np.random.default_rng(3)
    apart = sum_up(GIVEN, by=rng.integers(2020, 2022, len(GIVEN.y)))
    parts = blocks.split(apart, Model(), by="year")
    assert list(parts) == ["2020", "2021"]
    whole = blocks.arrange(apart, Model())
    again = blocks.scaled(list(parts.values()), [1.0, 1.0])
    for name in ("A", "C", "c", "XX", "Xy", "yy", "Sxx", "Sxy", "Syy", "pupils", "log_weight", "N"):
        assert getattr(again, name) == pytest.approx(getattr(whole, name))
    doubled = blocks.scaled(list(parts.values()), [2.0, 2.0])
    assert doubled.log_weight == pytest.approx(whole.log_weight + whole.N * np.log(2))


def test_a_level_that_is_missing_is_one_of_its_own() -> None:
    apart = sum_up(GIVEN, by=np.where(GIVEN.school < 3, 2020, 2021))
    frame = apart.frame.with_columns(year=pl.when(pl.col("year") == "2020").then("year"))
    assert list(blocks.split(replace(apart, frame=frame), Model(), by="year")) == ["2020", "missing"]


def exact(sums: Sums) -> Sums:
    """The same sums as whole numbers of a power of ten."""
    plan = replace(sums.plan, decimals=6)
    whole = [
        pl.Series(name, [Decimal(round(value * 10**scale)) for value in sums.frame[name].to_list()], EXACT)
        for name, scale in plan.scales.items()
    ]
    return replace(sums, frame=sums.frame.with_columns(whole), plan=plan)


def test_exact_sums_are_brought_to_their_own_unit() -> None:
    plain, whole = (blocks.arrange(sums, Model()) for sums in (sum_up(GIVEN), exact(sum_up(GIVEN))))
    assert whole.Sxx == pytest.approx(plain.Sxx, rel=1e-5)
    assert whole.Syy == pytest.approx(plain.Syy, rel=1e-5)
    assert whole.log_weight == pytest.approx(plain.log_weight, rel=1e-5)


def test_schools_may_be_numbers_and_one_without_pupils_is_none() -> None:
    sums = sum_up(GIVEN)
    codes = sums.frame.with_columns(school=pl.col("school").str.slice(1).cast(pl.Int64) + 100)
    empty = codes.head(1).with_columns(
        school=pl.lit(99, pl.Int64), pupils=pl.lit(0, pl.Int64), sum_0_0=pl.lit(None, pl.Float64)
    )
    found = blocks.arrange(replace(sums, frame=pl.concat([codes, empty]), kind="integer"), Model())
    assert found.schools == ["100", "101", "102", "103", "104", "105"]
    assert found.Sxx == pytest.approx(blocks.arrange(sums, Model()).Sxx)


def test_schools_without_a_covariate_are_left_out_and_said() -> None:
    covariates = pl.DataFrame(
        {
            "school": ["S00000", "S00002", "S00003", "S00004", "S00005", "elsewhere"],
            "v": [1.0, 2, None, 4, 3, 9],
        }
    )
    found = estimate(sum_up(pupils([9] * 6, seed=2)), covariates=covariates)
    assert found.fit["schools"].item() == 4
    assert (
        "2 schools with 18 pupils have no figure for v and are left out, S00001, S00003 first."
        in found.sentences["sentence"].to_list()
    )


def test_yes_and_no_is_a_number_and_the_cluster_is_no_column() -> None:
    covariates = pl.DataFrame(
        {"school": SCHOOLS, "yes": [True, False] * 3, "trust": ["a", "a", "b", "b", "c", "c"]}
    )
    found = blocks.arrange(sum_up(GIVEN), Model(cluster="trust"), covariates)
    assert found.columns == ("intercept", "x1", "x2", "yes")
    assert columns.complete(sum_up(GIVEN), Model(cluster="trust"), covariates.drop("yes"))[1] == ()


def test_slopes_without_variation_are_dropped_by_name() -> None:
    x = np.column_stack([GIVEN.x, np.full(len(GIVEN.y), 3.0)])
    found = blocks.arrange(sum_up(Pupils(GIVEN.school, x, GIVEN.y, GIVEN.w)), Model(slope=("x1", "x3")))
    assert found.terms == ("intercept", "x1")
    assert found.aliased == ("x3", "slope of x3")


@pytest.mark.parametrize(
    ("covariates", "said"),
    [
        (pl.DataFrame({"code": SCHOOLS}), "have no column `school`"),
        (pl.DataFrame({"school": SCHOOLS, "kind": ["a"] * 6}), "covariate kind is not a number"),
        (pl.DataFrame({"school": SCHOOLS, "x1": [1.0] * 6}), "x1 has the name of a column of the sums"),
        (pl.DataFrame({"school": ["S00000"] * 2, "v": [1.0, 2.0]}), "name school S00000 twice"),
        (
            pl.DataFrame({"school": ["A", "B"], "v": [1.0, 2.0]}),
            "no school of the sums has all the covariates v",
        ),
    ],
)
def test_covariates_that_cannot_be_used_are_refused(covariates: pl.DataFrame, said: str) -> None:
    with pytest.raises(NotThisModel, match=said):
        blocks.arrange(sum_up(GIVEN), Model(), covariates)


def changed(**parts: np.ndarray) -> Pupils:
    return replace(pupils([4, 4, 4, 4], seed=5), **parts)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (pupils([9, 9], seed=1), "there are 2 schools with pupils; at least 3 are needed"),
        (pupils([2, 1, 1], seed=1, intake=4), "there are 4 pupils for 4 columns"),
        (changed(y=np.full(16, 7.0)), "the outcome is the same for every pupil"),
        (changed(y=np.repeat([1.0, 3.0, 2.0, 7.0], 4)), "the outcome is constant in every school"),
        (pupils([1] * 9, seed=1), "every school has one pupil"),
        (changed(y=pupils([4, 4, 4, 4], seed=5).x @ [1.0, 2.0]), "explains the outcome of every pupil"),
    ],
)
def test_sums_in_which_nothing_can_be_told_are_refused(given: Pupils, said: str) -> None:
    with pytest.raises(NotEnoughPupils, match=said) as refused:
        estimate(sum_up(given))
    assert refused.value.remedy


def test_as_many_columns_of_the_school_as_schools_are_refused() -> None:
    rng = np.random.default_rng(1)
    covariates = pl.DataFrame({"school": SCHOOLS[:3]}).with_columns(
        v=pl.Series(rng.standard_normal(3)), u=pl.Series(rng.standard_normal(3))
    )
    with pytest.raises(NotEnoughPupils, match="there are 3 schools for 3 columns of the school"):
        blocks.arrange(sum_up(pupils([9, 9, 9], seed=1)), Model(), covariates)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), None])
def test_a_sum_that_is_no_number_is_refused_by_name(value: float | None) -> None:
    sums = sum_up(GIVEN)
    worse = pl.when(pl.col("school") == "S00003").then(pl.lit(value)).otherwise("sum_0_1").alias("sum_0_1")
    with pytest.raises(NotEnoughPupils, match="sum_0_1 of school S00003 is not a finite number"):
        blocks.arrange(replace(sums, frame=sums.frame.with_columns(worse)), Model())


def test_pupils_whom_effects_of_schools_would_explain_wholly_are_refused() -> None:
    given = pupils([2, 2, 2, 2, 3], seed=1)
    with pytest.raises(NotEnoughPupils, match="there are 11 pupils for 10 effects of schools and 1 more"):
        estimate(sum_up(given), model=Model(slope=("x1",)))


def test_outcomes_on_a_line_of_each_school_leave_no_chance_to_tell_by() -> None:
    given = pupils([9, 8, 7, 9, 8], seed=2, intake=1)
    lines = np.array([[0.0, 1.0], [1.0, 0.5], [-1.0, 2.0], [0.3, 0.1], [2.0, -1.0]])[given.school]
    exactly = replace(given, y=(given.design(2) * lines).sum(axis=1))
    with pytest.raises(NotEnoughPupils, match="effects of schools explain every pupil"):
        estimate(sum_up(exactly), model=Model(slope=("x1",)))

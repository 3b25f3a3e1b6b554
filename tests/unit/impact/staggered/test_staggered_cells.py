"""Effects by cohort and year: sides, base years, unknown figures, weights and what cannot be fitted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from commonroom.errors import SaidToPeople
from commonroom.impact import staggered
from commonroom.impact.study import NEVER, Adjusted, Cells, Floats, Study
from oracle.dense_staggered import cell
from unit.impact.staggered.made_joining import YEARS, adjusting, joining, plain

METHODS = ("dr", "reg", "ipw")


def pairs(cells: Cells) -> list[tuple[int, int]]:
    return list(zip(cells.cohort.tolist(), cells.year.tolist(), strict=True))


def at(cells: Cells, cohort: int, year: int) -> int:
    return pairs(cells).index((cohort, year))


def test_an_effect_by_hand() -> None:
    study = plain(
        [[1, 4, 5], [1, 2, 9], [0, 2, 3], [5, 6, 9]], [2024, 2025, NEVER, NEVER], (2023, 2024, 2025)
    )
    cells = staggered.estimate(study)
    assert pairs(cells) == [(2024, 2024), (2024, 2025), (2025, 2024), (2025, 2025)]
    # 3 beside the mean of 1, 2 and 1; 4 beside that of 3 and 4; before its start 1 beside that of 2 and 1;
    # then 7 beside that of 1 and 3.
    np.testing.assert_allclose(cells.effect, [3 - 4 / 3, 0.5, 1 - 1.5, 7 - 2])
    assert cells.joiners.tolist() == [1, 1, 1, 1]
    assert cells.others.tolist() == [3, 2, 2, 2]
    assert cells.methods == ("means",) * 4
    np.testing.assert_allclose(cells.residuals[:, 1], [0.5, np.nan, -0.5, 0.5])
    # A school alone on its side moves nothing; the others a half of their residual, times all four.
    np.testing.assert_allclose(cells.influence[:, 1], [0, 0, 1, -1])


def test_who_may_be_compared() -> None:
    study, _ = joining()
    notyet, never = (staggered.estimate(study, controls=each) for each in ("notyet", "never"))
    number = {start: int((study.start == start).sum()) for start in (NEVER, 2019, 2023, 2024)}
    assert set(never.others.tolist()) == {number[NEVER]}
    assert notyet.others[at(notyet, 2019, 2019)] == number[NEVER] + number[2023] + number[2024]
    assert notyet.others[at(notyet, 2019, 2023)] == number[NEVER] + number[2024]
    # Before its start a cohort is not beside itself, and those that joined by then are left out.
    assert notyet.others[at(notyet, 2023, 2019)] == number[NEVER] + number[2024]
    assert notyet.others[at(notyet, 2023, 2018)] == number[NEVER] + number[2019] + number[2024]


def test_bases_are_known_years() -> None:
    study, _ = joining()
    varying = staggered.estimate(study)
    universal = staggered.estimate(study, controls=staggered.Against(base="universal"))
    assert [year for start, year in pairs(varying) if start == 2023] == [2018, 2019, 2023, 2024]
    assert [year for start, year in pairs(universal) if start == 2023] == [2017, 2018, 2023, 2024]
    # From the start on both are since 2019.
    ours, theirs = at(varying, 2023, 2023), at(universal, 2023, 2023)
    np.testing.assert_array_equal(varying.influence[:, ours], universal.influence[:, theirs])
    # In between the base since 2019 turns the steps of 2018 to 2019 round.
    before, step = at(universal, 2023, 2018), at(varying, 2023, 2019)
    np.testing.assert_allclose(universal.effect[before], -varying.effect[step])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("weighted", [False, True])
def test_every_cell_is_that_of_the_plain_twin(method: str, weighted: bool) -> None:
    study, x = joining(lost=0.1)
    adjusted = adjusting(study, x) if weighted else None
    asked = {"adjusted": adjusted} if weighted else {"covariates": x}
    cells = staggered.estimate(study, method=method, controls=staggered.Against(base="universal"), **asked)
    assert set(cells.methods) == {method}
    for number, (cohort, year) in enumerate(pairs(cells)):
        change = study.column(year) - study.figures[:, study.base(cohort)]
        joined = study.start == cohort
        free = (study.start == NEVER) | ((study.start > max(year, study.years[study.base(cohort)])) & ~joined)
        weights = adjusted[cohort].weights if adjusted else np.ones(change.size)
        used = np.isfinite(change) & (joined | free) & (weights > 0)
        effect, influence = cell(change[used], joined[used], x[used], weights=weights[used], method=method)
        np.testing.assert_allclose(cells.effect[number], effect, rtol=0, atol=1e-11)
        wanted = np.zeros(change.size)
        wanted[used] = influence * change.size / used.sum()
        np.testing.assert_allclose(cells.influence[:, number], wanted, rtol=0, atol=1e-9)
        np.testing.assert_array_equal(np.isfinite(cells.residuals[:, number]), used)
        assert cells.joiners[number] == (joined & used).sum()
        assert cells.others[number] == (free & used).sum()


def test_residuals_are_what_the_comparison_does_not_foresee() -> None:
    study, x = joining()
    for method in METHODS:
        cells = staggered.estimate(study, method=method, covariates=x)
        number = at(cells, 2023, 2024)
        left, joined = cells.residuals[:, number], study.start == 2023
        if method == "reg":
            np.testing.assert_allclose(left[joined].mean(), cells.effect[number])
        others = np.isfinite(left) & ~joined
        if method != "ipw":
            terms = np.column_stack([np.ones(others.sum()), x[others]])
            np.testing.assert_allclose(terms.T @ left[others], 0, atol=1e-9)


def test_schools_whose_covariates_are_unknown_are_left_out() -> None:
    study, x = joining()
    lost = np.where(np.arange(240)[:, None] % 7 == 0, np.nan, x)
    cells = staggered.estimate(study, covariates=lost)
    assert np.isnan(cells.residuals[::7]).all()
    kept = np.arange(240) % 7 != 0
    parts = {name: getattr(study, name)[kept] for name in ("schools", "figures", "start", "cluster")}
    fewer = staggered.estimate(replace(study, **parts), covariates=x[kept])
    np.testing.assert_allclose(cells.effect, fewer.effect)


def test_what_says_the_same_twice_changes_nothing() -> None:
    study, x = joining()
    twice = np.column_stack([x, 3 * x[:, 0] - x[:, 1] + 2, np.full(240, 0.1)])
    for method in METHODS:
        one, other = (staggered.estimate(study, method=method, covariates=each) for each in (x, twice))
        np.testing.assert_allclose(one.effect, other.effect, rtol=0, atol=1e-9)
        np.testing.assert_allclose(one.influence, other.influence, rtol=0, atol=1e-7)


def test_sides_that_are_told_apart_are_regressed_instead() -> None:
    study, x = joining()
    apart = x + np.where(study.start[:, None] == 2023, 20.0, 0)
    for method in ("dr", "ipw"):
        cells = staggered.estimate(study, method=method, controls="never", covariates=apart)
        regressed = staggered.estimate(study, method="reg", controls="never", covariates=apart)
        of = {start: set(np.array(cells.methods)[cells.cohort == start]) for start in study.cohorts}
        assert of == {2019: {method}, 2023: {"reg"}, 2024: {method}}
        own = cells.cohort == 2023
        np.testing.assert_array_equal(cells.influence[:, own], regressed.influence[:, own])


def few(comparison: int) -> tuple[Study, dict[int, Adjusted], Floats]:
    """One school that joins beside a few, with two covariates."""
    study, x = joining(seed=3)
    start = np.full(240, NEVER)
    start[0] = 2023
    weights = np.zeros(240)
    weights[: comparison + 1] = [1, *np.full(comparison, 1 / comparison)]
    return replace(study, start=start), {2023: Adjusted(x, weights, ("a", "b"))}, weights


def test_beside_few_schools_covariates_are_left_aside() -> None:
    study, adjusted, weights = few(5)
    cells = staggered.estimate(study, adjusted=adjusted)
    assert set(cells.methods) == {"means"}
    change = study.column(2024) - study.column(2019)
    wanted = change[0] - np.average(change[1:], weights=weights[1:])
    np.testing.assert_allclose(cells.effect[at(cells, 2023, 2024)], wanted)
    study, adjusted, _ = few(60)
    assert set(staggered.estimate(study, method="reg", adjusted=adjusted).methods) == {"reg"}


def test_matched_without_covariates_is_a_weighted_difference() -> None:
    study, adjusted, weights = few(5)
    bare = {2023: Adjusted(np.empty((240, 0)), weights, ())}
    one, other = (staggered.estimate(study, adjusted=each) for each in (bare, adjusted))
    np.testing.assert_array_equal(one.effect, other.effect)


def test_a_cohort_without_comparison_or_figures_has_no_cells() -> None:
    study, x = joining()
    adjusted = adjusting(study, x)
    del adjusted[2023]
    assert set(staggered.estimate(study, adjusted=adjusted).cohort.tolist()) == {2019, 2024}
    lost = study.figures.copy()
    lost[study.start == 2019, 2] = np.nan
    cells = staggered.estimate(replace(study, figures=lost))
    assert [year for start, year in pairs(cells) if start == 2019] == [2018, 2023, 2024]


@pytest.mark.parametrize("start", [[2017, 2017, NEVER], [2018, 2018, 2018]])
def test_nothing_to_compare_is_said(start: list[int]) -> None:
    with pytest.raises(SaidToPeople, match=r"^impact: no year .* Compare with schools"):
        staggered.estimate(plain(np.zeros((3, 5)), start, YEARS))
    with pytest.raises(SaidToPeople, match="wider pool"):
        staggered.estimate(plain(np.zeros((3, 5)), [2018, NEVER, NEVER], YEARS), adjusted={})


def test_a_cohort_of_which_nobody_was_matched_has_no_cells() -> None:
    study, x = joining()
    adjusted = adjusting(study, x)
    adjusted[2023] = replace(adjusted[2023], weights=np.zeros(240))
    assert set(staggered.estimate(study, adjusted=adjusted).cohort.tolist()) == {2019, 2024}

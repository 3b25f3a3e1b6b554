from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.impact import synthetic
from commonroom.impact.study import Study
from commonroom.impact.synthetic import designs
from commonroom.tables import TableError
from unit.impact.synthetic.made_factors import first, planted, schools, without

DESIGNS = (synthetic.control, synthetic.difference)
#: Years enough to tell schools apart: ten before the start and two after.
LONG = tuple(range(2001, 2013))
SPACE = synthetic.Options(in_time=0)


def beside(study: Study, number: int = 1, **options: object) -> synthetic.Synthetic:
    unit = first(study, number)
    return synthetic.control(
        study,
        unit=unit,
        donors=~unit,
        start=2019,
        options=synthetic.Options(**options),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("design", DESIGNS)
def test_a_unit_that_is_a_mix_of_donors_is_that_mix(design) -> None:  # type: ignore[no-untyped-def]
    study = schools(40, years=LONG)
    mixed = study.figures.copy()
    mixed[0] = 0.25 * mixed[3] + 0.75 * mixed[8]
    study = planted(replace(study, figures=mixed), unit=first(study), start=2011, effect=0.5)
    options = synthetic.Options(ridge=0)
    found = design(study, unit=first(study), donors=~first(study), start=2011, options=options)
    if design is synthetic.control:
        assert dict(found.weights.iter_rows()) == pytest.approx(
            {"school 0003": 0.25, "school 0008": 0.75}, abs=1e-4
        )
        assert found.effect.effect == pytest.approx(0.5, abs=1e-4)
        assert found.p == found.rank / 40 <= 0.1
    assert found.gap == pytest.approx(found.value - found.mix)
    assert found.effect.effect == pytest.approx(found.gap[10:].mean())
    assert found.weights["weight"].sum() == pytest.approx(1, abs=1e-4)
    assert found.times["weight"].sum() == pytest.approx(1)


@pytest.mark.parametrize("design", DESIGNS)
def test_nothing_is_found_as_often_as_placebos_say_where_there_is_nothing(design) -> None:  # type: ignore[no-untyped-def]
    runs = 40
    found = []
    for seed in range(runs):
        study = schools(40, years=LONG, seed=seed)
        answer = design(study, unit=first(study), donors=~first(study), start=2011, options=SPACE)
        found.append((answer.effect.effect, answer.p, answer.effect.low <= 0 <= answer.effect.high))
    estimates, p, holds = np.array(found).T
    assert abs(estimates.mean()) < 3 * estimates.std() / np.sqrt(runs)
    # Of 40 intervals of 95 % two miss; more than six would be one in three hundred.
    assert runs - holds.sum() <= 6
    # 40 units, so p is a multiple of 1/40; sd of the shares in 40 runs: .047 and .079.
    assert (p <= 0.1).mean() <= 0.1 + 3 * 0.047
    assert (p <= 0.5).mean() == pytest.approx(0.5, abs=3 * 0.079)


@pytest.mark.parametrize("design", DESIGNS)
def test_an_effect_is_added_to_what_was_found_without(design) -> None:  # type: ignore[no-untyped-def]
    """So that an estimate without bias where there is nothing has none where there is something."""
    for seed in range(3):
        study = schools(40, years=LONG, seed=seed)
        unit = first(study)
        without_it = design(study, unit=unit, donors=~unit, start=2011, options=SPACE)
        study = planted(study, unit=unit, start=2011, effect=0.4)
        with_it = design(study, unit=unit, donors=~unit, start=2011, options=SPACE)
        assert with_it.effect.effect == pytest.approx(without_it.effect.effect + 0.4, abs=1e-9)
        assert with_it.effect.high == pytest.approx(without_it.effect.high + 0.4, abs=1e-9)


@pytest.mark.parametrize("design", DESIGNS)
def test_the_same_input_gives_the_same_answer(design) -> None:  # type: ignore[no-untyped-def]
    study = schools(60)
    unit = first(study, 3)
    once = design(study, unit=unit, donors=~unit, start=2019)
    again = design(study, unit=unit, donors=~unit, start=2019)
    assert once.effect == again.effect
    assert once.placebos.equals(again.placebos)
    assert once.weights.equals(again.weights)
    assert np.array_equal(once.low, again.low)


def test_the_order_of_schools_does_not_matter() -> None:
    study = schools(60)
    turned = replace(
        study,
        schools=study.schools[::-1],
        figures=study.figures[::-1],
        pupils=study.pupils[::-1],
        context=study.context[::-1],
    )
    unit = first(study)
    once = synthetic.control(study, unit=unit, donors=~unit, start=2019)
    again = synthetic.control(turned, unit=unit[::-1], donors=~unit[::-1], start=2019)
    assert again.gap == pytest.approx(once.gap, abs=1e-9)
    assert again.placebos["placebo"].to_list() == once.placebos["placebo"].to_list()
    assert again.effect.p == once.effect.p


def test_frame_is_the_table() -> None:
    found = beside(schools(40))
    table = synthetic.frame(found, unit="School one")
    assert table["year"].to_list() == [2016, 2017, 2018, 2019, 2023, 2024]
    assert table["after"].to_list() == [False] * 3 + [True] * 3
    assert table["gap"].to_numpy() == pytest.approx(found.gap)
    assert set(table["method"]) == {"synthetic"}
    assert (table["low"] <= table["high"]).all()
    with pytest.raises(TableError):
        synthetic.frame(replace(found, years=np.full(6, 2016)), unit="School one")


def test_placebos_of_each_year_stand_around_the_gap() -> None:
    found = beside(schools(300))
    inside = [found.low[year] <= 0 <= found.high[year] for year in range(6)]
    assert all(inside)
    assert (found.high - found.low)[3:].min() > (found.high - found.low)[:3].max()


def test_earlier_dates_find_nothing_where_nothing_happened() -> None:
    study = planted(schools(150), unit=first(schools(150)), start=2019, effect=3.0)
    found = beside(study)
    assert found.in_time["start"].to_list() == [2018]
    row = found.in_time.row(0, named=True)
    assert row["low"] < 0 < row["high"]
    assert row["effect"] == pytest.approx((row["low"] + row["high"]) / 2)
    assert found.effect.low > 0
    same = beside(schools(150))
    assert same.in_time.equals(found.in_time)
    assert beside(schools(150, years=(*LONG[:4], 2018, 2019)), in_time=2).in_time["start"].to_list() == [
        2004,
        2018,
    ]


def test_no_earlier_date_is_said() -> None:
    study = schools(40, years=(2017, 2018, 2019))
    found = beside(study)
    assert found.in_time.is_empty()
    assert found.in_time.schema["start"] == pl.Int32
    assert found.limits == ("few_years", "no_in_time")


def test_limits_name_a_mix_that_does_not_fit_and_placebos_that_are_few() -> None:
    study = schools(15)
    figures = study.figures.copy()
    figures[0] += 30
    found = beside(replace(study, figures=figures))
    assert found.limits == ("few_years", "few_placebos", "misfit")
    # Student's t with 14 placebos: the gap of 30 is the misfit's, and p says nothing of that.
    spread = np.sqrt((found.placebos["effect"].to_numpy() ** 2).mean() * (1 + 1 / 14))
    assert found.effect.high - found.effect.effect == pytest.approx(2.1447867 * spread)
    assert found.effect.p < 0.001
    assert found.p > 0.05
    assert found.p_near > 0.05


def test_intervals_and_p_values_agree() -> None:
    """An interval leaves out zero where and only where p is at most 1 - level."""
    for seed in range(12):
        study = planted(schools(60, seed=seed), unit=first(schools(60)), start=2019, effect=0.6)
        for design in DESIGNS:
            found = design(study, unit=first(study), donors=~first(study), start=2019, options=SPACE)
            assert (found.effect.p <= 0.05) == (not found.effect.low <= 0 <= found.effect.high)


def test_with_no_placebo_set_aside_the_test_of_those_that_fit_is_that_of_all() -> None:
    study = schools(80)
    found = beside(study, misfit=1e9)
    assert found.placebos["kept"].all()
    assert found.p_near == found.effect.p
    few = beside(study, misfit=1.0)
    assert 0 < few.placebos["kept"].sum() < found.placebos.height
    larger = few.placebos.filter("kept", pl.col("effect").abs() >= abs(few.effect.effect)).height
    assert few.p_near == (1 + larger) / (1 + few.placebos["kept"].sum())


def test_figures_that_are_all_alike_have_no_effect() -> None:
    study = replace(schools(40), figures=np.zeros((40, 6)))
    for design in DESIGNS:
        found = design(study, unit=first(study), donors=~first(study), start=2019)
        assert (found.effect.effect, found.effect.se, found.effect.p, found.p) == (0, 0, 1, 1)
    small = replace(study, figures=np.zeros((40, 6)))
    few = np.arange(40) > 30
    assert synthetic.control(small, unit=first(study), donors=few, start=2019).effect.p == 1


def test_a_penalty_brings_donors_nearer() -> None:
    study = schools(300)
    near, far = beside(study, penalty=2.0), beside(study, penalty=0.0)

    def own(found: synthetic.Synthetic) -> float:
        """Mean squared distance of the donors themselves from the unit."""
        rows = np.searchsorted(study.schools, found.weights["donor"].to_numpy())
        apart = ((study.figures[rows, :3] - study.figures[0, :3]) ** 2).sum(axis=1)
        return float(apart @ found.weights["weight"].to_numpy())

    assert own(near) < own(far)
    assert near.before > far.before


def test_a_mix_is_made_of_so_many_donors_at_most() -> None:
    assert beside(schools(300), ridge=1.0, donors=7).weights.height <= 7


def test_context_may_be_matched_beside_the_path() -> None:
    study = schools(400)

    def off(found: synthetic.Synthetic) -> float:
        rows = np.searchsorted(study.schools, found.weights["donor"].to_numpy())
        mixed = found.weights["weight"].to_numpy() @ study.context[rows]
        return float(((mixed - study.context[0]) ** 2).sum())

    with_context = beside(study, context=("first", "second"), context_weight=3.0)
    assert off(with_context) < off(beside(study))


@pytest.mark.parametrize("moves", [0.0, 3.0])
def test_the_weight_of_context_may_be_learnt(moves: float) -> None:
    """It is the one whose mix, made without the last year before the start, foresees that year best."""
    study = schools(100, noise=0.05)
    after = np.asarray(study.years) >= 2018
    study = replace(study, figures=study.figures + moves * np.outer(study.context[:, 0], after))
    early = replace(study, years=study.years[:3], figures=study.figures[:, :3])
    missed = {}
    for weight in designs.TRIED:
        options = synthetic.Options(context=("first",), context_weight=weight, in_time=0)
        found = synthetic.control(early, unit=first(study), donors=~first(study), start=2018, options=options)
        missed[weight] = abs(found.effect.effect)
    best = min(missed, key=lambda weight: missed[weight])
    assert len(set(missed.values())) == len(designs.TRIED)
    told = beside(study, context=("first",), context_weight=None, in_time=0)
    assert told.effect == beside(study, context=("first",), context_weight=best, in_time=0).effect


def test_context_weighs_as_the_path_where_nothing_can_be_learnt() -> None:
    study = schools(60, years=(2017, 2018, 2019))
    learnt = beside(study, context=("first",), context_weight=None)
    assert learnt.effect == beside(study, context=("first",), context_weight=1.0).effect
    assert beside(schools(60), context_weight=None).effect == beside(schools(60)).effect


def test_a_city_beside_areas() -> None:
    study = schools(200)
    city = first(study, 20)
    study = planted(study, unit=city, start=2019, effect=0.8)
    others = synthetic.Others(
        synthetic.areas(study, among=~city), synthetic.neighbours(study, among=~city, size=20)
    )
    for design in DESIGNS:
        found = design(study, unit=city, donors=others, start=2019)
        assert found.effect.low <= 0.8 <= found.effect.high
        assert found.effect.low > 0
        assert np.isnan(found.jackknife)
        assert found.schools == 20


def test_several_schools_beside_schools_have_a_jackknife() -> None:
    study = without(schools(80), (2, 3))
    unit = first(study, 6)
    found = synthetic.difference(study, unit=unit, donors=~unit, start=2019)
    assert (found.schools, found.lost) == (5, 1)
    assert 0 < found.jackknife < 1
    alone = synthetic.difference(study, unit=first(study), donors=~unit, start=2019)
    assert np.isnan(alone.jackknife)
    assert np.isnan(synthetic.control(study, unit=unit, donors=~unit, start=2019).jackknife)


def test_a_donor_with_all_the_weight_is_not_left_out() -> None:
    """Unit and first donor move as one and the other two apart from them."""
    path = np.array([0.0, 1.0, 0.0, 5.0, 6.0])
    figures = np.array(
        [path, path + 1, path, -9 * path, -9 * path, 40 - 8 * path, *(20 + -7 * path + s for s in range(4))]
    )
    figures = figures + 1e-7 * np.random.default_rng(1).normal(size=figures.shape)
    study = synthetic.plain([f"s{row}" for row in range(10)], years=range(2010, 2015), figures=figures)
    unit = first(study, 2)
    found = synthetic.difference(study, unit=unit, donors=~unit, start=2013)
    assert np.isfinite(found.jackknife)


@pytest.mark.parametrize("design", DESIGNS)
def test_one_year_before_is_refused_with_the_design_that_is_possible(design) -> None:  # type: ignore[no-untyped-def]
    study = schools(40, years=(2018, 2019))
    with pytest.raises(SaidToPeople, match="matched schools"):
        design(study, unit=first(study), donors=~first(study), start=2019)

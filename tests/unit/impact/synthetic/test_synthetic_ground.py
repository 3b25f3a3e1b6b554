from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from commonroom.errors import SaidToPeople
from commonroom.impact import synthetic
from commonroom.impact.synthetic import ground, nearness, rows
from unit.impact.synthetic.made_factors import first, schools, without

OPTIONS = synthetic.Options()


def test_a_unit_is_the_mean_of_schools_known_throughout() -> None:
    study = without(schools(30), (1, 2))
    unit = first(study, 4)
    found = ground.gather(study, unit=unit, donors=~unit, start=2019, options=OPTIONS)
    assert found.lost == 1
    assert found.unit.figures[0] == pytest.approx(study.figures[[0, 2, 3]].mean(axis=0))
    assert found.schools.shape == (3, 6)


def test_a_unit_may_be_weighted_by_cohort() -> None:
    study = schools(30)
    study = replace(study, pupils=np.where(np.arange(30) == 1, np.nan, study.pupils))
    unit = first(study, 3)
    options = synthetic.Options(weighted=True)
    found = ground.gather(study, unit=unit, donors=~unit, start=2019, options=options)
    usual = np.nanmedian(study.pupils)
    weight = np.array([study.pupils[0], usual, study.pupils[2]])
    assert found.unit.figures[0] == pytest.approx(np.average(study.figures[:3], axis=0, weights=weight))
    nobody = replace(study, pupils=np.full(30, np.nan))
    plain = ground.gather(nobody, unit=unit, donors=~unit, start=2019, options=options)
    assert plain.unit.figures[0] == pytest.approx(study.figures[:3].mean(axis=0))


def test_a_year_counts_where_half_of_the_unit_is_known() -> None:
    study = without(schools(30), (0, 1), (2, 4), (3, 4))
    one = ground.gather(study, unit=first(study), donors=~first(study), start=2019, options=OPTIONS)
    assert one.years.tolist() == [2016, 2018, 2019, 2023, 2024]
    assert "school 0002" not in one.donors.names  # not known in 2023
    unit = first(study, 4)
    four = ground.gather(study, unit=unit, donors=~unit, start=2019, options=OPTIONS)
    assert four.years.tolist() == [2016, 2017, 2018, 2019, 2023, 2024]
    assert (four.lost, len(four.schools)) == (3, 1)


def test_donors_lack_neither_a_year_nor_context() -> None:
    study = without(schools(30), (7, 3))
    context = study.context.copy()
    context[9, 0] = np.nan
    study = replace(study, context=context)
    unit = first(study)
    options = synthetic.Options(context=("first",))
    found = ground.gather(study, unit=unit, donors=~unit, start=2019, options=options)
    assert {"school 0007", "school 0009", "school 0000"}.isdisjoint(found.donors.names)
    assert len(found.donors.names) == 27
    assert found.donors.context.shape == (27, 1)


def test_context_that_is_not_known_of_the_unit_is_not_asked_of_donors() -> None:
    study = schools(20)
    context = study.context.copy()
    context[0, 1] = np.nan
    study = replace(study, context=context)
    options = synthetic.Options(context=("first", "second"))
    found = ground.gather(study, unit=first(study), donors=~first(study), start=2019, options=options)
    assert found.unit.context.tolist() == [[study.context[0, 0]]]


def test_groups_with_a_school_of_the_unit_stand_aside() -> None:
    study = schools(40)
    groups = synthetic.areas(study, among=np.ones(40, dtype=bool))
    found = ground.gather(study, unit=first(study, 4), donors=groups, start=2019, options=OPTIONS)
    assert found.donors.names.tolist() == [f"area {number}" for number in range(1, 8)]
    assert np.array_equal(found.apart, np.eye(7, dtype=bool))
    assert not found.alone


def test_a_group_of_which_half_is_not_known_stands_aside() -> None:
    study = without(schools(40), *[(place, 0) for place in (10, 11, 12, 15, 16)])
    groups = synthetic.areas(study, among=np.ones(40, dtype=bool))
    found = ground.gather(study, unit=first(study, 5), donors=groups, start=2019, options=OPTIONS)
    assert found.donors.names.tolist() == ["area 1", "area 3", "area 4", "area 5", "area 6", "area 7"]
    assert found.donors.figures[1] == pytest.approx(study.figures[[17, 18, 19]].mean(axis=0))


def test_several_schools_beside_schools_have_placebos_of_as_many_neighbours() -> None:
    study = schools(60)
    unit = first(study, 3)
    found = ground.gather(study, unit=unit, donors=~unit, start=2019, options=OPTIONS)
    assert found.alone
    assert (found.placebos.members.sum(axis=1) == 3).all()
    assert found.apart.shape == (len(found.placebos.names), 57)
    assert (found.apart.sum(axis=1) == 3).all()


def test_where_no_place_is_known_placebos_are_drawn() -> None:
    study = replace(schools(60), easting=np.full(60, np.nan))
    unit = first(study, 3)
    options = synthetic.Options(placebos=25)
    found = ground.gather(study, unit=unit, donors=~unit, start=2019, options=options)
    assert len(found.placebos.names) == 25
    assert found.placebos.names[0].startswith("drawn")


def test_donors_and_placebos_may_be_of_two_kinds() -> None:
    study = schools(60)
    unit = first(study, 5)
    tens = synthetic.areas(study, among=~unit, joined=2)
    others = synthetic.Others(synthetic.areas(study, among=~unit), tens)
    found = ground.gather(study, unit=unit, donors=others, start=2019, options=OPTIONS)
    assert found.apart.shape == (len(tens.names), 11)
    assert (found.apart.sum(axis=1) == 2).all()


def test_a_placebo_that_shares_schools_with_all_donors_but_one_stands_aside() -> None:
    study = schools(30)
    unit = first(study, 5)
    donors = synthetic.areas(study, among=~unit)
    wide = np.array([study.area >= 2, *[study.area == area for area in (1, 2, 3)]])
    others = synthetic.Others(donors, synthetic.Groups(("wide", "one", "two", "three"), wide))
    found = ground.gather(study, unit=unit, donors=others, start=2019, options=OPTIONS)
    assert found.placebos.names.tolist() == ["one", "two", "three"]
    assert found.apart.shape == (3, 5)
    with pytest.raises(SaidToPeople, match="0 placebos"):
        ground.gather(
            study,
            unit=unit,
            donors=synthetic.Others(donors, synthetic.Groups(tuple("abcd"), wide[[0, 0, 0, 0]])),
            start=2019,
            options=OPTIONS,
        )


def test_placebos_are_the_nearest() -> None:
    study = schools(200)
    unit = first(study)
    options = synthetic.Options(placebos=10)
    found = ground.gather(study, unit=unit, donors=~unit, start=2019, options=options)
    far = ((study.figures[1:, :3] - study.figures[0, :3]) ** 2).sum(axis=1)
    nearest = [f"school {place + 1:04d}" for place in np.sort(np.argsort(far)[:10])]
    assert found.placebos.names.tolist() == nearest


def test_an_earlier_date_knows_nothing_of_the_true_start() -> None:
    study = schools(30)
    found = ground.gather(study, unit=first(study), donors=~first(study), start=2019, options=OPTIONS)
    early = found.earlier(2018)
    assert early.years.tolist() == [2016, 2017, 2018]
    assert (early.before, early.donors.figures.shape) == (2, (29, 3))


def test_predictors_have_the_distance_of_paths_and_context() -> None:
    figures = np.array([[0.0, 0.0], [2.0, 2.0], [0.0, 0.0], [2.0, 2.0]])
    context = np.array([[1.0, 5.0], [1.0, 5.0], [3.0, 5.0], [3.0, 5.0]])
    members = rows.gather(
        synthetic.plain(["a", "b", "c", "d"], years=[1, 2], figures=figures),
        np.ones(4, dtype=bool),
        years=np.ones(2, dtype=bool),
        columns=[],
        weighted=False,
    )
    made = replace(members, context=context)
    by = nearness.scale(made, before=2, weight=4.0)
    assert (by.path, by.context.tolist()) == (1.0, [1.0, 1.0])
    places = nearness.predictors(made, before=2, by=by)
    # Two sd in the path; two sd in one of two variables that together weigh 4.
    assert nearness.squared(places, places[0]) == pytest.approx([0, 4, 8, 12])
    same = replace(made, figures=np.zeros((4, 2)))
    assert nearness.scale(same, before=2, weight=1.0).path == 1.0


def test_of_equal_distances_the_first_are_nearest() -> None:
    assert nearness.nearest(np.array([2.0, 1.0, 2.0, 1.0, 2.0]), most=3).tolist() == [0, 1, 3]


@pytest.mark.parametrize(
    ("start", "years", "says"),
    [
        (2025, (2016, 2017, 2018), "no figures from 2025 on. Wait for the results of 2025"),
        (2016, (2016, 2017, 2018), "no figures before 2016.*later start"),
        (
            2017,
            (2016, 2017, 2018),
            "1 year before 2017 .2016., and this design needs 2. Compare with matched",
        ),
    ],
)
def test_years_that_are_too_few_are_refused(start: int, years: tuple[int, ...], says: str) -> None:
    study = schools(30, years=years)
    with pytest.raises(SaidToPeople, match=says):
        ground.gather(study, unit=first(study), donors=~first(study), start=start, options=OPTIONS)


def test_more_years_may_be_asked_for() -> None:
    study = schools(30)
    with pytest.raises(SaidToPeople, match=r"3 years before 2019 \(2016, 2017, 2018\), .* needs 4"):
        ground.gather(
            study,
            unit=first(study),
            donors=~first(study),
            start=2019,
            options=synthetic.Options(least=4),
        )


def test_no_unit_is_refused() -> None:
    study = schools(30)
    with pytest.raises(SaidToPeople, match="no school is given as the unit"):
        ground.gather(study, unit=first(study, 0), donors=~first(study), start=2019, options=OPTIONS)


def test_a_unit_of_which_no_school_is_known_throughout_is_refused() -> None:
    study = without(schools(30), (0, 1), (1, 2))
    with pytest.raises(SaidToPeople, match=r"figure in each of 2016, .*matched schools instead"):
        ground.gather(study, unit=first(study, 2), donors=~first(study, 2), start=2019, options=OPTIONS)


def test_a_pool_of_two_is_refused() -> None:
    study = schools(30)
    two = (np.arange(30) > 0) & (np.arange(30) < 3)
    with pytest.raises(SaidToPeople, match=r"2 donors have figures .*matched design is possible"):
        ground.gather(study, unit=first(study), donors=two, start=2019, options=OPTIONS)
    two_areas = synthetic.areas(study, among=np.arange(30) >= 20)
    with pytest.raises(SaidToPeople, match="2 placebos have figures"):
        ground.gather(
            study,
            unit=first(study, 3),
            donors=synthetic.Others(~first(study, 3), two_areas),
            start=2019,
            options=OPTIONS,
        )


def test_context_that_nobody_knows_is_refused() -> None:
    study = schools(30)
    options = synthetic.Options(context=("weather",))
    with pytest.raises(SaidToPeople, match=r"named weather. Take some of: first, second"):
        ground.gather(study, unit=first(study), donors=~first(study), start=2019, options=options)

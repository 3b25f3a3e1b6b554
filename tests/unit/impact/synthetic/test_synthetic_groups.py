from __future__ import annotations

from dataclasses import replace

import numpy as np

from commonroom.impact import synthetic
from commonroom.impact.study import Study
from unit.impact.synthetic.made_factors import schools


def row(number: int = 6) -> synthetic.Groups:
    """Schools on a road, a kilometre apart."""
    study = on_a_road(number)
    return synthetic.neighbours(study, among=np.ones(number, dtype=bool), size=2)


def on_a_road(number: int, area: tuple[int, ...] = ()) -> Study:
    places = np.column_stack([np.arange(number) * 1000.0 + np.arange(number) ** 2, np.zeros(number)])
    study = synthetic.plain(
        [f"s{place}" for place in range(number)], years=[2018], figures=np.zeros((number, 1)), places=places
    )
    return replace(study, area=np.array(area)) if area else study


def test_areas_hold_their_own_schools() -> None:
    study = schools(23)
    among = np.arange(23) != 7
    groups = synthetic.areas(study, among=among)
    assert groups.names == ("area 0", "area 1", "area 2", "area 3", "area 4")
    assert groups.members.sum(axis=1).tolist() == [5, 4, 5, 5, 3]
    assert np.array_equal(groups.members.any(axis=0), among)


def test_neighbours_are_the_nearest_and_each_group_stands_once() -> None:
    groups = row()
    assert [np.flatnonzero(members).tolist() for members in groups.members] == [
        [0, 1],
        [1, 2],
        [2, 3],
        [3, 4],
        [4, 5],
    ]
    assert groups.names[0] == "s0 + 1"


def test_of_many_groups_some_are_taken_evenly() -> None:
    study = schools(40)
    groups = synthetic.neighbours(study, among=np.ones(40, dtype=bool), size=4, most=5)
    assert len(groups.names) == 5
    assert (groups.members.sum(axis=1) == 4).all()


def test_schools_in_one_place_are_still_in_their_own_group() -> None:
    study = on_a_road(5)
    study = replace(study, easting=np.zeros(5))
    groups = synthetic.neighbours(study, among=np.ones(5, dtype=bool), size=2)
    assert groups.members.sum(axis=1).tolist() == [2] * len(groups.names)
    assert groups.members.any(axis=0).all()


def test_schools_without_a_place_have_no_neighbours() -> None:
    study = on_a_road(5)
    study = replace(study, easting=np.where(np.arange(5) == 2, np.nan, study.easting))
    groups = synthetic.neighbours(study, among=np.ones(5, dtype=bool), size=3)
    assert not groups.members[:, 2].any()
    assert not synthetic.neighbours(study, among=np.arange(5) < 2, size=3).names


def test_joined_areas_are_those_side_by_side() -> None:
    study = on_a_road(8, area=(0, 0, 1, 1, 2, 2, 3, 3))
    study = replace(study, easting=np.where(np.arange(8) >= 6, np.nan, study.easting))
    groups = synthetic.areas(study, among=np.ones(8, dtype=bool), joined=2)
    assert groups.names == ("area 0 + area 1", "area 2 + area 1")
    assert groups.members.sum(axis=1).tolist() == [4, 4]


def test_no_area_has_as_many_neighbours_as_asked() -> None:
    study = on_a_road(4, area=(0, 0, 1, 1))
    groups = synthetic.areas(study, among=np.ones(4, dtype=bool), joined=3)
    assert groups.names == ()
    assert groups.members.shape == (0, 4)


def test_drawn_groups_are_of_one_size_and_the_same_each_time() -> None:
    study = schools(30)
    among = np.arange(30) >= 10
    once = synthetic.drawn(study, among=among, size=4, number=6, seed=3)
    again = synthetic.drawn(study, among=among, size=4, number=6, seed=3)
    assert np.array_equal(once.members, again.members)
    assert once.members.sum(axis=1).tolist() == [4] * 6
    assert not once.members[:, ~among].any()
    assert not synthetic.drawn(study, among=np.arange(30) < 2, size=4, number=6, seed=3).names

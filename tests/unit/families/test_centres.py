from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.families import Variable
from commonroom.families.centres import NOWHERE, Points, distances, medians, points
from commonroom.families.placement import place
from unit.families.builders import frame, preset

WEIGHTS = (0.5, 0.3, 0.2)
CELLS = st.one_of(st.none(), st.floats(-3, 3).map(lambda x: round(x, 2)))


def cloud(rows: list[list[float | None]]) -> Points:
    known = np.array([[0.0 if cell is None else 1.0 for cell in row] for row in rows])
    places = np.array([[cell or 0.0 for cell in row] for row in rows])
    return Points(places, known, np.array(WEIGHTS[: places.shape[1]]), 1.0)


def slow_distance(a: list[float | None], b: list[float | None]) -> float:
    both = [v for v in range(len(a)) if a[v] is not None and b[v] is not None]
    weight = sum(WEIGHTS[v] for v in both)
    return math.sqrt(sum((a[v] - b[v]) ** 2 for v in both) / weight) if both else NOWHERE


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=6))
def test_distances_are_those_of_the_slow_twin(rows: list[list[float | None]]) -> None:
    slow = [[slow_distance(a, b) for b in rows] for a in rows]
    assert distances(cloud(rows), cloud(rows)) == pytest.approx(np.array(slow), abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(*[st.floats(-3, 3)] * 3).map(list), min_size=1, max_size=6), CELLS, CELLS)
def test_no_point_beside_the_centre_is_better_than_the_mean(
    rows: list[list[float]], one: float | None, two: float | None
) -> None:
    schools = cloud([*rows, [one, two, 0.5]])
    family = np.zeros(len(rows) + 1, dtype=np.int64)
    centre = medians(schools, family, count=1)
    mean = Points(
        np.array([[schools.places[:, v].sum() / max(1, schools.known[:, v].sum()) for v in range(3)]]),
        centre.known,
        schools.weights,
        1.0,
    )
    assert distances(schools, centre).sum() <= distances(schools, mean).sum() * (1 + 1e-2) + 2e-2


def test_the_centre_of_three_on_a_line_is_the_middle_one_not_the_mean() -> None:
    schools = cloud([[0.0], [1.0], [10.0]])
    assert medians(schools, np.zeros(3, dtype=np.int64), count=1).places[0, 0] == pytest.approx(1.0, abs=0.05)


def test_schools_that_do_not_count_do_not_pull_and_unknown_stays_unknown() -> None:
    schools = cloud([[1.0, None], [1.0, None], [50.0, 3.0]])
    centre = medians(schools, np.array([0, 0, -1]), count=1)
    assert centre.places.tolist() == [[1.0, 0.0]]
    assert centre.known.tolist() == [[1.0, 0.0]]


def test_points_of_a_placement_are_as_far_apart_as_find_says() -> None:
    chosen = preset(Variable(name="eal", weight=0.5, scale=2.0), Variable(name="fsm", weight=0.5, scale=1.0))
    made = points(place(frame(eal=[1.0, 3.0], fsm=[None, 5.0]), preset=chosen))
    assert distances(made, made)[0, 1] == pytest.approx(1.0)

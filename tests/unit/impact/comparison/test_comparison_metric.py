"""Distances in the path and in context."""

from __future__ import annotations

import numpy as np

from commonroom.impact.comparison.cohort import gather
from commonroom.impact.comparison.metric import measure
from commonroom.impact.study import Floats
from unit.impact.comparison.made_comparison import everybody, nation, rules, study


def mean_squared(coordinates: Floats) -> float:
    """The mean squared distance of two different schools."""
    apart = ((coordinates[:, None] - coordinates) ** 2).sum(axis=2)
    return float(apart.sum() / (len(coordinates) * (len(coordinates) - 1)))


def test_two_schools_are_one_apart_on_average_in_each_part() -> None:
    made = nation(200, 10)
    found = measure(gather(made, 2018, pool=everybody(made), comparison=rules()))
    np.testing.assert_allclose(mean_squared(found.path), 1, rtol=1e-9)
    np.testing.assert_allclose(mean_squared(found.context), 1, rtol=1e-9)


def test_the_path_counts_change_as_much_as_level_however_it_is_written() -> None:
    made = nation(300, 10)
    figures = made.figures.copy()
    figures[:, 0] = figures[:, 1] - figures[:, 0]  # the change instead of the year before
    other = study(figures, made.start, context=made.context)
    rows = np.arange(50)
    apart = [
        ((found.path[rows][:, None] - found.path[rows]) ** 2).sum(axis=2)
        for found in (measure(gather(x, 2018, pool=everybody(x), comparison=rules())) for x in (made, other))
    ]
    np.testing.assert_allclose(*apart, atol=1e-9)


def test_years_that_are_the_same_count_once_and_context_nobody_has_not_at_all() -> None:
    draw = np.random.default_rng(3)
    year = draw.normal(size=30)
    made = study(np.column_stack([year, year, year, year]), [2018, *[0] * 29])
    found = measure(gather(made, 2018, pool=everybody(made), comparison=rules()))
    assert found.path.shape == (30, 1)
    assert found.context.shape == (30, 0)
    np.testing.assert_allclose(mean_squared(found.path), 1, rtol=1e-9)


def test_one_school_alone_is_nowhere() -> None:
    made = study(np.arange(8.0).reshape(2, 4), [2018, 0])
    pool = np.zeros(2, dtype=bool)
    found = measure(gather(made, 2018, pool=pool, comparison=rules()))
    assert found.path.shape == found.context.shape == (2, 0)


def test_schools_that_do_not_differ_are_at_one_place() -> None:
    figures = np.ones((4, 4))
    figures[3, 1] = 2.0
    made = study(figures, [2018, 0, 0, 0], context=np.array([[1.0], [1.0], [1.0], [2.0]]))
    gathered = gather(made, 2018, pool=everybody(made), comparison=rules())
    # The school that made the difference has no outcome, and the others are the same.
    kept = type(gathered)(**{**gathered.__dict__, "others": gathered.others[:-1]})
    found = measure(kept)
    assert found.path.shape == found.context.shape == (4, 0)

"""Who may stand beside anybody, and how far it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from commonroom import partnerships
from commonroom.impact import comparison
from commonroom.partnerships import travel as roads
from commonroom.tables import impact as tables
from unit.impact.comparison.made_comparison import everybody, nation, rules, study

TRAVEL = partnerships.load().travel


def flags(size: int, *places: int) -> np.ndarray:
    """Flags that are set at some places."""
    found = np.zeros(size, dtype=bool)
    found[list(places)] = True
    return found


def test_partners_and_who_is_near_are_set_aside_and_said_so() -> None:
    figures = np.ones((6, 4))
    figures[5] = np.nan
    made = study(figures, [2018, 0, 0, 0, 0, 0])
    partners, near = flags(6, 1, 2), flags(6, 0, 2, 3)
    assert np.flatnonzero(comparison.pool(made, partners=partners)).tolist() == [0, 3, 4]
    assert np.flatnonzero(comparison.pool(made, partners=partners, near=near)).tolist() == [4]
    found = comparison.aside(made, partners=partners, near=near)
    assert found.rows() == [
        ("comparison", "s0001", "partner", None),
        ("comparison", "s0002", "partner", None),
        ("comparison", "s0003", "near", None),
    ]
    assert comparison.aside(made, partners=partners)["why"].to_list() == ["partner", "partner"]
    assert comparison.aside(made, partners=flags(6)).is_empty()
    assert found.schema == {name: kind for name, kind in tables.LEFT_OUT.schema.items() if name != "role"}


def test_minutes_are_to_the_nearest_other_school_that_took_part() -> None:
    made = study(np.ones((5, 4)), [2018, 0, 0, 2019, 0])
    made = replace(made, easting=np.array([0.0, 4000.0, 9000.0, 10000.0, np.nan]))
    found = comparison.minutes(made, travel=TRAVEL)
    km = np.array([10.0, 4.0, 1.0, 10.0])
    np.testing.assert_allclose(found[:4], roads.minutes(km, travel=TRAVEL))
    assert np.isnan(found[4])


def test_one_school_alone_is_near_to_others_and_not_to_itself() -> None:
    made = study(np.ones((3, 4)), [2018, 0, 0])
    found = comparison.minutes(made, travel=TRAVEL)
    assert np.isnan(found).tolist() == [True, False, False]
    nowhere = replace(made, easting=np.array([np.nan, 0.0, 1.0]))
    assert np.isnan(comparison.minutes(nowhere, travel=TRAVEL)).all()


def test_pairs_are_told_the_minutes_of_the_comparison_school() -> None:
    made = nation(120, 5)
    found = comparison.match(made, pool=everybody(made), comparison=rules(neighbours=2))
    minutes = np.arange(120.0)
    minutes[7:] = np.nan
    pairs = comparison.with_minutes(found.pairs, study=made, minutes=minutes)
    assert pairs.columns == found.pairs.columns
    asked = dict(zip(made.schools.tolist(), minutes.tolist(), strict=True))
    for school, taken in pairs.select("comparison", "minutes").iter_rows():
        assert taken is None if np.isnan(asked[school]) else taken == asked[school]

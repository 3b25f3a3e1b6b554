from __future__ import annotations

import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonroom.partnerships import travel
from commonroom.partnerships.definition import Band, Travel

#: 1.3 road km for each in a straight line: 5 km at 25, to 25 km at 45, then 75 km/h; 5 minutes to start.
RULE = Travel(
    road_factor=1.3,
    start_minutes=5,
    speeds=(Band(upto_km=5, kmh=25), Band(upto_km=25, kmh=45), Band(kmh=75)),
    most_minutes=60,
)


def schools(*rows: tuple[str, str | None, float | None, float | None]) -> pl.DataFrame:
    """School, authority, easting and northing in km."""
    frame = pl.DataFrame(
        rows,
        orient="row",
        schema={
            "school": pl.String,
            "authority": pl.String,
            "easting": pl.Float64,
            "northing": pl.Float64,
        },
    )
    return frame.with_columns(pl.col("easting", "northing") * 1000)


def measured(*rows: tuple[str, str, float]) -> pl.DataFrame:
    return pl.DataFrame(rows, orient="row", schema=["from", "to", "minutes"])


def journey(places: travel.Places, start: str, end: str) -> tuple[float | None, float, str]:
    rows = places.rows(pl.Series([start, end]))
    way = travel.between(places, rows[:1], rows[1:], travel=RULE)
    km = float(way.km[0])
    return (None if math.isnan(km) else km), float(way.minutes[0]), travel.SOURCES[way.source[0]]


def test_minutes_by_hand() -> None:
    """10 km are 13 by road: 5 minutes, 5 km at 25 km/h (12), 8 at 45 (10 2/3); 40 are 52."""
    found = travel.minutes(np.array([0.0, 2.0, 10.0, 40.0]), travel=RULE)
    assert found == pytest.approx([5.0, 5 + 2.6 * 60 / 25, 5 + 12 + 10 + 2 / 3, 5 + 12 + 26 + 2 / 3 + 21.6])


def test_reach_by_hand() -> None:
    """Of 60 minutes 55 are driven: 12 for 5 km, 26 2/3 for 20 km, and 16 1/3 at 75 km/h: 20.41667 km."""
    assert travel.reach(60, travel=RULE) == pytest.approx((25 + 75 * (55 - 12 - 80 / 3) / 60) / 1.3)
    assert travel.reach(4, travel=RULE) == 0.0


@given(km=st.floats(0, 500))
def test_reach_is_the_way_back(km: float) -> None:
    taken = float(travel.minutes(np.array([km]), travel=RULE)[0])
    assert travel.reach(taken, travel=RULE) == pytest.approx(km, abs=1e-9)


def test_distance_is_in_a_straight_line() -> None:
    places = travel.lay_out(schools(("a", "X", 0, 0), ("b", "Y", 3, 4)), travel=RULE)
    km, taken, source = journey(places, "a", "b")
    assert km == pytest.approx(5.0)
    assert taken == pytest.approx(5 + 12 + 1.5 * 60 / 45)
    assert source == "distance"


def test_what_was_measured_stands_before_distance_and_both_ways() -> None:
    places = travel.lay_out(
        schools(("a", "X", 0, 0), ("b", "Y", 3, 4), ("c", "Y", 3, 5)),
        travel=RULE,
        measured=measured(("a", "b", 33.0), ("b", "c", 7.0), ("c", "b", 9.0), ("a", "nobody", 1.0)),
    )
    assert journey(places, "a", "b") == (pytest.approx(5.0), 33.0, "matrix")
    assert journey(places, "b", "a")[1:] == (33.0, "matrix")
    assert journey(places, "b", "c")[1:] == (7.0, "matrix")
    assert journey(places, "c", "b")[1:] == (9.0, "matrix")
    assert journey(places, "a", "c")[2] == "distance"


def test_without_a_place_it_is_the_median_within_the_authority() -> None:
    """Pairs within X are 2, 4 and 6 km apart; 4 km are 5.2 by road: 5 + 12 + 0.2 at 45 km/h."""
    places = travel.lay_out(
        schools(
            ("a", "X", 0, 0), ("b", "X", 2, 0), ("c", "X", 6, 0), ("d", "Y", 50, 0), ("lost", "X", None, 0)
        ),
        travel=RULE,
    )
    for pair in (("lost", "a"), ("b", "lost")):
        km, taken, source = journey(places, *pair)
        assert km is None
        assert taken == pytest.approx(5 + 12 + 0.2 * 60 / 45)
        assert source == "authority"
    assert math.isnan(journey(places, "lost", "d")[1])


def test_without_pairs_in_the_authority_it_is_the_median_of_all_within_theirs() -> None:
    """The one pair within an authority is 2 km apart: 5 + 2.6 km at 25 km/h."""
    places = travel.lay_out(
        schools(("a", "X", 0, 0), ("b", "X", 2, 0), ("c", "Y", 60, 0), ("lost", "Y", None, None)),
        travel=RULE,
    )
    assert journey(places, "lost", "c")[1] == pytest.approx(5 + 2.6 * 60 / 25)


def test_without_any_pair_it_is_as_far_as_may_be() -> None:
    places = travel.lay_out(schools(("c", "Y", 60, 0), ("lost", "Y", None, None)), travel=RULE)
    assert journey(places, "lost", "c")[1] == 60.0


def test_where_an_authority_is_wide_it_is_no_farther_than_allowed() -> None:
    rows = (("a", "X", 0, 0), ("b", "X", 90, 0), ("lost", "X", None, None))
    assert journey(travel.lay_out(schools(*rows), travel=RULE), "a", "lost")[1] == 60.0


def test_without_place_and_authority_nothing_is_known_but_what_was_measured() -> None:
    places = travel.lay_out(
        schools(("a", "", 0, 0), ("b", None, 2, 0), ("lost", "", None, None), ("gone", None, None, None)),
        travel=RULE,
        measured=measured(("gone", "a", 12.0)),
    )
    assert math.isnan(journey(places, "lost", "gone")[1])
    assert math.isnan(journey(places, "lost", "a")[1])
    assert journey(places, "a", "gone") == (None, 12.0, "matrix")


def test_a_school_of_two_phases_is_one_place() -> None:
    places = travel.lay_out(schools(("a", "X", None, None), ("a", "X", 1, 2), ("b", "X", 1, 3)), travel=RULE)
    assert places.schools.to_list() == ["a", "b"]
    assert places.known.all()
    assert journey(places, "a", "b")[0] == pytest.approx(1.0)


def test_rows_of_nobody() -> None:
    nobody = pl.Series([], dtype=pl.String)
    assert travel.rows_of(pl.Series(["a"]), nobody).tolist() == [-1]
    assert travel.rows_of(pl.Series(["b", "a", "z"]), pl.Series(["a", "b"])).tolist() == [1, 0, -1]

from __future__ import annotations

import polars as pl
import pytest

from commonroom.families import Caliper, Variable, churn, find
from commonroom.tables import families as tables
from unit.families.builders import frame, preset


def row(quality: pl.DataFrame, school: str = "s00") -> dict[str, object]:
    return quality.row(by_predicate=pl.col("school") == school, named=True)


def test_mutual_used_and_reciprocity() -> None:
    found = find(frame(eal=[0.0, 1.0, 3.0]), preset=preset(), k=1)
    assert found.neighbours.select("school", "neighbour", "mutual").rows() == [
        ("s00", "s01", True),
        ("s01", "s00", True),
        ("s02", "s01", False),
    ]
    assert found.quality["used"].to_list() == [1, 2, 0]
    assert found.quality["reciprocity"].to_list() == [1.0, 1.0, 0.0]


def test_grades_follow_the_caliper() -> None:
    chosen = preset(Variable(name="eal", weight=1.0, scale=1.0), caliper=Caliper(distance=2.0, fewest=2))
    schools = frame(eal=[0.0, 0.5, 1.0, 2.4, 3.0, 9.0])
    grades = find(schools, preset=chosen, k=3).quality["grade"].to_list()
    assert grades == ["stretched", "fair", "fair", "fair", "stretched", "none"]
    near = find(schools.head(3), preset=chosen, k=2).quality["grade"].to_list()
    assert near == ["near"] * 3


def test_no_fair_family_is_said() -> None:
    chosen = preset(Variable(name="eal", weight=1.0, scale=1.0), caliper=Caliper(distance=2.0, fewest=2))
    quality = find(frame(eal=[0.0, 1.0, 2.0, 9.0]), preset=chosen).quality
    assert row(quality, "s03")["sentence"].startswith("No fair family: only 0 of 3")  # type: ignore[attr-defined]


def test_the_caliper_is_the_percentile_of_all_distances() -> None:
    chosen = preset(Variable(name="eal", weight=1.0, scale=1.0), caliper=Caliper(percentile=100, fewest=1))
    quality = find(frame(eal=[0.0, 1.0, 5.0]), preset=chosen, k=1).quality
    assert quality["caliper"].to_list() == [4.0, 4.0, 4.0]
    assert quality["inside"].to_list() == [1, 1, 1]


def test_gaps_to_the_neighbours_in_standard_deviations() -> None:
    chosen = preset(Variable(name="eal", weight=3.0), Variable(name="fsm", weight=1.0))
    schools = frame(eal=[0.0, 2.0, 4.0], fsm=[1.0, None, None])
    found = find(schools, preset=chosen, k=2)
    gaps = found.gaps.filter(pl.col("school") == "s00").rows()
    assert gaps[0] == ("s00", "eal", 0.0, 3.0, -1.5, 0.75)
    assert gaps[1] == ("s00", "fsm", 1.0, None, None, 0.25)
    assert row(found.quality)["far"] == "Pupils whose first language is not English (lower)"
    assert "It differs most in: Pupils whose" in str(row(found.quality)["sentence"])
    tables.GAPS.check(found.gaps)


def test_what_is_known_of_a_school_is_said() -> None:
    chosen = preset(Variable(name="eal", weight=3.0), Variable(name="fsm", weight=1.0))
    found = find(frame(eal=[0.0, 2.0, None], fsm=[1.0, None, None]), preset=chosen)
    quality = found.quality
    assert (row(quality, "s01")["known"], row(quality, "s01")["known_weight"]) == (1, 0.75)
    assert "It is placed on 1 of 2 criteria." in str(row(quality, "s01")["sentence"])
    unknown = row(quality, "s02")
    assert unknown["sentence"] == "Too little is known of it to compare it (0 of 2 criteria)."
    assert (unknown["nearest"], unknown["farthest"], unknown["reciprocity"]) == (None, None, None)


def test_a_single_school_has_no_caliper() -> None:
    quality = find(frame(eal=[1.0]), preset=preset()).quality
    assert row(quality)["caliper"] is None
    assert row(quality)["grade"] == "none"


def test_churn_counts_kept_came_and_left() -> None:
    now = pl.DataFrame({"school": ["a", "a", "b", "c"], "neighbour": ["b", "c", "a", "a"]})
    before = pl.DataFrame({"school": ["a", "a", "b", "d"], "neighbour": ["b", "d", "d", "a"]})
    assert churn(now, before).rows() == [("a", 1, 1, 1, pytest.approx(1 / 3)), ("b", 0, 1, 1, 0.0)]

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.errors import SaidToPeople
from commonroom.families import Variable, find, load_preset
from commonroom.tables import families as tables
from unit.families.builders import frame, preset, slow_find
from unit.families.intakes import system

CELLS = st.one_of(st.none(), st.integers(-5, 5).map(float))


def named(schools: pl.DataFrame, school: str = "s00", **options: object) -> list[str]:
    found = find(schools, **options)  # type: ignore[arg-type]
    return found.neighbours.filter(pl.col("school") == school)["neighbour"].to_list()


def distance(schools: pl.DataFrame, chosen: object) -> float:
    return find(schools, preset=chosen).neighbours["distance"][0]  # type: ignore[arg-type]


def test_published_secondary_distance_by_hand() -> None:
    """sqrt(.36 (2 / 2.48657)^2 + .24 (1.5 / 2.56894)^2 + ... + .02 (1.1 / 1.67910)^2), worked in decimals."""
    schools = frame(
        prior_reading=[104.0, 106.0],
        prior_maths=[105.0, 103.5],
        disadvantaged=[20.0, 27.0],
        eal=[30.0, 18.0],
        polar4=[2.0, 3.0],
        stability=[90.0, 93.0],
        idaci=[0.15, 0.20],
        sen_support=[15.0, 11.0],
        pupils=[900.0, 1150.0],
        ehcp=[2.0, 3.1],
        prior=[0.0, 1000.0],
    )
    assert distance(schools, load_preset("dfe-2026-secondary").as_released()) == pytest.approx(
        0.696669293348758, abs=1e-9
    )


def test_published_secondary_distance_with_the_merged_prior_by_hand() -> None:
    """sqrt(.60 (2 / 2.54763)^2 + .10 (7 / 13.98594)^2)."""
    same = {
        name: [1.0, 1.0] for name in ("eal", "polar4", "stability", "idaci", "sen_support", "pupils", "ehcp")
    }
    schools = frame(prior=[104.0, 106.0], disadvantaged=[20.0, 27.0], **same)
    assert distance(schools, load_preset("dfe-2026-secondary").as_released()) == pytest.approx(
        0.628351786808836, abs=1e-9
    )


def test_published_primary_distance_by_hand() -> None:
    schools = frame(
        prior=[2.0, 2.1, 2.6],
        disadvantaged=[20.0, 30.0, 90.0],
        eal=[10.0, 30.0, 90.0],
        polar4=[3.0, 2.5, 1.0],
        stability=[90.0, 94.0, 50.0],
        idaci=[0.10, 0.15, 0.4],
        sen_support=[12.0, 15.0, 40.0],
        pupils=[200.0, 350.0, 900.0],
        ehcp=[2.0, 3.0, 9.0],
    )
    assert distance(schools, load_preset("dfe-2026-primary")) == pytest.approx(0.521890864549285, abs=1e-9)


def test_published_financial_distance_by_hand() -> None:
    """Ranges 1,200, 40 and 10: sqrt(.5 (300/1200)^2 + .4 (10/40)^2 + .1 (5/10)^2) = sqrt(.08125)."""
    schools = frame(pupils=[300.0, 600.0, 1500.0], fsm=[10.0, 20.0, 50.0], sen=[10.0, 15.0, 20.0])
    assert distance(schools, "fbit-2026") == pytest.approx(0.285043856274785, abs=1e-9)


def test_families_2011_distance_by_hand() -> None:
    """Of two schools every standard score differs by sqrt 2, so every squared part is twice its weight."""
    schools = frame(
        prior=[1.0, 2.0], idaci=[0.1, 0.2], fsm=[5.0, 9.0], eal=[3.0, 1.0], stability=[80.0, 90.0]
    )
    assert distance(schools, "families-2011") == pytest.approx(2**0.5, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=2, max_size=12),
    k=st.integers(1, 4),
    share=st.sampled_from([0.3, 0.5, 0.95]),
)
def test_the_same_as_the_slow_twin(rows: list[list[float | None]], k: int, share: float) -> None:
    weights, scales = [0.5, 0.3, 0.2], [1.0, 2.3, 3.7]
    rows = [[1.0, 1.0, 1.0], *rows]
    names = ("eal", "fsm", "idaci")
    chosen = preset(
        *(Variable(name=n, weight=w, scale=s) for n, w, s in zip(names, weights, scales, strict=True)),
        share=share,
    )
    schools = frame(**{name: [row[v] for row in rows] for v, name in enumerate(names)})
    got = find(schools, preset=chosen, k=k).neighbours
    twin = slow_find(rows, weights=weights, scales=scales, k=k, share=share)
    assert got["neighbour"].to_list() == [f"s{b:02d}" for answer in twin for b, _ in answer]
    assert got["distance"].to_list() == pytest.approx([d for answer in twin for _, d in answer], abs=1e-9)
    tables.NEIGHBOURS.check(got)


def test_the_order_of_rows_changes_nothing() -> None:
    schools = frame(eal=[1.0, 2.0, 2.0, 5.0, None])
    one, two = find(schools, preset=preset()), find(schools.reverse(), preset=preset())
    assert one.neighbours.equals(two.neighbours)
    assert one.quality.equals(two.quality)
    assert one.gaps.equals(two.gaps)


def test_equal_distances_go_to_the_smaller_identity() -> None:
    assert named(frame(eal=[1.0, 2.0, 0.0, 2.0]), preset=preset(), k=2) == ["s01", "s02"]


def test_unknown_is_never_zero_and_too_little_shared_is_not_compared() -> None:
    chosen = preset(Variable(name="eal", weight=0.8, scale=1.0), Variable(name="fsm", weight=0.2, scale=1.0))
    schools = frame(eal=[0.0, None, 3.0], fsm=[0.0, 0.0, 9.0])
    assert named(schools, preset=chosen) == ["s02"]
    assert named(schools, "s01", preset=chosen) == []


def test_blocks_are_never_crossed_and_empty_equals_only_empty() -> None:
    schools = frame(eal=[1.0, 1.0, 1.0, 9.0], kind=["special", None, "mainstream", "special"])
    assert named(schools, preset=preset()) == ["s03"]
    alone = find(schools, preset=preset(), only=["s02"])
    assert alone.neighbours.is_empty()
    assert alone.quality["sentence"][0].startswith("No other school matches it exactly")


def test_only_answers_for_those_asked_but_compares_all() -> None:
    schools = frame(eal=[1.0, 2.0, 4.0, 8.0])
    everyone, one = find(schools, preset=preset()), find(schools, preset=preset(), only=["s02", "s02"])
    assert one.neighbours.equals(everyone.neighbours.filter(pl.col("school") == "s02"))
    assert one.quality.equals(everyone.quality.filter(pl.col("school") == "s02"))
    assert one.gaps.equals(everyone.gaps.filter(pl.col("school") == "s02"))


def test_asking_for_nobody_answers_nothing() -> None:
    found = find(frame(eal=[1.0, 2.0]), preset=preset(), only=[])
    assert found.neighbours.is_empty()
    assert found.quality.is_empty()
    assert found.gaps.is_empty()


def test_a_school_that_is_not_there_is_one_sentence() -> None:
    schools = frame(eal=[1.0, 2.0])
    with pytest.raises(SaidToPeople, match="no school s99 among the 2 given\\."):
        find(schools, preset=preset(), only=["s99"])
    with pytest.raises(SaidToPeople, match="nor 1 more"):
        find(schools, preset=preset(), only=["s98", "s99"])


def test_no_neighbours_asked_for_is_refused() -> None:
    with pytest.raises(SaidToPeople, match="0 neighbours"):
        find(frame(eal=[1.0]), preset=preset(), k=0)


def test_more_neighbours_than_schools_gives_all_and_says_so() -> None:
    found = find(frame(eal=[1.0, 2.0, 3.0]), preset=preset(), k=50)
    assert found.neighbours.height == 6
    assert "There are no 50 to compare it with." in found.quality["sentence"][0]


def test_the_preferred_come_first_among_the_pool() -> None:
    chosen = preset(prefer="region", pool=3)
    schools = frame(eal=[0.0, 1.0, 2.0, 3.0, 4.0], region=["north", "south", None, "north", "north"])
    assert named(schools, preset=chosen, k=2) == ["s03", "s01"]
    assert named(schools, "s02", preset=chosen, k=2) == ["s01", "s03"]
    assert named(schools.drop("region"), preset=chosen, k=2) == ["s01", "s02"]


def test_notes_say_what_was_not_used() -> None:
    found = find(frame(eal=[1.0, 2.0]), preset="families-2011")
    assert any("Prior attainment" in note and "not used" in note for note in found.notes)


def test_nearest_are_the_neighbours_in_rows_and_go_farther() -> None:
    schools, _ = system(40)
    found = find(schools, preset="families-2011", k=5, only=["s00003", "s00010"], reach=9)
    near = found.nearest
    assert near.family.shape == (40, 5)
    assert near.wide.shape == (40, 9)
    assert (near.wide[:, :5] == near.family).all()
    for own in ("s00003", "s00010"):
        named = found.neighbours.filter(pl.col("school") == own)["neighbour"].to_list()
        row = near.schools.to_list().index(own)
        assert near.schools.gather(near.family[row]).to_list() == named

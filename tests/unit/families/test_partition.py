from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.errors import SaidToPeople
from commonroom.families import Caliper, Groups, Variable, group
from commonroom.families.start import TOGETHER, Names, bounds
from unit.families.builders import frame, preset
from unit.families.slow_partition import slow_group

WIDE = Caliper(distance=1e6)
TWO = (Variable(name="eal", weight=0.5, scale=1.0), Variable(name="fsm", weight=0.5, scale=1.0))


def members(groups: Groups) -> dict[str, list[str]]:
    table = (
        groups.families.drop_nulls("family").group_by("family").agg(pl.col("school").sort()).sort("family")
    )
    return dict(table.rows())


def family_of(groups: Groups, school: str) -> dict[str, object]:
    return groups.families.row(by_predicate=pl.col("school") == school, named=True)


def schools(size: int, seed: int = 1) -> pl.DataFrame:
    rng = np.random.default_rng(seed)
    return frame(eal=rng.normal(size=size).tolist(), fsm=rng.normal(size=size).tolist())


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 3), st.integers(0, 2), st.sampled_from([0.0, 0.5, 2.0]))
def test_the_same_as_the_slow_twin(seed: int, count: int, more: int, price: float) -> None:
    rng = np.random.default_rng(seed)
    size = 2 * count + more % count
    rows = [[None if rng.random() < 0.2 else float(rng.normal()) for _ in range(2)] for _ in range(size)]
    rows = [row if any(cell is not None for cell in row) else [0.5, 0.5] for row in rows]
    start = [number % count for number in range(size)]
    last = pl.DataFrame(
        {"school": [f"s{n:02d}" for n in range(size)], "family": [f"F{family + 1:03d}" for family in start]}
    )
    found = group(
        frame(eal=[row[0] for row in rows], fsm=[row[1] for row in rows]),
        preset=preset(*TWO, caliper=WIDE, price=price),
        sizes=(2, 3),
        last=last,
    )
    twin = slow_group(rows, start, weights=[0.5, 0.5], sizes=(2, 3), price=found.price)
    assert found.families["family"].to_list() == [f"F{family + 1:03d}" for family in twin]


def spread(values: list[float]) -> float:
    """Sum of distances to the best single point on a line."""
    return min(sum(abs(value - centre) for value in values) for centre in values)


def best(values: list[float], count: int) -> float:
    """The least sum there is for `count` families of two to four on a line, where they are neighbours."""
    if count == 0:
        return 0.0 if not values else float("inf")
    parts = [(values[:size], values[size:]) for size in (2, 3, 4) if size <= len(values)]
    return min((spread(one) + best(rest, count - 1) for one, rest in parts), default=float("inf"))


def test_on_average_near_the_best_partition_there_is() -> None:
    """Turns of centre and assignment stop at a local optimum: mostly the best, at times far from it."""
    rng = np.random.default_rng(0)
    chosen = preset(Variable(name="eal", weight=1.0, scale=1.0), caliper=WIDE)
    ratios = []
    for _ in range(40):
        values = rng.choice(31, rng.integers(6, 9), replace=False).astype(float).tolist()
        found = members(group(frame(eal=values), preset=chosen, sizes=(2, 4))).values()
        mine = sum(spread([values[int(school[1:])] for school in names]) for names in found)
        ratios.append(mine / best(sorted(values), len(found)))
    assert min(ratios) >= 1 - 1e-9
    assert sum(ratio < 1 + 1e-9 for ratio in ratios) >= 30
    assert np.mean(ratios) < 1.1


def test_clear_clusters_are_found() -> None:
    values = [0.0, 0.1, 0.2, 5.0, 5.1, 5.2, 5.3, 9.0, 9.1, 9.2]
    chosen = preset(Variable(name="eal", weight=1.0, scale=1.0), caliper=WIDE)
    found = group(frame(eal=values), preset=chosen, sizes=(2, 4))
    assert sorted(members(found).values()) == [
        ["s00", "s01", "s02"],
        ["s03", "s04", "s05", "s06"],
        ["s07", "s08", "s09"],
    ]


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 60), st.integers(1, 6), st.integers(0, 5), st.integers(0, 9))
def test_every_school_is_in_one_family_of_a_size_that_was_asked(
    size: int, low: int, more: int, seed: int
) -> None:
    found = group(schools(size, seed), preset=preset(*TWO), sizes=(low, low + more))
    _, _, least, most = bounds(size, low=low, high=low + more)
    assert found.families.height == size
    assert found.families["family"].null_count() == 0
    assert found.report["schools"].is_between(least, most).all()
    assert found.report["schools"].sum() + found.report["honorary"].sum() == size
    assert (found.report["within"] >= found.report["optimum"] - 1e-9).all()
    assert bool(found.notes) == ((least, most) != (low, low + more))


def test_the_order_of_rows_changes_nothing() -> None:
    one, two = (group(rows, preset=preset(*TWO)) for rows in (schools(40), schools(40).reverse()))
    assert one.families.equals(two.families)
    assert one.report.equals(two.report)


def test_families_never_cross_blocks() -> None:
    kinds = ["special" if number % 3 else "mainstream" for number in range(40)]
    found = group(schools(40).with_columns(kind=pl.Series(kinds)), preset=preset(*TWO))
    kind = dict(zip((f"s{number:02d}" for number in range(40)), kinds, strict=True))
    assert all(len({kind[school] for school in names}) == 1 for names in members(found).values())


def test_nothing_changed_means_nobody_moves() -> None:
    first = group(schools(50), preset=preset(*TWO, caliper=WIDE))
    again = group(schools(50), preset=preset(*TWO, caliper=WIDE), last=first.families)
    assert again.families["family"].equals(first.families["family"])
    assert not again.families["moved"].any()
    assert again.report["came"].sum() == 0


def test_nothing_changed_means_nobody_moves_with_honorary_members_too() -> None:
    first = group(schools(80), preset=preset(*TWO, caliper=Caliper(percentile=90)))
    again = group(schools(80), preset=preset(*TWO, caliper=Caliper(percentile=90)), last=first.families)
    assert first.families["honorary"].sum() > 2
    assert again.families.select("family", "honorary").equals(first.families.select("family", "honorary"))


def test_a_family_of_honorary_members_only_is_no_family() -> None:
    last = pl.DataFrame(
        {
            "school": ["s00", "s01", "s02"],
            "family": ["F001", "F001", "F002"],
            "honorary": [False, False, True],
        }
    )
    found = group(frame(eal=[1.0, 2.0, 3.0]), preset=preset(caliper=WIDE), sizes=(1, 3), last=last)
    assert found.report["family"].to_list() == ["F001"]
    aside = pl.DataFrame({"school": ["s00", "s01"], "family": ["F001", "F001"], "honorary": [False, True]})
    two = group(frame(eal=[1.0, 9.0]), preset=preset(caliper=WIDE), sizes=(1, 1), last=aside)
    assert two.report["family"].to_list() == ["F001", "F002"]


def test_a_price_keeps_schools_and_no_price_lets_them_go() -> None:
    first = group(schools(60), preset=preset(*TWO, caliper=WIDE))
    noise = np.random.default_rng(5).normal(scale=0.4, size=60)
    later = schools(60).with_columns(eal=pl.col("eal") + pl.Series(noise))
    moved = [
        group(later, preset=preset(*TWO, caliper=WIDE, price=price), last=first.families)
        .families["moved"]
        .sum()
        for price in (0.0, 1.0, 100.0)
    ]
    assert moved[0] > moved[1] > moved[2] == 0


def test_why_a_school_moved_is_said() -> None:
    values = [0.0, 0.1, 0.2, 0.3, 9.0, 9.1, 9.2, 9.3]
    last = pl.DataFrame({"school": [f"s{n:02d}" for n in range(8)], "family": ["F001"] * 4 + ["F002"] * 4})
    chosen = preset(Variable(name="eal", weight=1.0, scale=1.0), caliper=WIDE)
    nearer = group(frame(eal=[9.4, *values[1:]]), preset=chosen, sizes=(3, 5), last=last)
    assert family_of(nearer, "s00")["family"] == "F002"
    assert str(family_of(nearer, "s00")["why"]).startswith("Nearer to this family by 9.")
    full = group(frame(eal=[9.4, *values[1:]]), preset=chosen, sizes=(4, 4), last=last)
    assert "To keep families between 4 and 4 schools." in full.families["why"].to_list()


def test_families_dissolve_and_are_made_as_numbers_change() -> None:
    size = 12
    names = [f"s{n:02d}" for n in range(size)]
    many = pl.DataFrame({"school": names, "family": [f"F{n // 2:03d}" for n in range(size)]})
    fewer = group(schools(size), preset=preset(*TWO, caliper=WIDE), sizes=(4, 6), last=many)
    assert fewer.report.height == 3
    assert set(fewer.report["family"]) <= set(many["family"])
    assert any("no longer among those" in why for why in fewer.families["why"])
    one = pl.DataFrame({"school": names, "family": ["F007"] * size})
    more = group(schools(size), preset=preset(*TWO, caliper=WIDE), sizes=(2, 4), last=one)
    assert more.report["family"].to_list() == ["F007", "F008", "F009"]


def test_a_school_of_another_kind_now_leaves_its_family() -> None:
    kinds = ["special"] * 4 + ["mainstream"] * 5
    last = pl.DataFrame({"school": [f"s{n:02d}" for n in range(9)], "family": ["F001"] * 5 + ["F002"] * 4})
    found = group(
        schools(9).with_columns(kind=pl.Series(kinds)), preset=preset(*TWO), sizes=(3, 6), last=last
    )
    assert family_of(found, "s04")["family"] == "F002"
    assert family_of(found, "s04")["moved"] is True
    assert "no longer among those" in str(family_of(found, "s04")["why"])


def test_a_new_school_joins_a_family_that_is_there() -> None:
    first = group(schools(30), preset=preset(*TWO, caliper=WIDE))
    last = first.families.filter(pl.col("school") != "s07")
    again = group(schools(30), preset=preset(*TWO, caliper=WIDE), last=last)
    joined = family_of(again, "s07")
    assert joined["family"] in set(first.report["family"])
    assert (joined["last"], joined["moved"]) == (None, False)


def test_a_school_that_fits_nowhere_is_an_honorary_member_and_does_not_count() -> None:
    values = [0.0, 0.1, 0.2, 5.0, 5.1, 5.2, 50.0]
    chosen = preset(Variable(name="eal", weight=1.0, scale=1.0), caliper=Caliper(distance=2.0))
    found = group(frame(eal=values), preset=chosen, sizes=(3, 4))
    far = family_of(found, "s06")
    assert far["honorary"] is True
    assert far["family"] == family_of(found, "s03")["family"]
    assert "honorary member" in str(far["why"])
    assert found.report.select("schools", "honorary").rows() == [(3, 0), (3, 1)]


def test_never_so_many_honorary_that_a_family_is_too_small() -> None:
    chosen = preset(Variable(name="eal", weight=1.0, scale=1.0), caliper=Caliper(distance=0.001))
    found = group(frame(eal=[0.0, 10.0, 20.0, 30.0]), preset=chosen, sizes=(2, 3))
    assert found.report["schools"].min() == 2


def test_a_school_of_which_too_little_is_known_is_in_no_family() -> None:
    found = group(frame(eal=[1.0, 2.0, None]), preset=preset(), sizes=(2, 3))
    assert family_of(found, "s02")["family"] is None
    assert "Too little is known" in str(family_of(found, "s02")["why"])


def test_only_some_schools_are_convened_and_nobody_is_fine() -> None:
    some = group(schools(20), preset=preset(*TWO), sizes=(2, 3), only=["s01", "s02", "s03"])
    assert some.families["school"].to_list() == ["s01", "s02", "s03"]
    nobody = group(schools(20), preset=preset(*TWO), only=[])
    assert nobody.families.is_empty()
    assert nobody.report.is_empty()
    with pytest.raises(SaidToPeople, match="no school s99"):
        group(schools(20), preset=preset(*TWO), only=["s99"])


def test_a_contextual_family_is_formed_on_one_variable() -> None:
    found = group(frame(eal=[1.0, 2.0, 50.0, 52.0], fsm=[9.0, 0.0, 9.0, 0.0]), preset="eal", sizes=(2, 2))
    assert sorted(members(found).values()) == [["s00", "s01"], ["s02", "s03"]]


def test_many_families_are_settled_in_parts() -> None:
    size = 2 * (TOGETHER + 8)
    rng = np.random.default_rng(6)
    many = pl.DataFrame({"school": [f"{n:04d}" for n in range(size)], "eal": rng.normal(size=size)})
    found = group(many, preset=preset(caliper=WIDE), sizes=(2, 2))
    assert found.report.height == TOGETHER + 8
    shifted = many.with_columns(eal=pl.Series(rng.normal(size=size)))
    again = group(shifted, preset=preset(caliper=WIDE, price=0), sizes=(2, 2), last=found.families)
    assert again.report["schools"].to_list() == [2] * (TOGETHER + 8)
    # Last year's families, cut in two parts, need not number half the schools in each: then in one part.
    odd = found.families.with_columns(
        family=pl.when(pl.col("school") < "0040").then(pl.lit("F001")).otherwise(pl.col("family"))
    )
    whole = group(many, preset=preset(caliper=WIDE), sizes=(2, 2), last=odd)
    assert whole.report["schools"].to_list() == [2] * (TOGETHER + 8)


def test_sizes_that_make_no_sense_and_a_school_twice_are_refused() -> None:
    for sizes in ((0, 4), (5, 4)):
        with pytest.raises(SaidToPeople, match="cannot be formed"):
            group(schools(9), preset=preset(*TWO), sizes=sizes)
    twice = pl.DataFrame({"school": ["s00", "s00"], "family": ["F001", "F002"]})
    with pytest.raises(SaidToPeople, match="in two families"):
        group(schools(9), preset=preset(*TWO), last=twice)


def test_bounds_are_loosened_only_where_none_fit() -> None:
    assert bounds(16, low=8, high=14) == (2, 2, 8, 14)
    assert bounds(15, low=8, high=14) == (1, 1, 15, 15)
    assert bounds(5, low=8, high=14) == (1, 1, 5, 5)
    assert bounds(20, low=3, high=3) == (6, 6, 3, 4)


def test_new_names_count_on_from_the_highest() -> None:
    assert Names(["F012", "F3", "Fx", "north"]).new() == "F013"
    assert Names([]).new() == "F001"

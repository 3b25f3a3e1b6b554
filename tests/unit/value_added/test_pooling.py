"""Pooling: the parts are the whole, small numbers stay behind, and nobody is counted twice."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement, product

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from commonroom.errors import CommonroomError
from commonroom.tables.sums import LEFT_OUT, Sums
from commonroom.value_added import pooling
from unit.value_added.made_up_sums import add_up, plan, pupils


def split(
    frame: pl.DataFrame, parts: int, *, seed: int = 0, schools: bool = False
) -> dict[str, pl.DataFrame]:
    """Deal pupils (or whole schools) out to so many files."""
    random = np.random.default_rng(seed)
    if schools:
        names = frame["urn"].unique().sort()
        place = dict(zip(names, random.integers(0, parts, len(names)), strict=True))
        dealt = frame["urn"].replace_strict(place, return_dtype=pl.Int64)
    else:
        dealt = pl.Series(random.integers(0, parts, frame.height))
    return {f"{number}.parquet": frame.filter(dealt == number) for number in range(parts)}


def answers(dealt: dict[str, pl.DataFrame], **changes: object) -> dict[str, Sums]:
    return {name: add_up(frame, plan(**changes)) for name, frame in dealt.items() if frame.height}


@settings(max_examples=20)
@given(st.integers(1, 6), st.integers(0, 99), st.sampled_from([(), ("year",)]), st.sampled_from(["", "w"]))
def test_pooling_parts_equals_the_whole(parts: int, seed: int, by: tuple[str, ...], weight: str) -> None:
    frame = pupils(schools=5, each=12, seed=seed)
    asked = {"by": by, "weight": weight}
    exact = pooling.pool(answers(split(frame, parts, seed=seed), **asked, decimals=6), limit=1)
    whole = add_up(frame, plan(**asked, decimals=6))
    assert_frame_equal(exact.frame.drop("log_weight"), whole.frame.drop("log_weight"), check_exact=True)
    pooled = pooling.pool(answers(split(frame, parts, seed=seed), **asked), limit=1)
    near = add_up(frame, plan(**asked)).frame
    assert_frame_equal(pooled.frame, near, check_exact=False, rel_tol=1e-12, abs_tol=1e-10)
    assert pooled.frame["pupils"].sum() == frame.height == pooled.contributors["pupils"].sum()


def test_the_order_of_the_files_does_not_matter_and_pooled_files_pool_again() -> None:
    parts = answers(split(pupils(), 4), by=("year",))
    digests = {name: f"digest of {name}" for name in parts}
    once = pooling.pool(parts, limit=1, digests=digests)
    turned = pooling.pool(dict(reversed(parts.items())), limit=1, digests=digests)
    assert_frame_equal(once.frame, turned.frame, check_exact=True)
    first = {name: parts[name] for name in list(parts)[:2]}
    rest = {name: parts[name] for name in list(parts)[2:]}
    halves = {
        "north.parquet": pooling.pool(first, limit=1, digests=digests),
        "south.parquet": pooling.pool(rest, limit=1, digests=digests),
    }
    again = pooling.pool(halves, limit=1, digests={"north.parquet": "n", "south.parquet": "s"})
    assert_frame_equal(again.frame, once.frame, rel_tol=1e-12)
    assert_frame_equal(again.contributors, once.contributors)


def test_contributors_are_told_apart_by_the_folder_or_the_file_they_came_in() -> None:
    parts = list(answers(split(pupils(), 4)).values())
    pooled = pooling.pool({"north/sums.parquet": parts[0], "south/sums.parquet": parts[1]}, limit=1)
    assert pooled.contributors["contributor"].to_list() == ["north/sums.parquet", "south/sums.parquet"]
    alone = {f"{place}/sums.parquet": part for place, part in zip("ab", parts[2:], strict=True)}
    halves = [pooling.pool({name: part}, limit=1) for name, part in alone.items()]
    both = pooling.pool({"x/north.parquet": halves[0], "x/south.parquet": halves[1]}, limit=1)
    assert both.contributors["contributor"].to_list() == [
        "sums.parquet in north.parquet",
        "sums.parquet in south.parquet",
    ]


def test_what_was_left_out_adds_up_and_who_gave_what_is_kept() -> None:
    dealt = split(pupils(schools=12, each=10), 2, schools=True)
    parts = {name: add_up(frame, plan(), left_out=3) for name, frame in dealt.items()}
    pooled = pooling.pool(parts, limit=10, digests={"0.parquet": "a" * 64})
    small = {name: sums.frame.filter(pl.col("pupils") < 10) for name, sums in parts.items()}
    assert all(frame.height for frame in small.values())
    gone = sum(frame["pupils"].sum() for frame in small.values())
    assert pooled.left_out.rows() == [("score", "missing", 6), ("urn", "school withheld", gone)]
    assert pooled.frame["pupils"].sum() + gone == 120
    row = pooled.contributors.row(0, named=True)
    assert (row["contributor"], row["digest"], row["treatment"]) == ("0.parquet", "a" * 64, "withheld")
    assert (row["small"], row["small_pupils"]) == (
        small["0.parquet"].height,
        small["0.parquet"]["pupils"].sum(),
    )
    assert row["schools"] == parts["0.parquet"].frame.height - row["small"]
    assert pooled.contributors["digest"].to_list() == ["a" * 64, ""]


def cells(*sizes: tuple[str, str, int]) -> pl.DataFrame:
    """Pupils of schools and years of exactly these numbers."""
    random = np.random.default_rng(3)
    keys = [(school, year) for school, year, size in sizes for _ in range(size)]
    return pl.DataFrame(
        {
            "urn": [school for school, _ in keys],
            "year": [year for _, year in keys],
            "prior": random.normal(100, 10, len(keys)),
            "meals": np.arange(len(keys)) % 2 * 1.0,
            "score": random.normal(50, 10, len(keys)),
            "w": np.ones(len(keys)),
        }
    )


def test_small_schools_are_withheld_merged_or_kept() -> None:
    frame = cells(("A", "2023", 30), ("B", "2023", 5), ("C", "2023", 4), ("D", "2023", 5))
    sums = add_up(frame, plan())
    withheld, counts = pooling.withhold_small(sums, limit=6)
    assert withheld.frame["school"].to_list() == ["A"]
    assert vars(counts) == {
        "schools": 1,
        "pupils": 30,
        "small": 3,
        "small_pupils": 14,
        "treatment": "withheld",
    }
    merged, counts = pooling.withhold_small(sums, limit=6, small="merge", name="bury.parquet")
    assert merged.frame["school"].to_list() == ["A", "small schools of bury.parquet"]
    together = (
        add_up(frame.filter(pl.col("urn") != "A"), plan()).frame.select("pupils", *plan().columns).sum()
    )
    assert_frame_equal(
        merged.frame.tail(1).select("pupils", *plan().columns), together, rel_tol=1e-12, abs_tol=1e-9
    )
    assert (counts.treatment, counts.schools, counts.pupils) == ("merged", 1, 44)
    kept, counts = pooling.withhold_small(sums, limit=6, small="keep")
    assert_frame_equal(kept.frame, sums.frame)
    assert (counts.treatment, counts.schools, counts.small, kept.left_out.height) == ("kept", 4, 3, 0)
    assert pooling.withhold_small(sums, limit=1)[1].treatment == "none"


def test_merged_schools_stay_behind_where_one_could_take_its_own_away() -> None:
    # 2023: five and one pupils; the school of five would know the other's one. 2024: 5 + 5 + 1 is enough.
    frame = cells(
        ("A", "2023", 30), ("B", "2023", 5), ("C", "2023", 1),
        ("A", "2024", 30), ("B", "2024", 5), ("C", "2024", 5), ("D", "2024", 1),
    )  # fmt: skip
    kept, counts = pooling.withhold_small(
        add_up(frame, plan(by=("year",))), limit=6, small="merge", name="bury"
    )
    assert kept.frame.select("school", "year", "pupils").rows() == [
        ("A", "2023", 30), ("A", "2024", 30), ("small schools of bury", "2024", 11),
    ]  # fmt: skip
    assert counts.treatment == "merged or withheld"
    assert kept.left_out.rows() == [("urn", "school withheld", 6)]
    none, counts = pooling.withhold_small(
        add_up(frame.filter(year="2023"), plan()), limit=6, small="merge", name="bury"
    )
    assert (none.frame["school"].to_list(), counts.treatment) == (["A"], "withheld")


def test_a_pupil_with_nearly_all_the_weight_is_a_small_school() -> None:
    frame = cells(("A", "2023", 30), ("B", "2023", 12)).with_row_index("row")
    heavy = frame.with_columns(w=pl.when(pl.col("row") == 35).then(1000.0).otherwise(0.001)).drop("row")
    even = frame.drop("row")
    assert pooling.withhold_small(add_up(even, plan(weight="w")), limit=12)[1].small == 0
    kept, counts = pooling.withhold_small(add_up(heavy, plan(weight="w")), limit=6)
    assert (kept.frame["school"].to_list(), counts.small) == (["A"], 1)
    exact, counts = pooling.withhold_small(add_up(heavy, plan(weight="w", decimals=6)), limit=6)
    assert (exact.frame["school"].to_list(), counts.small) == (["A"], 1)


def test_nothing_is_written_where_every_school_is_small() -> None:
    sums = add_up(cells(("A", "2023", 3), ("B", "2023", 2)), plan())
    with pytest.raises(pooling.NothingLeft, match=r"bury\.parquet: none of the 2 schools has sums of 6"):
        pooling.pool({"bury.parquet": sums})
    with pytest.raises(CommonroomError, match="small is one of"):
        pooling.withhold_small(sums, small="hide")
    with pytest.raises(pooling.NotPoolable, match="few pupils are not kept"):
        pooling.pool({"bury.parquet": sums}, small="keep")
    empty = replace(sums, frame=sums.frame.clear())
    assert pooling.pool({"empty.parquet": empty}).frame.is_empty()


# What an attacker can do with the sums of one school: the reasons for the limit.


def recovered(total: np.ndarray, products: np.ndarray, values: list[range]) -> list[np.ndarray]:
    """Every multiset of three pupils with these whole numbers that has these sums."""
    candidates = [np.array(pupil, dtype=float) for pupil in product(*values)]
    allowed = [p for p in candidates if (p * p <= products.diagonal()).all()]
    return [
        np.array(three)
        for three in combinations_with_replacement(allowed, 3)
        if (sum(three) == total).all() and (sum(np.outer(p, p) for p in three) == products).all()
    ]


def test_below_the_limit_pupils_follow_from_sums() -> None:
    one = add_up(cells(("A", "2023", 1)), plan()).frame.row(0, named=True)
    pupil = cells(("A", "2023", 1)).row(0, named=True)
    assert one["sum_0_3"] + 50 == pytest.approx(pupil["score"])
    # Two pupils: the mean, plus and minus the distance, whose size and signs are in the products.
    frame = cells(("A", "2023", 2))
    two = add_up(frame, plan()).frame.row(0, named=True)
    mean = np.array([two["sum_0_1"], two["sum_0_2"], two["sum_0_3"]]) / 2
    gram = np.array([[two[f"sum_{min(i, j)}_{max(i, j)}"] for j in (1, 2, 3)] for i in (1, 2, 3)])
    spread = gram / 2 - np.outer(mean, mean)
    distance = spread[0] / np.sqrt(spread[0, 0])
    found = np.array([100, 0, 50]) + mean + [[1], [-1]] * distance
    truth = frame.select("prior", "meals", "score").to_numpy()
    np.testing.assert_allclose(np.sort(found, axis=0), np.sort(truth, axis=0), rtol=1e-6, atol=1e-6)
    # Three pupils in whole numbers: only one set of records has these sums.
    records = np.array([[3.0, 1, 7], [5, 0, 4], [8, 1, 9]])
    only = recovered(records.sum(axis=0), records.T @ records, [range(10), range(2), range(10)])
    assert len(only) == 1
    np.testing.assert_array_equal(np.sort(only[0], axis=0), np.sort(records, axis=0))


def test_no_more_pupils_than_columns_tell_an_exact_relation_and_more_do_not() -> None:
    random = np.random.default_rng(0)
    for number, rank in ((3, 3), (4, 4), (5, 4)):
        # Three columns and the constant: four. Products about the mean have rank 3 only from four pupils on.
        values = np.column_stack([np.ones(number), random.normal(size=(number, 3))])
        assert np.linalg.matrix_rank(values.T @ values) == min(rank, number)
    # Above that, other records have the same sums: turn the pupils about the constant.
    number = 6
    values = random.normal(size=(number, 3))
    plane = np.linalg.qr(np.column_stack([np.ones(number), random.normal(size=(number, number - 1))]))[0]
    turn = np.eye(number)
    turn[1:, 1:] = np.linalg.qr(random.normal(size=(number - 1, number - 1)))[0]
    others = plane @ turn @ plane.T @ values
    np.testing.assert_allclose(others.sum(axis=0), values.sum(axis=0), atol=1e-12)
    np.testing.assert_allclose(others.T @ others, values.T @ values, atol=1e-12)
    assert np.abs(others - values).max() > 0.1


@pytest.mark.parametrize("decimals", [None, 6])
@pytest.mark.parametrize("centre", [0.0, 0.2, 30.0])
def test_one_pupil_with_free_meals_follows_from_a_large_school(decimals: int | None, centre: float) -> None:
    frame = cells(("A", "2023", 40), ("B", "2023", 40)).with_row_index("row")
    frame = frame.with_columns(meals=(pl.col("row").is_in([7, 50, 51, 52, 53, 54, 55])) * 1.0)
    question = plan(decimals=decimals, centres=(100.0, centre, 50.0))
    sums = add_up(frame, question)
    found = pooling.thin(sums, limit=6)
    assert found.rows() == [("A", "meals", 1)]
    if decimals is None and centre == 0:
        row = sums.frame.row(0, named=True)
        assert row["sum_2_3"] + 50 == pytest.approx(frame["score"][7])  # that pupil's outcome
    kept, counts = pooling.withhold_small(sums, limit=6, groups=True)
    assert (kept.frame["school"].to_list(), counts.small) == (["B"], 1)
    assert pooling.withhold_small(sums, limit=6)[1].small == 0
    said = pooling.sentences({"bury.parquet": sums})
    assert said[0].startswith("bury.parquet: 1 school has fewer than 6 pupils with 1 (or with 0) in meals;")
    assert len(said) == 1


def test_weak_limits_and_schools_in_two_files_are_said() -> None:
    parts = answers(split(pupils(), 2))
    said = pooling.sentences(parts, limit=4)
    assert "limit of 4 pupils is not above the 4 columns" in said[-2]
    assert said[-2].endswith("a limit of 5 or more prevents that.")
    shared = len(set(parts["0.parquet"].frame["school"]) & set(parts["1.parquet"].frame["school"]))
    assert said[-1].startswith(f"{shared} schools are in more than one file")
    assert pooling.sentences({}) == ()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"school": "laestab"}, "the school's column is laestab here and urn there"),
        ({"outcome": "points"}, "the outcome is points here and score there"),
        ({"weight": "w"}, "the weight is w here and none there"),
        ({"intake": ("meals", "prior")}, "the intake is meals, prior here and prior, meals there"),
        ({"by": ("year",)}, "the groups are by year here and none there"),
        ({"centres": (100.0, 0.0, 51.0)}, "score is centred at 51.0 here and 50.0 there"),
        ({"decimals": 6}, "sums are exact to 6 decimals here and in floating point there"),
        ({"meanings": (("score", "Attainment 8"),)}, "score means 'Attainment 8' here and '' there"),
    ],
)
def test_files_that_answer_another_question_are_refused(changes: dict[str, object], words: str) -> None:
    frame = pupils().with_columns(laestab="urn", points="score")
    parts = {"bolton.parquet": add_up(frame, plan()), "bury.parquet": add_up(frame, plan(**changes))}
    with pytest.raises(pooling.NotPoolable) as refused:
        pooling.pool(parts)
    assert str(refused.value).startswith(
        "bury.parquet: it does not answer the same question as bolton.parquet: " + words
    )


def test_a_school_that_changes_type_between_files_is_refused() -> None:
    frame = pupils()
    parts = {"a": add_up(frame, plan()), "b": add_up(frame, plan(), kind="integer")}
    with pytest.raises(pooling.NotPoolable, match="a school is a whole number here and text there"):
        pooling.pool(parts)
    with pytest.raises(pooling.NotPoolable, match="no file to pool"):
        pooling.pool({})


def test_the_same_pupils_are_not_counted_twice() -> None:
    dealt = split(pupils(), 3, schools=True)
    parts = answers(dealt)
    digests = {name: name * 8 for name in parts}
    pooled = pooling.pool(parts, digests=digests)
    with pytest.raises(pooling.NotPoolable, match=r"b: it holds the same file as a"):
        pooling.pool({"a": parts["0.parquet"], "b": parts["0.parquet"]}, digests={"a": "x", "b": "x"})
    both = {"1.parquet": parts["1.parquet"], "pooled": pooled}
    with pytest.raises(pooling.NotPoolable, match=r"pooled: it holds the same file as 1.parquet"):
        pooling.pool(both, digests=digests)
    # Another run of the same pupils: not the same bytes, nor quite the same last bits.
    other = parts["0.parquet"]
    rerun = replace(other, frame=other.frame.with_columns(pl.col("sum_0_1") * (1 + 1e-14)))
    schools = sorted(other.frame["school"])
    with pytest.raises(
        pooling.NotPoolable,
        match=rf"rerun: school {schools[0]} and {len(schools) - 1} more has the same sums",
    ):
        pooling.pool({"0": other, "rerun": rerun})
    one = replace(other, frame=other.frame.head(1))
    with pytest.raises(pooling.NotPoolable, match=rf"school {schools[0]} has the same sums in 0,"):
        pooling.pool({"0": other, "one": one})


def test_pooled_sums_are_not_pooled_again_under_a_higher_limit() -> None:
    pooled = pooling.pool(answers(split(pupils(schools=12, each=10), 2, schools=True)), limit=6)
    with pytest.raises(pooling.NotPoolable, match="under the limit in these pooled sums"):
        pooling.pool({"pooled": pooled}, limit=10)


def test_exact_sums_that_would_not_fit_are_refused() -> None:
    parts = answers(split(pupils(), 2), decimals=6)
    large = {
        name: replace(sums, frame=sums.frame.with_columns(sum_1_1=pl.lit(9 * 10**36).cast(pl.Decimal(38, 0))))
        for name, sums in parts.items()
    }
    with pytest.raises(pooling.NotPoolable, match="do not fit in 38 digits"):
        pooling.pool(large)


def test_the_table_of_those_left_out_knows_schools_withheld() -> None:
    reason = next(column for column in LEFT_OUT.columns if column.name == "reason")
    assert "school withheld" in reason.meaning

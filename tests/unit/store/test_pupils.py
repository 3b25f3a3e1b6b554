"""Sums of pupils are the same wherever the pupils are and whoever adds them up."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.errors import SaidToPeople
from commonroom.store import memory, pupils
from commonroom.store.pupils import Source
from commonroom.tables.sums import EXACT, Plan, Sums
from unit.store import made_up_pupils as made_up
from unit.store.made_up_pupils import PLAN, WEIGHED, differ, parquet, said, text

ROWS = made_up.pupils(gaps=0.01)
ALIKE = 1e-12

PLANS = {
    "plain": PLAN,
    "weighed": WEIGHED,
    "exact": replace(PLAN, decimals=6),
    "exact, weighed": replace(WEIGHED, decimals=4),
}
SOME = st.floats(-1e4, 1e4)
VALUE = st.none() | st.just(math.nan) | SOME | SOME | SOME | SOME
PUPIL = st.fixed_dictionaries(
    {
        "urn": st.sampled_from([None, 1, 2, 3]),
        "year": st.sampled_from([2023, 2024]),
        "prior": VALUE,
        "fsm": VALUE,
        "points": VALUE,
        "weight": st.none() | st.floats(1e-3, 50) | st.just(0.0),
    }
)


def try_to(add_up: Any) -> Sums | str:
    try:
        return add_up()
    except SaidToPeople as error:
        return error.what


@pytest.mark.parametrize("name", PLANS)
@given(rows=st.lists(PUPIL, min_size=1, max_size=40))
@settings(max_examples=25)
def test_duckdb_agrees_with_plain_python(
    name: str, rows: list[made_up.Row], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = parquet(rows, tmp_path_factory.mktemp("any") / "pupils.parquet")
    slow = try_to(lambda: memory.add_up(rows, PLANS[name]))
    if isinstance(slow, str):
        assert try_to(lambda: pupils.add_up(path, PLANS[name])) == slow
        return
    # Centres that are chosen from few pupils may be rounded either way; exact sums choose from all.
    plan = slow.plan if PLANS[name].decimals is None else PLANS[name]
    fast = pupils.add_up(path, plan)
    assert differ(slow, fast) <= ALIKE
    if plan.decimals is not None:
        assert fast.frame.equals(slow.frame)


@pytest.mark.parametrize("name", PLANS)
def test_the_same_pupils_in_any_kind_of_file_give_the_same_sums(name: str, tmp_path: Path) -> None:
    plan = PLANS[name]
    expected = memory.add_up(ROWS, plan)
    assert expected.left_out["pupils"].sum() > 5
    database = tmp_path / "pupils.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"CREATE TABLE cohort AS FROM '{parquet(ROWS, tmp_path / 'a.parquet')}'")
        connection.execute("CREATE SCHEMA old; CREATE VIEW old.cohort AS FROM main.cohort")
    folder, texts = tmp_path / "parts", tmp_path / "texts"
    (folder / "2023").mkdir(parents=True), texts.mkdir()
    parquet(ROWS[:100], folder / "2023" / "1.parquet")
    parquet(ROWS[100:], folder / "it's [2].parquet", points=pl.String, urn=pl.Int32)
    (folder / "_SUCCESS").touch()
    text(ROWS[:100], texts / "1.csv")
    turned = [dict(reversed(row.items())) for row in ROWS[100:]]
    text(turned, texts / "2.csv.gz", delimiter=";")
    places = [
        Source(tmp_path / "a.parquet"), Source(folder), Source(texts), Source(database, "cohort"),
        Source(database, "old.cohort"), Source(text(ROWS, tmp_path / "b.tsv", delimiter="\t")),
    ]  # fmt: skip
    for source in places:
        found = pupils.add_up(source, replace(plan, centres=expected.plan.centres))
        assert differ(expected, found) <= ALIKE, source
        assert found.kind == ("text" if source.place in (texts, tmp_path / "b.tsv") else "integer")


def test_exact_sums_are_the_same_on_any_number_of_threads_and_in_any_order(tmp_path: Path) -> None:
    rows = made_up.pupils(5000)
    plan = replace(WEIGHED, decimals=6)
    one = pupils.add_up(parquet(rows, tmp_path / "a.parquet"), plan, threads=1)
    turned = pupils.add_up(parquet(rows[::-1], tmp_path / "b.parquet"), plan, threads=2)
    assert one.frame.equals(turned.frame)
    assert one.plan == turned.plan
    assert {one.frame[name].dtype for name in ("log_weight", *plan.columns)} == {EXACT}


def test_sums_are_what_the_words_say() -> None:
    rows = [
        {"urn": "A", "year": 1, "prior": 1, "fsm": 0, "points": 10, "weight": 2},
        {"urn": "A", "year": 1, "prior": 3, "fsm": 1, "points": 20, "weight": 0.5},
        {"urn": "A", "year": 1, "prior": None, "fsm": 1, "points": 20, "weight": 0.5},
    ]
    found = memory.add_up(rows, replace(WEIGHED, centres=(1, 0, 10)))
    assert found.frame.row(0, named=True) == {
        "school": "A", "year": "1", "pupils": 2, "left_out": 1, "weight_squared": 4.25, "log_weight": 0.0,
        "sum_0_0": 2.5, "sum_0_1": 1.0, "sum_0_2": 0.5, "sum_0_3": 5.0, "sum_1_1": 2.0, "sum_1_2": 1.0,
        "sum_1_3": 10.0, "sum_2_2": 0.5, "sum_2_3": 5.0, "sum_3_3": 50.0,
    }  # fmt: skip
    exact = memory.add_up(rows, replace(WEIGHED, centres=(1, 0, 10), decimals=2))
    assert exact.floats.equals(found.frame)


def test_exact_logs_of_weights_are_logs(tmp_path: Path) -> None:
    weights = [0.000_001, 0.5, 1, 3.14, 1234.5, 99_999_999]
    rows = [{**row, "weight": weights[place % 6]} for place, row in enumerate(made_up.pupils(12, schools=1))]
    found = pupils.add_up(parquet(rows, tmp_path / "a.parquet"), replace(PLAN, weight="weight", decimals=6))
    assert found.floats["log_weight"][0] == pytest.approx(2 * sum(map(math.log, weights)), abs=12e-6)


def test_products_too_large_for_18_digits_are_summed_in_wider_numbers(tmp_path: Path) -> None:
    rows = [{**row, "points": row["points"] * 1e6} for row in made_up.pupils(50)]
    plan = replace(PLAN, decimals=6)
    found = pupils.add_up(parquet(rows, tmp_path / "a.parquet"), plan)
    assert found.frame.equals(memory.add_up(rows, plan).frame)


def test_who_is_left_out_is_counted_by_reason_and_school(tmp_path: Path) -> None:
    rows = made_up.pupils(60, schools=2)
    changes: list[dict[str, Any]] = [
        {"urn": None, "prior": None}, {"year": None}, {"prior": None, "points": None}, {"prior": math.nan},
        {"points": None}, {"weight": None}, {"weight": 0.0}, {"weight": math.nan},
    ]  # fmt: skip
    rows = [{**row, **change} for row, change in zip(rows, changes, strict=False)] + rows[8:]
    found = pupils.add_up(parquet(rows, tmp_path / "a.parquet"), WEIGHED)
    assert found.left_out.rows() == [
        ("urn", "missing", 1), ("year", "missing", 1), ("prior", "missing", 1), ("prior", "not a number", 1),
        ("points", "missing", 1), ("weight", "missing", 1), ("weight", "not a number", 1),
        ("weight", "weight of zero", 1),
    ]  # fmt: skip
    # Without a school or a year nobody can be counted there; all others are.
    assert found.frame["left_out"].sum() == 6
    assert found.frame["pupils"].sum() == 52


def test_a_nan_that_the_statistics_of_a_parquet_file_leave_out_is_not_summed(tmp_path: Path) -> None:
    rows = made_up.pupils(50, schools=1)
    rows[3]["points"] = math.nan
    path = parquet(rows, tmp_path / "a.parquet")
    database = tmp_path / "a.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute(f"CREATE VIEW cohort AS FROM read_parquet('{path}')")
        connection.execute(f"CREATE TABLE kept AS FROM read_parquet('{path}', can_have_nan = true)")
    for source in (Source(path), Source(database, "cohort"), Source(database, "kept")):
        found = pupils.add_up(source, PLAN)
        assert found.frame["pupils"].to_list() == [49]
        assert math.isfinite(found.frame["sum_3_3"][0])


def test_what_is_empty_can_be_said(tmp_path: Path) -> None:
    rows = made_up.pupils(40, schools=3)
    rows[0]["prior"], rows[1]["points"], rows[2]["urn"], rows[3]["fsm"] = "SUPP", "", " x ", " "
    path = text(rows, tmp_path / "a.csv")
    found = pupils.add_up(Source(path, missing=("SUPP", "x")), PLAN)
    assert found.left_out["pupils"].to_list() == [1, 1, 1, 1]
    numbers = [{**row, "prior": -9.0, "urn": -9} if place < 3 else row for place, row in enumerate(rows[4:])]
    found = pupils.add_up(Source(parquet(numbers, tmp_path / "a.parquet"), missing=("-9", "inf", "x")), PLAN)
    assert found.left_out.rows() == [("urn", "missing", 3)]


def test_a_school_is_a_text_with_its_zeros_or_a_whole_number(tmp_path: Path) -> None:
    rows = made_up.pupils(30, schools=2)
    named = [{**row, "urn": ["007", "7 ", " 007"][place % 3]} for place, row in enumerate(rows)]
    found = pupils.add_up(text(named, tmp_path / "a.csv"), PLAN)
    assert (found.frame["school"].to_list(), found.kind) == (["007", "7"], "text")
    for kind in (pl.Float64, pl.Decimal(10, 2), pl.UInt32):
        found = pupils.add_up(parquet(rows, tmp_path / "a.parquet", urn=kind), PLAN)
        assert (found.frame["school"].to_list(), found.kind) == (["100000", "100001"], "integer")
    halves = [{**row, "urn": 1.5 + place % 2} for place, row in enumerate(rows)]
    found = pupils.add_up(parquet(halves, tmp_path / "a.parquet", urn=pl.Float64), PLAN)
    assert (found.frame["school"].to_list(), found.kind) == (["1.5", "2.5"], "text")
    cut = pl.DataFrame(rows).with_columns(
        pl.col("year").cast(pl.String).cast(pl.Categorical), fsm=pl.col("fsm") == 1
    )
    cut.write_parquet(tmp_path / "a.parquet")
    found = pupils.add_up(tmp_path / "a.parquet", replace(PLAN, by=("year", "fsm")))
    assert found.frame.select("year", "fsm").unique().height == 4
    assert set(found.frame["fsm"]) == {"true", "false"}


def test_a_date_can_be_a_group(tmp_path: Path) -> None:
    frame = pl.DataFrame(made_up.pupils(30, schools=2)).with_columns(
        day=pl.date(2024, 1, pl.col("year") - 2022)
    )
    frame.write_parquet(tmp_path / "a.parquet")
    found = pupils.add_up(tmp_path / "a.parquet", replace(PLAN, by=("day",)))
    assert set(found.frame["day"]) == {"2024-01-01", "2024-01-02"}


def test_centres_are_kept_or_chosen_once(tmp_path: Path) -> None:
    path = parquet(made_up.pupils(400), tmp_path / "a.parquet")
    chosen = pupils.add_up(path, PLAN)
    assert chosen.plan.centres == pytest.approx((100, 0.2, 50), abs=10)
    assert pupils.add_up(path, PLAN).plan == chosen.plan
    given_ones = replace(PLAN, centres=(90, 0.5, 40))
    assert pupils.add_up(path, given_ones).plan == given_ones
    exact = pupils.add_up(path, replace(PLAN, decimals=6))
    at_those = pupils.add_up(path, replace(PLAN, decimals=6, centres=exact.plan.centres))
    assert exact.frame.equals(at_those.frame)


def test_an_engine_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "there is no engine abacus" in said(lambda: pupils.add_up(tmp_path, PLAN, engine="abacus"))


def test_a_plan_that_contradicts_itself_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    twice = Plan("urn", "points", ("prior", "prior"))
    assert "prior is used twice" in said(lambda: pupils.add_up(tmp_path / "none", twice))
    assert "prior is used twice" in said(lambda: memory.add_up([], twice))

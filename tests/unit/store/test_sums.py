"""Sums in one file, and plans in another: what was written is read, and anything else is refused."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.store import memory, plans, sums
from commonroom.tables.sums import CONTRIBUTORS, EXACT, Plan, Sums
from unit.store import made_up_pupils as made_up
from unit.store.made_up_pupils import PLAN, WEIGHED, parquet, said

MEANT = replace(WEIGHED, meanings=(("points", "Pwyntiau â 90"), ("year", "Year of the test")))


def whole(sums_of: Sums) -> tuple[Any, ...]:
    frames = (sums_of.frame, sums_of.left_out, sums_of.contributors)
    return (sums_of.plan, sums_of.kind, *(frame.to_dicts() for frame in frames), *(f.schema for f in frames))


@pytest.mark.parametrize("plan", [PLAN, MEANT, replace(MEANT, decimals=6)])
def test_what_is_written_is_read_to_the_last_bit(plan: Plan, tmp_path: Path) -> None:
    made = memory.add_up(made_up.pupils(200, gaps=0.02), plan)
    pooled = pl.DataFrame(
        [("a.parquet", "f00", 3, 200, 1, 4, "merged")], schema=CONTRIBUTORS.schema, orient="row"
    )
    made = replace(made, contributors=pooled)
    sums.write(made, tmp_path / "new" / "a.parquet")
    assert whole(sums.read(tmp_path / "new" / "a.parquet")) == whole(made)
    sums.write(sums.read(tmp_path / "new" / "a.parquet"), tmp_path / "b.parquet")
    assert (tmp_path / "b.parquet").read_bytes() == (tmp_path / "new" / "a.parquet").read_bytes()


@given(
    value=st.floats(allow_nan=False, allow_infinity=False),
    whole_number=st.integers(1 - 10**38, 10**38 - 1),
)
@settings(max_examples=30)
def test_any_number_is_kept(
    value: float, whole_number: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("any") / "sums.parquet"
    kept = pl.Series("sum_1_1", [value])
    for plan in (PLAN, replace(PLAN, decimals=6)):
        made = memory.add_up(made_up.pupils(20, schools=1), plan)
        changed = replace(made, frame=made.frame.with_columns(kept))
        sums.write(changed, path)
        assert sums.read(path).frame.equals(changed.frame)
        kept = pl.Series("sum_1_1", [Decimal(whole_number)], dtype=EXACT)


def write_by_hand(path: Path, **changes: Any) -> Path:
    """A file of sums of which a part is other than this program would have it."""
    sums.write(memory.add_up(made_up.pupils(), PLAN), path)
    told = {**json.loads(pl.read_parquet_metadata(path)[sums.KEY]), **changes}
    pl.read_parquet(path).write_parquet(path, metadata={sums.KEY: json.dumps(told)})
    return path


def test_a_file_that_holds_no_sums_is_refused(tmp_path: Path) -> None:
    nothing = tmp_path / "none.parquet"
    assert said(lambda: sums.read(nothing)).startswith(f"{nothing}: there is no such file.")
    path = parquet(made_up.pupils(), tmp_path / "pupils.parquet")
    words = (
        f"{path}: this Parquet file does not hold sums of commonroom. Make it with: commonroom value-added"
    )
    assert said(lambda: sums.read(path)).startswith(words)
    damaged = "this file of sums is cut off, damaged or of another kind."
    (tmp_path / "a.csv").write_text("school,pupils\n1,2\n")
    assert damaged in said(lambda: sums.read(tmp_path / "a.csv"))
    sums.write(memory.add_up(made_up.pupils(), PLAN), path)
    content = path.read_bytes()
    for length in (0, 3, 500, len(content) - 1):
        path.write_bytes(content[:length])
        assert damaged in said(lambda: sums.read(path))


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied", path)

    monkeypatch.setattr(pl, "read_parquet_metadata", refuse)
    assert "the sums cannot be read (Permission denied)" in said(lambda: sums.read(tmp_path / "a.parquet"))


def test_a_file_of_a_newer_program_and_one_that_was_changed_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    words = said(lambda: sums.read(write_by_hand(path, format=99)))
    assert "these sums are of a newer commonroom (form 99; this one knows 1)." in words
    damaged = "this file of sums is cut off, damaged or of another kind."
    for changes in ({"plan": {"school": "urn"}}, {"format": None}, {"left_out": 3}, {"plan": None}):
        assert damaged in said(lambda changes=changes: sums.read(write_by_hand(path, **changes)))
    write_by_hand(path)
    told = pl.read_parquet_metadata(path)[sums.KEY]
    for frame in (pl.read_parquet(path).drop("sum_1_1"), pl.read_parquet(path).cast({"sum_1_1": pl.Float32})):
        frame.write_parquet(path, metadata={sums.KEY: told})
        assert damaged in said(lambda: sums.read(path))


def test_a_place_that_cannot_be_written_to_stays_as_it_was(tmp_path: Path) -> None:
    made = memory.add_up(made_up.pupils(), PLAN)
    (tmp_path / "a.parquet").mkdir()
    words = said(lambda: sums.write(made, tmp_path / "a.parquet"))
    assert words.startswith(f"{tmp_path / 'a.parquet'}: the sums cannot be written here (Is a directory).")
    (tmp_path / "file").touch()
    assert "cannot be written here" in said(lambda: sums.write(made, tmp_path / "file" / "a.parquet"))
    assert "the plan cannot be written" in said(
        lambda: plans.write_plan(PLAN, tmp_path / "file" / "plan.yaml")
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "file"]


@pytest.mark.parametrize(
    "plan", [PLAN, MEANT, replace(MEANT, decimals=6, centres=(100.5, 0, -1e-5)), replace(PLAN, decimals=0)]
)
def test_a_plan_that_is_written_is_read(plan: Plan, tmp_path: Path) -> None:
    plans.write_plan(plan, tmp_path / "plan.yaml")
    assert plans.read_plan(tmp_path / "plan.yaml") == plan


def test_a_plan_reads_as_people_write_it(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(
        "school: urn\noutcome: points\nintake: [prior, fsm]\nby: [year]\n"
        "centres: {points: 50, prior: 100, fsm: 0}\nmeanings: {points: Points at 16}\n"
    )
    expected = replace(PLAN, by=("year",), centres=(100, 0, 50), meanings=(("points", "Points at 16"),))
    assert plans.read_plan(path) == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("outcome: points\nintake: [prior]\n", "school: Field required"),
        ("school: urn\noutcome: points\nintake: [prior]\ncentre: {prior: 1}\n", "centre: Extra inputs"),
        ("school: urn\noutcome: points\nintake: [prior, prior]\n", "column prior is used twice."),
        (
            "school: urn\noutcome: points\nintake: [prior]\ncentres: {prior: 1}\n",
            "Give one for each of prior, points",
        ),
        ("school: [", "the definition cannot be read"),
    ],
)
def test_a_plan_that_says_no_question_is_refused(content: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(content)
    assert words in said(lambda: plans.read_plan(path))


def test_a_plan_that_is_not_there(tmp_path: Path) -> None:
    words = said(lambda: plans.read_plan(tmp_path / "plan.yaml"))
    assert "there is no such plan. Write it with: commonroom value-added plan." in words


def test_floats_of_exact_sums_are_in_their_own_units() -> None:
    rows = made_up.pupils(100)
    plan = replace(WEIGHED, decimals=6)
    exact = memory.add_up(rows, plan)
    loose = memory.add_up(rows, replace(WEIGHED, centres=exact.plan.centres))
    for column in ("weight_squared", "log_weight", *plan.columns):
        gap = (exact.floats[column] - loose.frame[column]).abs().max()
        assert isinstance(gap, float)
        assert math.isclose(gap, 0, abs_tol=0.05), column

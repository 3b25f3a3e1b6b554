"""What cannot be summed is said in one sentence: file, column, first rows and remedy."""

from __future__ import annotations

import gzip
import math
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest

from commonroom.store import answers, memory, pupils
from commonroom.store.pupils import Source
from unit.store import made_up_pupils as made_up
from unit.store.made_up_pupils import PLAN, WEIGHED, parquet, said, text

EXACT_PLAN = replace(PLAN, decimals=6)


def changed(**changes: Any) -> list[made_up.Row]:
    """Pupils whose rows 5, 6, ... have the given values of a column."""
    rows = made_up.pupils(40)
    for column, values in changes.items():
        for place, value in enumerate(values, 4):
            rows[place][column] = value
    return rows


@pytest.fixture(params=["parquet", "csv", "csv.gz", "folder", "duckdb"])
def keep(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[list[made_up.Row]], tuple[Path, str]]:
    """Keeps rows in one of the kinds of file; returns the place and where a sentence says row 5 is."""

    def kept(rows: list[made_up.Row]) -> tuple[Path, str]:
        if request.param.startswith("csv"):
            path = text(rows, tmp_path / f"pupils.{request.param}")
            return path, f"{path}: | line 6 "
        if request.param == "folder":
            (tmp_path / "parts").mkdir()
            parquet(rows[:2], tmp_path / "parts" / "a.parquet", prior=pl.String)
            path = parquet(rows[2:], tmp_path / "parts" / "b.parquet", prior=pl.String)
            return tmp_path / "parts", f"{path}: | row 3 "
        path = parquet(rows, tmp_path / "pupils.parquet", prior=pl.String)
        if request.param == "parquet":
            return path, f"{path}: | row 5 "
        with duckdb.connect(str(tmp_path / "pupils.duckdb")) as connection:
            connection.execute(f"CREATE TABLE pupils AS FROM '{path}'")
        return tmp_path / "pupils.duckdb", f"{tmp_path / 'pupils.duckdb'}: | row 5 "

    return kept


Keep = Callable[[list[made_up.Row]], tuple[Path, str]]


def told(keep: Keep, rows: list[made_up.Row], plan: Any = PLAN) -> str:
    """The sentence about these rows; it says the file and the place of the first bad row."""
    place, where = keep(rows)
    words = said(lambda: pupils.add_up(place, plan))
    for part in where.split("|"):
        assert part in words
    return words


def test_text_in_a_number(keep: Keep) -> None:
    words = told(keep, changed(prior=["absent", "1,5", "-", "x"]))
    assert "column prior has text where a number should be" in words
    assert "('absent')" in words
    assert "('1,5')" in words
    assert "('x')" not in words
    assert words.endswith("Mend it, or say that it means missing: --missing 'absent'.")


def test_infinite_values(keep: Keep) -> None:
    words = told(keep, changed(points=[math.inf, -math.inf]))
    assert "column points is infinite for 2 pupils" in words
    assert "('-inf')" in words


def test_negative_weights(keep: Keep) -> None:
    words = told(keep, changed(weight=[-1.5]), WEIGHED)
    assert "the weight weight is negative for 1 pupil" in words
    assert "('-1.5')" in words


def test_values_too_large_to_be_exact(keep: Keep) -> None:
    words = told(keep, changed(points=[2e11]), EXACT_PLAN)
    assert "column points is too large for sums to 6 decimals for 1 pupil" in words


@pytest.mark.parametrize(
    ("changes", "plan", "words"),
    [
        ({"prior": ["absent"]}, PLAN, "column prior has text where a number should be: row 5 ('absent')"),
        ({"points": [-math.inf]}, PLAN, "column points is infinite for 1 pupil: row 5 ('-inf')"),
        ({"weight": [-1]}, WEIGHED, "the weight weight is negative for 1 pupil: row 5 ('-1.0')"),
        ({"points": [2e11]}, EXACT_PLAN, "too large for sums to 6 decimals for 1 pupil: row 5"),
    ],
)
def test_plain_python_refuses_the_same(changes: dict[str, Any], plan: Any, words: str) -> None:
    assert words in said(lambda: memory.add_up(changed(**changes), plan))


def test_sums_too_large_for_38_digits(tmp_path: Path) -> None:
    rows = [
        {**row, "points": 1e9 * place, "prior": 1e9 * place, "weight": 1e10}
        for place, row in enumerate(changed())
    ]
    plan = replace(WEIGHED, decimals=6, centres=(0, 0, 0))
    words = "the sums do not fit 38 digits with 6 decimals of every value. Ask for fewer decimals"
    assert words in said(lambda: pupils.add_up(parquet(rows, tmp_path / "a.parquet"), plan))
    assert words in said(lambda: memory.add_up(rows, plan))


def test_a_missing_column_with_the_nearest_names(tmp_path: Path) -> None:
    path = parquet(changed(), tmp_path / "a.parquet")
    words = said(lambda: pupils.add_up(path, replace(PLAN, outcome="Point")))
    assert words == f"{path}: there is no column Point. Did you mean points?"
    words = said(lambda: pupils.add_up(path, replace(PLAN, outcome="grade")))
    assert words.endswith("Its columns are urn, year, prior, fsm, points, weight.")
    parts = tmp_path / "parts"
    parts.mkdir()
    text(changed(), parts / "1.csv")
    other = text([{"urn": 1, "prior": 2, "fsm": 0}], parts / "2.csv")
    assert f"{other}: there is no column points." in said(lambda: pupils.add_up(parts, PLAN))


def test_a_column_that_is_no_number(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pl.DataFrame(changed()).with_columns(prior=pl.date(2024, 1, 1)).write_parquet(path)
    assert "column prior is neither a number nor a text" in said(lambda: pupils.add_up(path, PLAN))


def test_an_outcome_that_is_empty_and_a_school_that_is(tmp_path: Path) -> None:
    for column in ("points", "urn"):
        rows = [{**row, column: None} for row in made_up.pupils(40)]
        words = f"column {column} is empty for all 40 pupils."
        assert words in said(lambda rows=rows: pupils.add_up(parquet(rows, tmp_path / "a.parquet"), PLAN))
    rows = [{**row, ("points", "prior")[place % 2]: None} for place, row in enumerate(made_up.pupils(41))]
    words = said(lambda: pupils.add_up(parquet(rows, tmp_path / "a.parquet"), PLAN))
    assert "none of the 41 pupils has every value (points missing 21, prior missing 20)" in words


def test_a_table_without_rows(tmp_path: Path) -> None:
    words = "there is no pupil in it, only columns"
    assert words in said(lambda: pupils.add_up(parquet([], tmp_path / "a.parquet"), PLAN))
    (tmp_path / "a.csv").write_text("urn,prior,fsm,points\n")
    assert words in said(lambda: pupils.add_up(tmp_path / "a.csv", PLAN))
    assert words in said(lambda: memory.add_up([], PLAN))


@pytest.mark.parametrize("plan", [PLAN, EXACT_PLAN, WEIGHED])
def test_an_outcome_that_is_the_same_in_every_school(plan: Any, tmp_path: Path) -> None:
    rows = [{**row, "points": float(row["urn"]) / 7} for row in made_up.pupils(60)]
    words = "the outcome points is the same for all pupils of a school, in every school."
    assert words in said(lambda: pupils.add_up(parquet(rows, tmp_path / "a.parquet"), plan))
    rows[0]["points"] += 1
    assert pupils.add_up(parquet(rows, tmp_path / "a.parquet"), plan).frame["pupils"].sum() == 60
    # One pupil in each school: nothing can be said about the outcome inside a school.
    alone = [{**row, "urn": place} for place, row in enumerate(rows)]
    assert pupils.add_up(parquet(alone, tmp_path / "a.parquet"), plan).frame["pupils"].sum() == 60


def test_a_school_that_changes_its_type_between_parts(tmp_path: Path) -> None:
    first = parquet(changed(), tmp_path / "1.parquet")
    other = parquet(changed(), tmp_path / "2.parquet", urn=pl.String)
    words = said(lambda: pupils.add_up(tmp_path, PLAN))
    assert words.startswith(f"{first}: the school column urn is a number here and text in {other}.")


def test_a_file_that_is_cut_off(tmp_path: Path) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    for name in ("1.parquet", "2.parquet"):
        parquet(made_up.pupils(3000), folder / name)
    whole = (folder / "2.parquet").read_bytes()
    (folder / "2.parquet").write_bytes(whole[: len(whole) // 2])
    words = said(lambda: pupils.add_up(folder, PLAN))
    assert words.startswith(f"{folder / '2.parquet'}: the file is cut off or damaged (")
    assert words.endswith("Copy it again from where it came.")
    # Whole at both ends, and damaged between.
    (folder / "2.parquet").write_bytes(whole[:100] + bytes(len(whole) // 2) + whole[100 + len(whole) // 2 :])
    assert "is cut off or damaged" in said(lambda: pupils.add_up(folder, PLAN))


def test_a_compressed_text_that_is_cut_off(tmp_path: Path) -> None:
    path = text(made_up.pupils(3000), tmp_path / "a.csv.gz")
    whole = path.read_bytes()
    for length in (len(whole) // 2, 30, 5):
        path.write_bytes(whole[:length])
        assert f"{path}: the file is cut off or damaged" in said(lambda: pupils.add_up(path, PLAN))
    path.write_bytes(b"urn,prior\n")
    assert f"{path}: the file is cut off or damaged" in said(lambda: pupils.add_up(path, PLAN))


def test_a_text_with_a_line_that_is_cut_off_or_in_two_columns_too_many(tmp_path: Path) -> None:
    path = text(made_up.pupils(30), tmp_path / "a.csv")
    lines = path.read_text().splitlines()
    path.write_text("\n".join(lines[:-1]) + "\n" + lines[-1][:9])
    words = said(lambda: pupils.add_up(path, PLAN))
    assert (
        f"{path}: line 31 has 2 values and the header 6; it is wrong, or the file is cut off there." in words
    )
    path.write_text("\n".join(lines) + ',"')
    assert f"{path}: line 31 " in said(lambda: pupils.add_up(path, PLAN))


def test_a_text_that_is_not_in_unicode(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("urn,prior,fsm,points,élève\n1,2,3,4,5\n".encode("latin-1"))
    assert "the file is not in UTF-8. Save it as CSV in UTF-8." in said(lambda: pupils.add_up(path, PLAN))
    lines = ["urn,prior,fsm,points,name", *["1,2,3,4,e"] * 3000, "é,2,3,4,e"]
    path.write_bytes("\n".join(lines).encode("latin-1"))
    assert f"{path}: line 3002 is not in UTF-8; " in said(lambda: pupils.add_up(path, PLAN))


def test_a_header_that_is_empty_or_says_a_name_twice(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("urn,prior,prior\n")
    assert f"{path}: the header has 'prior' twice." in said(lambda: pupils.add_up(path, PLAN))
    path.write_text("")
    assert f"{path}: the first line has no names of columns." in said(lambda: pupils.add_up(path, PLAN))


def test_a_place_without_pupils(tmp_path: Path) -> None:
    nothing = tmp_path / "none.parquet"
    assert said(lambda: pupils.add_up(nothing, PLAN)).startswith(
        f"{nothing}: there is no such file or folder."
    )
    assert "there is no Parquet or CSV file in this folder" in said(lambda: pupils.add_up(tmp_path, PLAN))
    (tmp_path / "pupils.xlsx").touch()
    words = said(lambda: pupils.add_up(tmp_path / "pupils.xlsx", PLAN))
    assert (
        "this is not a kind of file that is known here. Give a Parquet file, a CSV file or a database"
        in words
    )
    parquet(changed(), tmp_path / "a.parquet")
    text(changed(), tmp_path / "b.csv")
    words = said(lambda: pupils.add_up(tmp_path, PLAN))
    assert "the folder has both a.parquet and b.csv. Keep parts of one kind in it" in words


def test_a_text_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = text(changed(), tmp_path / "a.csv.gz")

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(gzip, "open", refuse)
    assert "the file cannot be read (Permission denied)." in said(lambda: pupils.add_up(path, PLAN))


def test_a_database_whose_table_is_not_said_and_one_that_is_none(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    with duckdb.connect(str(path)) as connection:
        pass
    assert "Give a database with a table." in said(lambda: pupils.add_up(path, PLAN))
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE one AS SELECT 1 AS urn; CREATE TABLE two AS SELECT 2 AS urn")
    words = said(lambda: pupils.add_up(path, PLAN))
    assert words == f"{path}: it is not said which table has the pupils. Name one with --table: one, two."
    words = said(lambda: pupils.add_up(Source(path, "three"), PLAN))
    assert words == f"{path}: there is no table three. Name one with --table: one, two."
    assert f"{path} table two: there is no column prior." in said(
        lambda: pupils.add_up(Source(path, "two"), PLAN)
    )
    path.write_bytes(b"no database")
    assert f"{path}: the file is cut off or damaged" in said(lambda: pupils.add_up(path, PLAN))


def test_a_database_that_another_program_has_open(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    hold = f"import duckdb; c = duckdb.connect({str(path)!r}); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        words = said(lambda: pupils.add_up(path, PLAN))
        other.communicate(b"\n")
    assert words.startswith(f"{path}: another program has the database open. Close it there")


def test_memory_that_does_not_suffice(tmp_path: Path) -> None:
    rows = [{**row, "urn": place} for place, row in enumerate(made_up.pupils(20_000))]
    path = parquet(rows, tmp_path / "a.parquet")
    words = said(lambda: pupils.add_up(path, PLAN, memory="2MB"))
    assert words.startswith(f"{path}: the sums do not fit the memory that was allowed.")


def test_settings_that_are_none(tmp_path: Path) -> None:
    path = parquet(changed(), tmp_path / "a.parquet")
    for settings in ({"memory": "lots"}, {"threads": 0}):
        words = said(lambda settings=settings: pupils.add_up(path, PLAN, **settings))
        assert words.startswith("DuckDB cannot be set up so (")
        assert words.endswith("Give memory as 1GB, say, and 1 thread or more.")


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said(lambda: pupils.add_up(parquet(changed(prior=["x"]), tmp_path / "a.parquet", prior=pl.String), PLAN))
    pupils.add_up(parquet(changed(), tmp_path / "a.parquet"), PLAN)
    assert os.listdir(tmp_path) == ["a.parquet"]


def test_sums_over_other_pupils_than_were_counted_are_a_fault() -> None:
    answer = pl.DataFrame(
        {"school": ["1"], "reason": [0], "pupils": [3], "count_1": [3], "count_2": [2], "count_3": [3]}
    )
    with pytest.raises(answers.CountsError, match="sums of fsm are not over the pupils"):
        answers.gather(answer, PLAN, where="here")

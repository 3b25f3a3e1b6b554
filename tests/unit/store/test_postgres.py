"""PostgreSQL adds its pupils up itself, and comes to the same sums."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import postgres
from commonroom.store import memory, pupils
from commonroom.store.pupils import Source
from conftest import need
from unit.store import made_up_pupils as made_up
from unit.store.made_up_pupils import PLAN, WEIGHED, differ, said

ROWS = made_up.pupils(gaps=0.01)

COLUMNS = {
    "urn": "integer", "year": "smallint", "prior": "double precision", "fsm": "numeric", "points": "text",
    "weight": "real",
}  # fmt: skip


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A server of our own that only this machine's files lead to, gone after the tests."""
    programs = postgres.find() or Path(need("initdb", "PostgreSQL for the database tests")).parent
    with postgres.serve(programs) as found:
        yield found


def fill(address: str, table: str, rows: list[made_up.Row], columns: dict[str, str] = COLUMNS) -> Source:
    """The rows as a table of the server."""
    import psycopg

    with psycopg.connect(address) as connection:
        described = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f"DROP TABLE IF EXISTS {table}; CREATE TABLE {table} ({described})")
        marks = ", ".join(["%s"] * len(columns))
        values = [tuple(row[name] for name in columns) for row in rows]
        connection.cursor().executemany(f"INSERT INTO {table} VALUES ({marks})", values)
    return Source(address, table)


@pytest.mark.parametrize("decimals", [None, 6])
@pytest.mark.parametrize("plan", [PLAN, WEIGHED])
def test_the_server_agrees_with_plain_python(address: str, plan: Any, decimals: int | None) -> None:
    rows = [{**row, "weight": row["weight"] and round(row["weight"] * 8) / 8} for row in ROWS]
    source = fill(address, "pupils", rows)
    slow = memory.add_up(rows, replace(plan, decimals=decimals))
    fast = pupils.add_up(source, replace(plan, decimals=decimals))
    assert differ(slow, fast) <= 1e-12
    assert decimals is None or fast.frame.equals(slow.frame)
    assert fast.kind == "integer"


def test_numbers_flags_and_texts_of_any_type_are_read(address: str) -> None:
    columns = {**COLUMNS, "urn": "char(9)", "year": "date", "fsm": "boolean"}
    rows = [
        {**row, "urn": f"0{row['urn']}", "year": f"{row['year']}-09-01", "fsm": row["fsm"] == 1}
        for row in made_up.pupils(40)
    ]
    rows[0]["points"], rows[1]["prior"], rows[2]["points"] = "SUPP", math.nan, " "
    source = replace(fill(address, "mixed", rows, columns), missing=("SUPP",))
    found = pupils.add_up(source, replace(PLAN, by=("year",)))
    assert found.left_out.rows() == [("prior", "not a number", 1), ("points", "missing", 2)]
    assert found.kind == "text"
    assert set(found.frame["school"].str.slice(0, 2)) == {"01"}
    assert set(found.frame["year"]) == {"2023-09-01", "2024-09-01"}
    number = fill(address, "mixed", made_up.pupils(40), {**COLUMNS, "urn": "numeric"})
    assert pupils.add_up(number, PLAN).frame["school"][0] == "100000"


def test_a_missing_table_or_column_is_said_without_the_password(address: str) -> None:
    fill(address, "pupils", ROWS)
    for table in ("", "pupil"):
        words = said(lambda table=table: pupils.add_up(Source(address, table), PLAN))
        assert "Name one with --table" in words
        assert "pupils" in words
        assert "secret" not in words
    words = said(lambda: pupils.add_up(Source(address, "pupils"), replace(PLAN, outcome="Point")))
    assert "there is no column Point. Did you mean points?" in words
    assert "secret" not in words


def test_bad_values_are_shown(address: str) -> None:
    rows = made_up.pupils(30)
    rows[4]["points"] = "absent 100%"
    source = fill(address, "bad", rows)
    words = said(lambda: pupils.add_up(source, PLAN))
    assert "column points has text where a number should be: 'absent 100%'" in words
    rows[4]["points"], rows[5]["prior"] = None, math.inf
    words = said(lambda: pupils.add_up(fill(address, "bad", rows), PLAN))
    assert "column prior is infinite for 1 pupil: 'Infinity'" in words
    # Its square is no double, which this server says before anything else.
    rows[5]["prior"] = -1e200
    words = said(lambda: pupils.add_up(fill(address, "bad", rows), PLAN))
    assert "column prior is infinite for 1 pupil: '-1e+200'" in words
    rows[5]["prior"], rows[6]["weight"] = 1.0, -2.0
    words = said(lambda: pupils.add_up(fill(address, "bad", rows), WEIGHED))
    assert "the weight weight is negative for 1 pupil: '-2'" in words


def test_sums_of_more_than_38_digits_are_refused(address: str) -> None:
    rows = [
        {**row, "points": 1e10 * place, "prior": -1e10 * place} for place, row in enumerate(made_up.pupils(9))
    ]
    rows = [{**row, "weight": 1e10} for row in rows]
    plan = replace(WEIGHED, decimals=6, centres=(0, 0, 0))
    words = said(lambda: pupils.add_up(fill(address, "large", rows), plan))
    assert "the sums do not fit 38 digits with 6 decimals" in words


def test_a_table_without_rows_and_one_that_may_not_be_read(address: str) -> None:
    words = said(lambda: pupils.add_up(fill(address, "empty", []), PLAN))
    assert "there is no pupil in it" in words
    import psycopg

    with psycopg.connect(address) as connection:
        connection.execute("DROP ROLE IF EXISTS guest; CREATE ROLE guest LOGIN")
    guest = Source(address.replace("postgres:secret", "guest:secret"), "empty")
    words = said(lambda: pupils.add_up(guest, PLAN))
    assert "the database does not answer (permission denied for table empty)" in words


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    nowhere = Source(f"postgresql://me:secret@/x?host={tmp_path}", "pupils")
    words = said(lambda: pupils.add_up(nowhere, PLAN))
    assert "the database does not answer" in words
    assert "secret" not in words


def test_the_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    words = said(lambda: pupils.add_up(Source("postgresql://x/y", "pupils"), PLAN))
    assert "pip install 'commonroom[postgres]'" in words


def test_nothing_is_left_in_the_database(address: str) -> None:
    import psycopg

    source = fill(address, "pupils", ROWS)
    pupils.add_up(source, PLAN)
    with psycopg.connect(address) as connection:
        views = connection.execute("SELECT count(*) FROM pg_class WHERE relkind = 'v' AND relname = 'pupils'")
        assert views.fetchone() == (0,)
    assert isinstance(pupils.add_up(source, PLAN).frame, pl.DataFrame)

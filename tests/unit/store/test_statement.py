"""The one statement: plain ANSI SQL, the same for every engine."""

from __future__ import annotations

import re
from dataclasses import replace

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonroom.store import statement
from commonroom.tables.sums import Plan
from unit.store.made_up_pupils import PLAN, WEIGHED

#: Words of the statement that are SQL, and names of the view, of what is inside it and of the answer.
SQL = (
    "SELECT FROM WHERE GROUP BY AS COUNT SUM CASE WHEN THEN END AND NOT IS NULL ABS FLOOR CAST BIGINT DECIMAL"
    " LN SQRT AVG STDDEV_SAMP LIMIT"
)
NAMES = re.compile(
    r"school|[gxu]\d|[ywv]|reason|pupils|marked|pupils_marked|centred|looked|root|log_w|"
    r"(sum|count|mean|sd)_[\d_]+|weight_squared|log_weight"
)


@pytest.mark.parametrize("plan", [PLAN, WEIGHED, replace(PLAN, decimals=6), replace(WEIGHED, decimals=2)])
def test_every_word_is_ansi_sql(plan: Plan) -> None:
    for text in (statement.add_up(plan), statement.look(plan), statement.count_reasons(plan)):
        words = re.findall(r"(?<![\w.])[A-Za-z_]\w*", text)
        assert [word for word in words if word not in SQL.split() and not NAMES.fullmatch(word)] == []


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_double_is_written_to_the_last_bit(value: float) -> None:
    rows = duckdb.sql(f"SELECT a, typeof(a) FROM (SELECT {statement.literal(value)} AS a)").fetchall()
    assert rows == [(value, "DOUBLE")]


def test_each_code_says_one_reason_of_one_column() -> None:
    found = statement.reasons(WEIGHED)
    assert len({(reason.column, reason.kind) for reason in found.values()}) == len(found)
    assert [reason.column for reason in found.values() if reason.kind == statement.NEGATIVE] == ["weight"]
    assert {reason.kind for reason in found.values() if reason.name in ("school", "g1")} == {
        statement.MISSING
    }


def test_the_wide_statement_differs_in_digits_only() -> None:
    plan = replace(WEIGHED, decimals=6)
    narrow, wide = statement.add_up(plan), statement.add_up(plan, wide=True)
    assert narrow != wide
    assert re.sub(r"DECIMAL\(\d+", "DECIMAL(", narrow) == re.sub(r"DECIMAL\(\d+", "DECIMAL(", wide)

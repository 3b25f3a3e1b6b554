"""The view `pupils`: the user's columns under the statement's names, as SQL of one engine."""

# ruff: noqa: S608 - names of columns and files are quoted where they become SQL

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from commonroom.errors import SaidToPeople
from commonroom.store import statement
from commonroom.store.source import Source
from commonroom.tables.sums import Plan

#: What a column holds, as far as a view has to know.
Kind = Literal["whole", "number", "flag", "text", "other"]


@dataclass(frozen=True)
class Dialect:
    """What engines write differently: the quote around a column's name, and the names of two types."""

    quote: str = '"'
    double: str = "DOUBLE"
    text: str = "VARCHAR"

    def name(self, column: str) -> str:
        """Return a column's name as SQL."""
        return self.quote + column.replace(self.quote, self.quote * 2) + self.quote


DUCKDB = Dialect()
POSTGRES = Dialect(double="DOUBLE PRECISION", text="TEXT")
SPARK = Dialect(quote="`", text="STRING")


def write(
    plan: Plan, kinds: Mapping[str, Kind], source: Source, *, table: str, dialect: Dialect = DUCKDB
) -> str:
    """Return the SELECT that is the view `pupils` of `table`, which has columns of these `kinds`."""
    numbers = statement.numbers(plan)
    columns = []
    for name, column in statement.names(plan).items():
        value = clean(column, kinds[column], source, dialect=dialect)
        value = _to_double(value, kinds[column], dialect) if name in numbers else value
        columns.append(f"{value} AS {name}")
    return f"SELECT {', '.join(columns)} FROM {table}"


def _to_double(value: str, kind: Kind, dialect: Dialect) -> str:
    if kind == "flag":
        value = f"CASE WHEN {value} THEN 1 WHEN NOT {value} THEN 0 END"
    return f"CAST({value} AS {dialect.double})"


def clean(column: str, kind: Kind, source: Source, *, dialect: Dialect = DUCKDB) -> str:
    """Return a column as SQL: NULL where it is empty or has a text that means missing."""
    name = dialect.name(column)
    if kind == "text":
        texts = ", ".join(f"'{_escape(text)}'" for text in ("", *source.missing))
        return f"CASE WHEN TRIM({name}) NOT IN ({texts}) THEN TRIM({name}) END"
    if kind == "other":
        return f"CAST({name} AS {dialect.text})"
    codes = [number for text in source.missing if (number := _number(text))]
    if kind == "flag" or not codes:
        return name
    return f"CASE WHEN {name} NOT IN ({', '.join(codes)}) THEN {name} END"


def check(plan: Plan, kinds: Mapping[str, Kind], *, where: str) -> None:
    """Raise SaidToPeople where a column of `plan` is not there, or cannot be a number."""
    numbers = statement.numbers(plan)
    for name, column in statement.names(plan).items():
        if column not in kinds:
            raise SaidToPeople(f"there is no column {column}.", where=where, remedy=_suggest(column, kinds))
        if name in numbers and kinds[column] == "other":
            raise SaidToPeople(
                f"column {column} is neither a number nor a text.",
                where=where,
                remedy="Give a column of numbers.",
            )


def no_table(wanted: str, tables: list[str], *, where: str) -> SaidToPeople:
    """Return the words for a database in which it is not clear which table is meant."""
    what = f"there is no table {wanted}." if wanted else "it is not said which table has the pupils."
    listed = f"{', '.join(tables[:12])}{', ...' if len(tables) > 12 else ''}"
    return SaidToPeople(
        what,
        where=where,
        remedy=f"Name one with --table: {listed}." if tables else "Give a database with a table.",
    )


def _suggest(column: str, columns: Mapping[str, Kind]) -> str:
    lower = {name.lower(): name for name in columns}
    near = difflib.get_close_matches(column.lower(), lower, n=3, cutoff=0.6)
    if near:
        return f"Did you mean {' or '.join(lower[name] for name in near)}?"
    listed = list(columns)[:12]
    return f"Its columns are {', '.join(listed)}{', ...' if len(columns) > len(listed) else ''}."


def _number(text: str) -> str:
    """A code that is a finite number, as SQL; empty for one that is a word."""
    try:
        number = float(text)
    except ValueError:
        return ""
    return statement.literal(number) if math.isfinite(number) else ""


def _escape(text: str) -> str:
    return text.strip().replace("'", "''")

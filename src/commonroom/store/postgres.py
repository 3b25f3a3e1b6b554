"""Pupils in a PostgreSQL server, summed by that server: only sums leave it."""

from __future__ import annotations

# ruff: noqa: S608 - names of tables and columns are quoted where they become SQL
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.store import faults, statement, views
from commonroom.store.source import Source
from commonroom.store.statement import Reason
from commonroom.store.views import POSTGRES, Kind
from commonroom.tables.sums import EXACT, Plan

#: What PostgreSQL reads as a double, as a pattern of its own; it has no cast that may fail.
NUMBER = r"^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$|^\s*[+-]?(nan|inf|infinity)\s*$"

TYPES = """
SELECT attname, typname, typcategory
FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
TABLES = """
SELECT CASE WHEN table_schema = 'public' THEN table_name ELSE table_schema || '.' || table_name END
FROM information_schema.tables
WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
"""


class Pupils:
    """A table in PostgreSQL as the view `pupils`: answers to statements, and words about its rows."""

    def __init__(self, connection: Any, source: Source, plan: Plan) -> None:
        """Look at the table's columns; raises SaidToPeople when it or one of them is not there."""
        self.connection, self.source, self.plan = connection, source, plan
        # The look at the first pupils is at the same ones each time.
        self._run("SET synchronize_seqscans = off")
        self.table = ".".join(POSTGRES.name(name) for name in source.table.split("."))
        columns = self._run(TYPES, [self.table]).fetchall() if source.table else []
        if not columns:
            tables = [name for (name,) in self._run(TABLES).fetchall()]
            raise views.no_table(source.table, tables, where=source.server)
        self.kinds = {name: _kind(type_name, category) for name, type_name, category in columns}
        views.check(plan, self.kinds, where=source.name)
        # Not a view: nothing is made in the database, and the right to read is enough.
        view = views.write(plan, self.kinds, source, table=self.table, dialect=POSTGRES)
        self.view = f"WITH pupils AS (\n{view}\n)\n"

    def ask(self, text: str) -> pl.DataFrame:
        """Return the answer to one statement; raises SaidToPeople, or faults.TooLargeError."""
        answer = self._run(self.view + text)
        names = [column.name for column in answer.description]
        columns = zip(*answer.fetchall(), strict=True)
        series = [
            _series(name, list(values), self.plan) for name, values in zip(names, columns, strict=False)
        ]
        return pl.DataFrame(series or [_series(name, [], self.plan) for name in names])

    def refuse(self, reason: Reason, pupils: int) -> SaidToPeople:
        """Return the words about a value that is refused, with the first that are found."""
        limit = statement.literal(statement.limit(self.plan))
        test = f"ABS({reason.name}) >= {limit} AND {reason.name} <> 'NaN'"
        test = f"{reason.name} < 0" if reason.kind == statement.NEGATIVE else test
        found = self._run(
            f"{self.view}SELECT CAST({reason.name} AS TEXT) FROM pupils WHERE {test} LIMIT {faults.SHOWN}"
        ).fetchall()
        rows = [("", shown) for (shown,) in found]
        return faults.refuse(reason, pupils, rows, plan=self.plan, where=self.source.name)

    def _find_text(self) -> SaidToPeople:
        """Words about the texts in a column of numbers."""
        column, rows = "", []
        for name, column in statement.names(self.plan).items():
            if name not in statement.numbers(self.plan) or self.kinds[column] != "text":
                continue
            value = views.clean(column, "text", self.source, dialect=POSTGRES)
            text = f"SELECT value FROM (SELECT {value} AS value FROM {self.table}) AS given ".replace(
                "%", "%%"
            )
            found = self._run(f"{text}WHERE value !~* %s LIMIT {faults.SHOWN}", [NUMBER]).fetchall()
            if rows := [("", shown) for (shown,) in found]:
                break
        return faults.text(column, rows, where=self.source.name)

    def _run(self, text: str, values: list[str] | None = None) -> Any:
        import psycopg

        try:
            with self.connection.transaction():
                return self.connection.execute(text, values)
        except psycopg.errors.InvalidTextRepresentation:
            raise self._find_text() from None
        except psycopg.errors.NumericValueOutOfRange as error:
            raise faults.TooLargeError(str(error)) from None
        except psycopg.Error as error:
            raise _refused(self.source, error) from None


@contextmanager
def open(source: Source, plan: Plan) -> Iterator[Pupils]:
    """Read the table of `source` in its server, in one transaction that can only read."""
    try:
        import psycopg
    except ImportError:
        raise SaidToPeople(
            "PostgreSQL needs a package that is not installed.",
            where=source.server,
            remedy="Install it: pip install 'commonroom[postgres]'.",
        ) from None
    try:
        connection = psycopg.connect(str(source.place), connect_timeout=20)
    except psycopg.Error as error:
        raise _refused(source, error) from None
    with connection:
        connection.read_only = True
        yield Pupils(connection, source, plan)


def _refused(source: Source, error: Exception) -> SaidToPeople:
    said = (str(error).splitlines() or ["no reason given"])[0]
    return SaidToPeople(
        f"the database does not answer ({said}).",
        where=source.server,
        remedy="Check the address, and the right to read; a password is best kept in ~/.pgpass.",
    )


def _kind(name: str, category: str) -> Kind:
    if name in ("int2", "int4", "int8"):
        return "whole"
    kinds: dict[str, Kind] = {"N": "number", "S": "text", "E": "text", "B": "flag"}
    return kinds.get(category, "other")


def _series(name: str, values: list[Any], plan: Plan) -> pl.Series:
    """A column of the answer; a mean or a key keeps the type that it has."""
    if name == "pupils" or name.startswith("count_"):
        return pl.Series(name, values, dtype=pl.Int64)
    if not name.startswith(("sum_", "weight_", "log_")):
        return pl.Series(name, values)
    if plan.decimals is None:
        return pl.Series(name, values, dtype=pl.Float64)
    if any(abs(value) >= statement.FIT for value in values if value is not None):
        raise faults.TooLargeError(f"{name} does not fit.")
    return pl.Series(name, values, dtype=EXACT)

"""Pupils in files, folders and DuckDB databases, summed by DuckDB."""

# ruff: noqa: S608 - names of columns and files are quoted where they become SQL

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.store import faults, parts, statement, views
from commonroom.store.parts import Part
from commonroom.store.source import Source
from commonroom.store.statement import Reason
from commonroom.store.streams import Stream
from commonroom.store.views import Kind
from commonroom.tables.sums import Plan

WHOLE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?$")
NUMBER = re.compile(r"(DOUBLE|FLOAT|DECIMAL.*)$")
TEXT = re.compile(r"(VARCHAR|ENUM.*)$")


class Pupils:
    """A view `pupils` in DuckDB: answers to statements over it, and words about its rows."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, source: Source, plan: Plan) -> None:
        """Look at what there is and make the view; raises SaidToPeople when a column is not there."""
        self.connection, self.source, self.plan = connection, source, plan
        self.parts: list[Part] = []
        place = Path(source.place)
        if place.name.lower().endswith(parts.DATABASE) and place.is_file():
            self.table, self.kinds = self._attach(place)
            views.check(plan, self.kinds, where=source.name)
        else:
            for path in parts.find(place):
                self.parts.append(parts.read(path, self._describe))
            for part in self.parts:
                views.check(plan, part.kinds, where=str(part.path))
            parts.agree(self.parts, plan.school)
            self.kinds = _widest([part.kinds for part in self.parts])
            self.table = parts.join(self.parts, list(statement.names(plan).values()))
        view = views.write(plan, self.kinds, source, table=self.table)
        self._run(f"CREATE VIEW pupils AS {view}")

    def ask(self, text: str) -> pl.DataFrame:
        """Return the answer to one statement; raises SaidToPeople, or faults.TooLargeError."""
        try:
            return pl.DataFrame(Stream(self.connection.sql(text).__arrow_c_stream__()))
        except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
            raise self._find_text() or faults.TooLargeError(str(error)) from None
        except duckdb.Error as error:
            raise self._say(error) from None

    def refuse(self, reason: Reason, pupils: int) -> SaidToPeople:
        """Return the words about a value that is refused, with the first rows that have it."""
        least = statement.literal(statement.limit(self.plan))
        test = f"NOT isnan(value) AND ABS(value) >= {least}"
        test = "value < 0" if reason.kind == statement.NEGATIVE else test
        where, rows = self._find(reason.column, "CAST({value} AS DOUBLE) AS value", test)
        return faults.refuse(reason, pupils, rows, plan=self.plan, where=where)

    def _find_text(self) -> SaidToPeople | None:
        """Words about a text in a column of numbers; None where there is none."""
        names = statement.names(self.plan)
        for column in (names[name] for name in statement.numbers(self.plan)):
            values = "TRY_CAST({value} AS DOUBLE) AS value, {value} AS given"
            where, rows = self._find(column, values, "value IS NULL AND given IS NOT NULL")
            if rows:
                return faults.text(column, rows, where=where)
        return None

    def _find(self, column: str, values: str, test: str) -> tuple[str, list[faults.Row]]:
        """The file whose rows are the first to meet `test`, and those rows."""
        self.connection.execute("SET preserve_insertion_order = true")
        whole = Part(Path(self.source.name), self.table, self.kinds, is_text=False)
        for part in self.parts or [whole]:
            value = values.format(value=views.clean(column, part.kinds[column], self.source))
            shown = f"CAST({parts.quote(column)} AS VARCHAR) AS shown"
            inside = f"SELECT row_number() OVER () AS place, {shown}, {value} FROM {part.relation}"
            text = f"SELECT place, shown FROM ({inside}) WHERE {test} LIMIT {faults.SHOWN}"
            if found := self._run(text, str(part.path)).fetchall():
                word, header = ("line", 1) if part.is_text else ("row", 0)
                return str(part.path), [(f"{word} {row + header}", shown) for row, shown in found]
        return self.source.name, []

    def _describe(self, relation: str, where: Path | str = "") -> dict[str, Kind]:
        rows = self._run(f"DESCRIBE SELECT * FROM {relation}", str(where)).fetchall()
        return {name: _kind(kind) for name, kind, *_ in rows}

    def _attach(self, place: Path) -> tuple[str, dict[str, Kind]]:
        """The table of a database that is meant, as SQL, and its columns."""
        # A view inside the database may read Parquet files, whose statistics leave NaN out.
        self._run("SET disabled_optimizers = 'statistics_propagation'")
        path = str(place).replace("'", "''")
        self._run(f"ATTACH '{path}' AS users (READ_ONLY)")
        rows = self._run(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'users' UNION ALL "
            "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'users' AND NOT internal"
        ).fetchall()
        tables = {
            name if schema == "main" else f"{schema}.{name}": (schema, name) for schema, name in sorted(rows)
        }
        wanted = self.source.table or (next(iter(tables)) if len(tables) == 1 else "")
        if wanted not in tables:
            raise views.no_table(wanted, list(tables), where=str(place))
        table = ".".join(parts.quote(name) for name in ("users", *tables[wanted]))
        return table, self._describe(table)

    def _run(self, text: str, where: str = "") -> duckdb.DuckDBPyConnection:
        try:
            return self.connection.execute(text)
        except duckdb.Error as error:
            raise self._say(error, where) from None

    def _say(self, error: duckdb.Error, where: str = "") -> SaidToPeople:
        """Words for what DuckDB says about files and memory."""
        if isinstance(error, duckdb.OutOfMemoryException):
            return SaidToPeople(
                "the sums do not fit the memory that was allowed.",
                where=self.source.name,
                remedy="Allow more, or sum by fewer columns.",
            )
        said = str(error)
        if "lock" in said and not self.parts:
            return SaidToPeople(
                "another program has the database open.",
                where=self.source.name,
                remedy="Close it there, or give a copy of the file.",
            )
        where = where or next(
            (str(part.path) for part in self.parts if str(part.path) in said), self.source.name
        )
        line = re.search(r"CSV Error on Line: (\d+)", said)
        if not line:
            return faults.unreadable(where, said.splitlines()[0].split(": ", 1)[-1])
        counts = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", said)
        what = f"has {counts[2]} values and the header {counts[1]}" if counts else "cannot be read"
        what = "is not in UTF-8" if "unicode" in said else what
        return SaidToPeople(
            f"line {line[1]} {what}; it is wrong, or the file is cut off there.",
            where=where,
            remedy="Mend that line, or copy the file again from where it came.",
        )


@contextmanager
def open(source: Source, plan: Plan, *, memory: str, threads: int | None) -> Iterator[Pupils]:
    """Make the view `pupils` of `source` in an engine of its own, and leave nothing behind.

    `memory` is what DuckDB may use ("1GB"); what does not fit goes to a folder that is removed.
    """
    with tempfile.TemporaryDirectory(prefix="commonroom-") as folder:
        settings: dict[str, str | int | float | list[str]] = {
            "memory_limit": memory,
            "temp_directory": folder,
            **({} if threads is None else {"threads": threads}),
        }
        try:
            connection = duckdb.connect(":memory:", config=settings)
        except duckdb.Error as error:
            said = str(error).splitlines()[0]
            raise SaidToPeople(
                f"DuckDB cannot be set up so ({said}).",
                remedy="Give memory as 1GB, say, and 1 thread or more.",
            ) from None
        try:
            # It would draw a bar into the standard output, where another program may be reading.
            connection.execute("SET enable_progress_bar = false")
            yield Pupils(connection, source, plan)
        finally:
            connection.close()


def _kind(name: str) -> Kind:
    if WHOLE.match(name):
        return "whole"
    if NUMBER.match(name):
        return "number"
    if name == "BOOLEAN":
        return "flag"
    return "text" if TEXT.match(name) else "other"


def _widest(all_kinds: list[dict[str, Kind]]) -> dict[str, Kind]:
    """What a column holds in all parts: text if it is text in one of them."""
    widest: dict[str, Kind] = {}
    for kinds in all_kinds:
        for column, kind in kinds.items():
            seen = widest.setdefault(column, kind)
            if seen != kind:
                widest[column] = "text" if "text" in (seen, kind) else "number"
    return widest

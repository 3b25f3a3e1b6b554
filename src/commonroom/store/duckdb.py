"""Pupils in files, folders and DuckDB databases, summed by DuckDB."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import polars as pl

from commonroom.store import statement
from commonroom.store.source import Source
from commonroom.store.streams import Stream
from commonroom.tables.sums import Plan


class Pupils:
    """A view `pupils` in DuckDB, and the answers to statements over it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Keep the connection; the view is there."""
        self.connection = connection

    def ask(self, text: str) -> pl.DataFrame:
        """Return the answer to one statement."""
        return pl.DataFrame(Stream(self.connection.sql(text).__arrow_c_stream__()))


@contextmanager
def open(source: Source, plan: Plan, *, memory: str, threads: int) -> Iterator[Pupils]:
    """Make the view `pupils` of `source`, with the columns of `plan` under the statement's names."""
    connection = duckdb.connect(":memory:")
    try:
        connection.execute(f"SET memory_limit = '{memory}'")
        connection.execute(f"SET threads = {threads}")
        connection.execute("SET preserve_insertion_order = false")
        connection.execute(f"CREATE VIEW pupils AS {_view(source, plan)}")
        yield Pupils(connection)
    finally:
        connection.close()


def _view(source: Source, plan: Plan) -> str:
    numbers = statement.numbers(plan)
    columns = (
        f"CAST({quote(column)} AS DOUBLE) AS {name}" if name in numbers else f"{quote(column)} AS {name}"
        for name, column in statement.names(plan).items()
    )
    return f"SELECT {', '.join(columns)} FROM read_parquet('{source.place}')"


def quote(name: str) -> str:
    """Return a column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'

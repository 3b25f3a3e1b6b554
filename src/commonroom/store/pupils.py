"""Pupils' rows to sums per school: the one place where big becomes small."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.store import answers, centres, faults, statement
from commonroom.store.source import Source
from commonroom.store.statement import Reason
from commonroom.tables.sums import Plan, Sums, check_plan

__all__ = ["Pupils", "Source", "add_up"]


class Pupils(Protocol):
    """What an engine gives: a view `pupils` with the statement's names, and words about its rows."""

    def ask(self, text: str) -> pl.DataFrame:
        """Return the answer to one statement; raises SaidToPeople, or faults.TooLargeError."""

    def refuse(self, reason: Reason, pupils: int) -> SaidToPeople:
        """Return the words about a value that is refused, with the first rows that have it."""


def add_up(
    source: str | Path | Source,
    plan: Plan,
    *,
    engine: str = "duckdb",
    memory: str = "1GB",
    threads: int | None = None,
) -> Sums:
    """Return the sums that `plan` asks for of the pupils in `source`, in one pass over them.

    Arguments: a Parquet or CSV file, a folder of parts, a DuckDB database or a PostgreSQL address
    (see Source); `engine` "duckdb", or "spark" or the address of a Spark master; the `memory` and
    `threads` that DuckDB may use (None: one for each core). PostgreSQL sums where the pupils are,
    whatever the engine.
    A plan without centres gets them: round constants near the means of the first pupils, or, where
    sums are exact, of all (METHODS.md section 5, traps 1 to 3).
    Raises SaidToPeople when the table cannot be read, lacks a column or has values to refuse.
    """
    given = source if isinstance(source, Source) else Source(source)
    check_plan(plan)
    with _open(given, plan, engine=engine, memory=memory, threads=threads) as pupils:
        if not plan.centres and plan.decimals is None:
            row = pupils.ask(statement.look(plan)).row(0)
            plan = replace(plan, centres=centres.choose(row[::2], row[1::2]))
        frame = _ask(pupils, plan, given.name)
        if found := answers.refused(frame, plan):
            raise pupils.refuse(*found)
    return answers.gather(frame, plan, where=given.name)


def _ask(pupils: Pupils, plan: Plan, where: str) -> pl.DataFrame:
    """The answer, in wide whole numbers if it does not fit those of 18 digits."""
    for wide in (False, True):
        try:
            return pupils.ask(statement.add_up(plan, wide=wide))
        except faults.TooLargeError:
            continue
    if found := answers.refused(pupils.ask(statement.count_reasons(plan)), plan):
        raise pupils.refuse(*found)
    raise faults.too_large(plan, where=where)


def _open(
    source: Source, plan: Plan, *, engine: str, memory: str, threads: int | None
) -> AbstractContextManager[Pupils]:
    """The engine that is asked for, which alone is loaded; PostgreSQL sums what is in it."""
    if source.is_postgres:
        from commonroom.store import postgres

        return postgres.open(source, plan)
    if engine == "duckdb":
        from commonroom.store import duckdb

        return duckdb.open(source, plan, memory=memory, threads=threads)
    if engine == "spark" or re.match(r"(local|spark)\b", engine):
        from commonroom.store import spark

        return spark.open(source, plan, master="" if engine == "spark" else engine)
    raise SaidToPeople(
        f"there is no engine {engine}.", remedy="Say duckdb, spark, or a master such as spark://host:7077."
    )

"""Pupils' rows to sums per school: the one place where big becomes small."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from commonroom.store import answers, centres, duckdb, statement
from commonroom.store.source import Source
from commonroom.tables.sums import Plan, Sums

__all__ = ["Source", "add_up"]


def add_up(
    source: str | Path | Source, plan: Plan, *, engine: str = "duckdb", memory: str = "1GB", threads: int = 2
) -> Sums:
    """Return the sums that `plan` asks for, of the pupils in `source`."""
    given = source if isinstance(source, Source) else Source(source)
    with duckdb.open(given, plan, memory=memory, threads=threads) as pupils:
        if not plan.centres and plan.decimals is None:
            row = pupils.ask(statement.look(plan)).row(0)
            plan = replace(plan, centres=centres.choose(row[::2], row[1::2]))
        frame = pupils.ask(statement.add_up(plan))
    return answers.gather(frame, plan, where=given.name)

"""Partnerships as events: a row for each pair of schools makes one for each of the two."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from commonroom.sources import files
from commonroom.sources.agreed import agreement, rows
from commonroom.sources.agreed.rows import Rows, Slip
from commonroom.sources.agreed.words import HEADINGS
from commonroom.sources.events import starts
from commonroom.sources.files import ROW
from commonroom.tables import impact as tables

SCHOOLS = ("provider", "receiver")


def are_in(path: Path) -> bool:
    """Whether a table has a column of providers and one of receivers; False for what is no table."""
    return _has(path, SCHOOLS)


def holds_decisions(path: Path) -> bool:
    """Whether a table says what was decided about proposals (sources.agreed.decisions reads it)."""
    return _has(path, (*SCHOOLS, "decision")) and not _has(path, ("start",))


def convert(decisions: pl.DataFrame) -> pl.DataFrame:
    """Turn accepted proposals into events (tables.impact.EVENTS): a receiver and a provider of each.

    Arguments: the `decisions` in force, one row each pair and theme (partnerships.agreed.in_force). The pair
    is the partnership, and the work starts on the day on which it was agreed; of a pair with several themes
    on the first, and then its theme is left empty.
    """
    accepted = decisions.filter(decision="accept").with_columns(
        start=starts.first_results(pl.col("date")),
        partnership=pl.format("{} {}", "provider", "receiver"),
        ended=pl.lit(None, pl.Int32),
        practice=pl.lit(None, pl.String),
    )
    theme = pl.when(pl.col("theme").n_unique() == 1).then(pl.col("theme").first())
    found = (
        spread(accepted)
        .group_by(tables.EVENTS.keys, maintain_order=True)
        .agg(pl.col("start").min(), pl.col("ended", "practice").first(), theme=theme)
    )
    return tables.EVENTS.check(found).sort("start", "role", "school", "partnership")


def spread(frame: pl.DataFrame) -> pl.DataFrame:
    """Give each pair (provider, receiver, and the rest of a row) a row for each of its schools."""
    named = frame.with_columns(
        partnership=pl.coalesce("partnership", pl.format("{} {}", "provider", "receiver"))
    )
    return pl.concat(
        named.with_columns(school=pl.col(role), role=pl.lit(role)) for role in ("receiver", "provider")
    )


def find_same(table: Rows, frame: pl.DataFrame, *, paired: bool) -> list[Slip]:
    """Return a slip where a school is its own partner."""
    return agreement.find_same(table, frame, *SCHOOLS) if paired else []


def _has(path: Path, words: tuple[str, ...]) -> bool:
    documents = files.find(path)
    if len(documents) != 1:
        return False
    there = {rows.plain(name) for name in files.open_sheet(documents[0]).frame.columns if name != ROW}
    return all(there & set(HEADINGS[word]) for word in words)

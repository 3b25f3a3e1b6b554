"""What was ever proposed and decided: tables that only grow, as CSV that spreadsheets open."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from commonroom.store import sheets
from commonroom.tables import partnerships as tables

PAIR = ("provider", "receiver", "phase", "theme")
PROPOSED = {**dict.fromkeys(PAIR, pl.String), "date": pl.Date}


def read_decisions(content: bytes | None, *, where: Path) -> pl.DataFrame:
    """All decisions in the order they were recorded (tables.partnerships.DECISIONS)."""
    return sheets.read(content, tables.DECISIONS.schema, where=where)


def read_proposed(content: bytes | None, *, where: Path) -> pl.DataFrame:
    """All pairs that were ever proposed, and the day of the first time."""
    return sheets.read(content, PROPOSED, where=where)


def add_proposed(proposed: pl.DataFrame, proposals: pl.DataFrame, *, date: object) -> pl.DataFrame:
    """What was ever proposed, and now these."""
    now = proposals.select(*PAIR, date=pl.lit(date, pl.Date))
    return pl.concat([proposed, now]).unique(PAIR, keep="first", maintain_order=True).sort(PAIR)

"""What was ever proposed and decided: tables that only grow, as CSV that spreadsheets open."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.tables import partnerships as tables

PAIR = ("provider", "receiver", "phase", "theme")
PROPOSED = {**dict.fromkeys(PAIR, pl.String), "date": pl.Date}
#: A text that begins so is a formula to a spreadsheet; a mark in front makes it a text again.
FORMULA = r"^[=+\-@\t\r']"
MARK = "'"


def write(frame: pl.DataFrame) -> bytes:
    """A table as CSV in UTF-8, with the mark by which spreadsheets know that."""
    marked = frame.with_columns(
        pl.when(pl.col(name).str.contains(FORMULA)).then(MARK + pl.col(name)).otherwise(name).alias(name)
        for name, kind in frame.schema.items()
        if kind == pl.String
    )
    buffer = io.BytesIO()
    marked.with_columns(pl.selectors.float().fill_nan(None)).write_csv(buffer, include_bom=True)
    return buffer.getvalue()


def read_decisions(content: bytes | None, *, where: Path) -> pl.DataFrame:
    """All decisions in the order they were recorded (tables.partnerships.DECISIONS)."""
    return _read(content, tables.DECISIONS.schema, where)


def read_proposed(content: bytes | None, *, where: Path) -> pl.DataFrame:
    """All pairs that were ever proposed, and the day of the first time."""
    return _read(content, PROPOSED, where)


def add_proposed(proposed: pl.DataFrame, proposals: pl.DataFrame, *, date: object) -> pl.DataFrame:
    """What was ever proposed, and now these."""
    now = proposals.select(*PAIR, date=pl.lit(date, pl.Date))
    return pl.concat([proposed, now]).unique(PAIR, keep="first", maintain_order=True).sort(PAIR)


def _read(
    content: bytes | None, schema: Mapping[str, type[pl.DataType] | pl.DataType], where: Path
) -> pl.DataFrame:
    if content is None:
        return pl.DataFrame(schema=schema)
    try:
        found = pl.read_csv(content, infer_schema=False)
        found = found.with_columns(pl.all().str.replace(rf"^{MARK}", ""))
        return found.select(_day(name) if kind == pl.Date else pl.col(name) for name, kind in schema.items())
    except pl.exceptions.PolarsError:
        raise SaidToPeople(
            "this table cannot be read: somebody changed its columns or its dates.",
            where=str(where),
            remedy="Put the file back as it was; it holds what cannot be made again.",
        ) from None


def _day(name: str) -> pl.Expr:
    """A date as it was written, or as a British spreadsheet saves it again; an error for any other text."""
    british = pl.col(name).str.contains(r"^\d\d/\d\d/\d{4}$")
    turned = pl.col(name).str.replace(r"^(\d\d)/(\d\d)/(\d{4})$", "$3-$2-$1")
    return pl.when(british).then(turned).otherwise(name).str.to_date("%Y-%m-%d").alias(name)

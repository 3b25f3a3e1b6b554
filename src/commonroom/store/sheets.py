"""Tables as CSV that spreadsheets open and save again, and as JSON for programs."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from commonroom.errors import SaidToPeople

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


def read(
    content: bytes | None, schema: Mapping[str, type[pl.DataType] | pl.DataType], *, where: Path
) -> pl.DataFrame:
    """The table in some CSV, also one that a spreadsheet saved again; no row where there is none.

    Arguments: the `content`, the columns and types of its `schema`, and `where` it is from. Raises
    SaidToPeople when its columns, dates or numbers were changed so that it cannot be read.
    """
    if content is None:
        return pl.DataFrame(schema=schema)
    try:
        found = pl.read_csv(content, infer_schema=False)
        found = found.with_columns(pl.all().str.replace(rf"^{MARK}", ""))
        return found.select(
            _day(name) if kind == pl.Date else pl.col(name).cast(kind) for name, kind in schema.items()
        )
    except pl.exceptions.PolarsError:
        numbers = any(kind.is_numeric() for kind in schema.values())
        changed = "figures" if numbers else "dates"
        raise SaidToPeople(
            f"this table cannot be read: somebody changed its columns or its {changed}.",
            where=str(where),
            remedy="Put the file back as it was; it holds what cannot be made again.",
        ) from None


def to_json(frames: Mapping[str, pl.DataFrame], head: Mapping[str, object]) -> str:
    """Tables as JSON, a row on a line, behind what is said of them all; the same for the same content."""
    parts = []
    for name, frame in sorted(frames.items()):
        rows = frame.with_columns(pl.selectors.float().fill_nan(None)).write_ndjson().rstrip("\n").split("\n")
        parts.append(f"{json.dumps(name)}: [\n" + ",\n".join(rows) + "\n]")
    about = "".join(
        f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False, sort_keys=True)},\n"
        for name, value in head.items()
    )
    return f'{{{about}"tables": {{\n' + ",\n".join(parts) + "\n}}\n"


def _day(name: str) -> pl.Expr:
    """A date as it was written, or as a British spreadsheet saves it again; an error for any other text."""
    british = pl.col(name).str.contains(r"^\d\d/\d\d/\d{4}$")
    turned = pl.col(name).str.replace(r"^(\d\d)/(\d\d)/(\d{4})$", "$3-$2-$1")
    return pl.when(british).then(turned).otherwise(name).str.to_date("%Y-%m-%d").alias(name)

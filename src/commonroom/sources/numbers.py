"""From what is printed in a cell to a number, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

from commonroom.sources.reading import Problem, counted

EMPTY = "empty in the file"
UNREADABLE = "not a number"
#: So many rows of one column are listed one by one; the rest are counted in one sentence.
LISTED = 10
#: So many shares, all between 0 and 1, cannot all be below one per cent.
ENOUGH = 30
#: A share that nine schools in ten usually have, in per cent, so that they are not all below one.
LARGE = 3.0

Notation = Literal["percentages", "fractions", "unclear"]


@dataclass(frozen=True)
class Cells:
    """Where numbers stand and what they may be.

    `share`: a percentage, so fractions are possible; `usual`: what nine schools in ten have or
    exceed, in per cent; `low` and `high`: the limits that a figure may reach, both inclusive.
    """

    file: str
    column: str
    share: bool = False
    usual: float | None = None
    low: float | None = None
    high: float | None = None


def parse(
    frame: pl.DataFrame, *, cells: Cells, codes: Mapping[str, str], national: pl.Series | None = None
) -> tuple[pl.DataFrame, list[Problem]]:
    """Read the column `raw` of `frame` (row, school, raw); return it with value and missing.

    Arguments: `cells` says where and what, `codes` why a code stands in place of a number (upper
    case), `national` the same column's text in the country's own rows, if the file has them.
    A figure that is no number, or outside the limits, is left out and said with its row.
    """
    text = pl.col("raw").str.strip_chars()
    read = frame.with_columns(number(text).alias("value"), text.str.ends_with("%").alias("signed"))
    code = text.str.to_uppercase().replace_strict(codes, default=None, return_dtype=pl.String)
    read = read.with_columns(
        missing=pl.when(pl.col("value").is_not_null())
        .then(None)
        .when(text.is_null() | (text == ""))
        .then(pl.lit(EMPTY))
        .otherwise(code.fill_null(UNREADABLE))
    )
    problems = _say_unreadable(read, cells)
    if cells.share:
        read, said = _as_percent(read, cells, national)
        problems += said
    read, said = _within_limits(read, cells)
    return read.drop("raw", "signed"), problems + said


def number(text: pl.Expr) -> pl.Expr:
    """A number printed with or without %, thousands commas (1,234) or a decimal comma (41,5)."""
    bare = text.str.strip_chars().str.strip_suffix("%").str.strip_chars()
    thousands = bare.str.contains(r"^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$")
    decimal = bare.str.contains(r"^[+-]?\d+,\d{1,2}$")
    plain = bare.str.contains(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$")
    cleaned = (
        pl.when(plain)
        .then(bare)
        .when(thousands)
        .then(bare.str.replace_all(",", ""))
        .when(decimal)
        .then(bare.str.replace(",", "."))
    )
    value = cleaned.str.strip_prefix("+").cast(pl.Float64, strict=False)
    return pl.when(value.is_finite()).then(value)


def _say_unreadable(read: pl.DataFrame, cells: Cells) -> list[Problem]:
    wrong = (
        read.filter(pl.col("missing") == UNREADABLE)
        .group_by(pl.col("raw").str.strip_chars(), maintain_order=True)
        .agg(pl.col("row").first(), pl.col("school").first(), pl.len().alias("count"))
    )
    return [
        Problem(
            file=cells.file,
            row=row["row"],
            column=cells.column,
            school=row["school"],
            what=f"“{row['raw']}” is neither a number nor a known code ({counted(row['count'], 'cell')}).",
            remedy="Correct the cells, or say what the code means.",
            left_out=row["count"],
        )
        for row in wrong.head(LISTED).iter_rows(named=True)
    ] + _say_the_rest(cells, wrong["count"].to_list(), "Cells that are neither a number nor a known code")


def _say_the_rest(cells: Cells, counts: list[int], what: str) -> list[Problem]:
    rest = sum(counts[LISTED:])
    if not rest:
        return []
    return [
        Problem(
            file=cells.file,
            column=cells.column,
            what=f"{what}: {rest} more.",
            remedy="Check that this is the right column.",
            left_out=rest,
        )
    ]


def notation(unsigned: pl.Series, *, cells: Cells, national: pl.Series | None) -> Notation:
    """Decide for a whole column, never by cell, whether shares are printed from 0 to 100 or 0 to 1.

    The rule, in order. A number above 1 means percentages, and so do zeros and ones alone. The
    country's own rows decide, if they are printed: no share that is read is as low as 1 %
    nationally. Fractions, if nine schools in ten usually have LARGE (3 %) or more, or if there
    are at least ENOUGH (30) numbers. Else it is unclear.
    """
    values = unsigned.drop_nulls()
    between = values.filter((values > 0) & (values < 1))
    if not len(between) or (values > 1).any():
        return "percentages"
    if national is not None and len(national.drop_nulls()):
        return "fractions" if (national.drop_nulls() <= 1).all() else "percentages"
    usual = cells.usual if cells.usual is not None else LARGE
    return "fractions" if usual >= LARGE or len(values) >= ENOUGH else "unclear"


def _as_percent(
    read: pl.DataFrame, cells: Cells, national: pl.Series | None
) -> tuple[pl.DataFrame, list[Problem]]:
    unsigned = read.filter(~pl.col("signed").fill_null(False))["value"]
    country = None
    if national is not None:
        rows = national.to_frame("raw").filter(~pl.col("raw").str.contains("%"))
        country = rows.select(number(pl.col("raw"))).to_series()
    found = notation(unsigned, cells=cells, national=country)
    if found == "percentages":
        return read, []
    count = counted(len(unsigned.drop_nulls()), "number")
    if found == "unclear":
        what = f"The column is a percentage, and it has {count}, all from 0 to 1: per cent or fractions?"
        remedy = "Read as per cent. Give the file with its national row, or print % signs, to be sure."
        return read, [Problem(file=cells.file, column=cells.column, what=what, remedy=remedy)]
    scaled = pl.when(pl.col("signed")).then(pl.col("value")).otherwise((pl.col("value") * 100).round(6))
    what = f"The column is a percentage, printed as fractions from 0 to 1: {count}."
    problem = Problem(
        file=cells.file,
        column=cells.column,
        what=what,
        remedy="Multiplied by 100, all of them.",
    )
    return read.with_columns(value=scaled), [problem]


def _within_limits(read: pl.DataFrame, cells: Cells) -> tuple[pl.DataFrame, list[Problem]]:
    low = cells.low if cells.low is not None else float("-inf")
    high = cells.high if cells.high is not None else float("inf")
    outside = ~pl.col("value").is_between(low, high) & pl.col("value").is_not_null()
    wrong = read.filter(outside)
    if not wrong.height:
        return read, []
    why = f"outside {low:g} to {high:g}"
    problems = [
        Problem(
            file=cells.file,
            row=row["row"],
            column=cells.column,
            school=row["school"],
            what=f"{row['value']:g} is {why}.",
            remedy="The figure was left out. Check it with the school.",
            left_out=1,
        )
        for row in wrong.head(LISTED).iter_rows(named=True)
    ] + _say_the_rest(cells, [1] * wrong.height, f"Figures {why}")
    kept = read.with_columns(
        value=pl.when(~outside).then(pl.col("value")),
        missing=pl.when(outside).then(pl.lit(why)).otherwise(pl.col("missing")),
    )
    return kept, problems

"""From what is printed in a cell to a number, or to the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from commonroom.sources.reading import Problem, counted

EMPTY = "empty in the file"
UNREADABLE = "not a number"
#: So many rows of one column are listed one by one; the rest are counted in one sentence.
LISTED = 10
#: So many shares, all between 0 and 1, cannot all be below one per cent.
ENOUGH = 30
#: A share that is usually this large nationally, in per cent, is not below one everywhere.
LARGE = 5.0


@dataclass(frozen=True)
class Cells:
    """Where numbers stand and what they may be.

    `share`: a percentage, so fractions are possible; `typical`: its usual national level in per
    cent; `low` and `high`: the limits that a figure may reach, both inclusive.
    """

    file: str
    column: str
    share: bool = False
    typical: float | None = None
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


def are_fractions(unsigned: pl.Series, *, cells: Cells, national: pl.Series | None) -> bool:
    """Decide for a whole column whether its shares are printed from 0 to 1 rather than 0 to 100.

    The rule, in order: a number above 1 means per cent. If all are 0 or 1, per cent. If the
    country's own rows are printed, they decide: all of them at most 1 and the share usually not
    so small. Else fractions, if the share is usually LARGE (5 %) or more nationally, or if there
    are at least ENOUGH (30) numbers, too many to be all below one per cent. Never by cell.
    """
    values = unsigned.drop_nulls()
    between = values.filter((values > 0) & (values < 1))
    if not len(between) or values.max() > 1:  # type: ignore[operator]
        return False
    typical = cells.typical if cells.typical is not None else LARGE
    if national is not None and len(national.drop_nulls()):
        return bool((national.drop_nulls() <= 1).all()) and typical > 1
    return typical >= LARGE or len(values) >= ENOUGH


def _as_percent(
    read: pl.DataFrame, cells: Cells, national: pl.Series | None
) -> tuple[pl.DataFrame, list[Problem]]:
    unsigned = read.filter(~pl.col("signed").fill_null(False))["value"]
    country = None
    if national is not None:
        rows = national.to_frame("raw").filter(~pl.col("raw").str.contains("%"))
        country = rows.select(number(pl.col("raw").str.strip_chars())).to_series()
    if not are_fractions(unsigned, cells=cells, national=country):
        return read, []
    count = len(unsigned.drop_nulls())
    scaled = pl.when(pl.col("signed")).then(pl.col("value")).otherwise((pl.col("value") * 100).round(6))
    problem = Problem(
        file=cells.file,
        column=cells.column,
        what=f"The column is a percentage, and {count} of its numbers are fractions from 0 to 1.",
        remedy="They were multiplied by 100, all of them.",
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

"""Figures and schools from one file whose kind and columns are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from commonroom.panel.measures import Measure
from commonroom.sources import numbers
from commonroom.sources.england import recognise, schools
from commonroom.sources.england.definition import Definition, Figure, Kind, limits
from commonroom.sources.files import ROW, Sheet
from commonroom.sources.reading import Problem, Reading, counted, list_problems
from commonroom.tables import sources as tables

#: Codes of rows that are about the country, in the columns that otherwise hold a number or code.
NATIONAL = ("NAT", "ENG", "ENGLAND")


@dataclass(frozen=True)
class Context:
    """What is known besides the file: definition, measures, and the year (None: in each row)."""

    definition: Definition
    measures: Mapping[str, Measure]
    year: int | None


def read(sheet: Sheet, *, kind: Kind, context: Context) -> Reading:
    """Read a file of one kind; problems are collected, never raised."""
    release = recognise.release(kind, sheet.name, context.year)
    rows, national, problems = _split(sheet, kind)
    problems = [*sheet.problems, *problems]
    if kind.footer and not national.height:
        problems.append(
            Problem(
                file=sheet.name,
                what="There is no national row, which this publication has at its end.",
                remedy="It may have been cut off, or be an extract: compare it with the download.",
            )
        )
    found: list[pl.DataFrame] = []
    for figure in kind.figures:
        frame, said = _read_figure(rows, national, figure=figure, sheet=sheet, context=context)
        problems += said
        if frame is not None:
            found.append(frame.with_columns(phase=pl.lit(kind.phase), release=pl.lit(release)))
    figures = [frame.select(list(tables.FIGURES.schema)) for frame in found]
    return Reading(
        schools=schools.read(rows, kind=kind, definition=context.definition, release=release),
        figures=pl.concat([tables.FIGURES.empty(), *figures]),
        problems=list_problems(problems),
    )


def _split(sheet: Sheet, kind: Kind) -> tuple[pl.DataFrame, pl.DataFrame, list[Problem]]:
    """Rows about schools, rows about the country; those about authorities are set aside."""
    frame = sheet.frame
    for column, values in kind.rows.items():
        # A long file without the column has only the rows that are wanted.
        if column in frame.columns and column != "GEOGRAPHIC_LEVEL":
            frame = frame.filter(pl.col(column).is_in(values))
    numbered = frame.with_columns(
        school=schools.number(next(name for name in kind.school if name in frame.columns)),
        year=_year_of_rows(kind, frame),
    )
    rows = numbered.filter(pl.col("school").is_not_null())
    rest = numbered.filter(pl.col("school").is_null())
    national = rest.filter(_is_national(rest, kind))
    problems = []
    if rest.height:
        problems.append(
            Problem(
                file=sheet.name,
                what=f"{counted(rest.height, 'row')} about an authority or the country, not a school.",
                remedy="Set aside; nothing to do.",
            )
        )
    return rows, national, problems


def _is_national(rest: pl.DataFrame, kind: Kind) -> pl.Expr:
    if "GEOGRAPHIC_LEVEL" in rest.columns:
        return pl.col("GEOGRAPHIC_LEVEL") == "National"
    codes = kind.facts["authority_code"]
    places = [name for name in (*kind.school, *codes) if name in rest.columns]
    named = pl.any_horizontal(
        pl.col(place).str.to_uppercase().is_in(NATIONAL).fill_null(False) for place in places
    )
    blank = pl.all_horizontal(pl.col(place).fill_null("") == "" for place in places)
    return named | blank


def _year_of_rows(kind: Kind, frame: pl.DataFrame) -> pl.Expr:
    """The year in which the school year of each row ends; 202425 is 2025. Null: the file's."""
    if kind.period is None:
        return pl.lit(None, dtype=pl.Int32)
    text = pl.col(kind.period).str.strip_chars().str.slice(0, 4)
    return text.cast(pl.Int32, strict=False) + 1


def _read_figure(
    rows: pl.DataFrame,
    national: pl.DataFrame,
    *,
    figure: Figure,
    sheet: Sheet,
    context: Context,
) -> tuple[pl.DataFrame | None, list[Problem]]:
    column = figure.column(set(rows.columns), context.year)
    if column is None:
        return None, _say_missing(rows, figure=figure, sheet=sheet, year=context.year)
    for name, values in figure.when.items():
        rows = rows.filter(pl.col(name).is_in(values))
        national = national.filter(pl.col(name).is_in(values))
    cohort = next((name for name in figure.cohort if name in rows.columns), None)
    raw = rows.select(
        pl.col(ROW).alias("row"),
        "school",
        "year",
        pl.col(column).alias("raw"),
        cohort=numbers.number(pl.col(cohort)) if cohort else pl.lit(None, dtype=pl.Float64),
    )
    read, problems = numbers.parse(
        raw,
        cells=limits(figure, measures=context.measures, file=sheet.name, column=column),
        codes=context.definition.codes,
        national=national[column],
    )
    frame = read.with_columns(
        pl.coalesce("year", pl.lit(context.year, dtype=pl.Int32)).alias("year"),
        variable=pl.lit(figure.variable),
    )
    return frame.filter(pl.col("year").is_not_null()), problems


def _say_missing(rows: pl.DataFrame, *, figure: Figure, sheet: Sheet, year: int | None) -> list[Problem]:
    """A column that this vintage must have and that is not there, with what is spelt like it."""
    if figure.expected is None or year is None:
        return []
    first, last = figure.expected
    if not first <= year <= last:
        return []
    name = figure.columns[0].name
    others = [column for column in rows.columns if column not in (ROW, "school", "year")]
    return [
        Problem(
            file=sheet.name,
            column=name,
            what=f"The column {name} ({figure.variable}) is expected in {year} and is missing."
            + recognise.similar(name, others),
            remedy="Rename the column as it was published, or read the file without this figure.",
            left_out=rows.height,
        )
    ]

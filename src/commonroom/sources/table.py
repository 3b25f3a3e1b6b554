"""Any table: CSV, XLSX or Parquet, read through a mapping."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.sources import files, numbers, places
from commonroom.sources import mapping as mappings
from commonroom.sources.files import ROW, Sheet
from commonroom.sources.mapping import Columns, Mapping, PhaseColumn
from commonroom.sources.numbers import Cells
from commonroom.sources.reading import Problem, Reading, combine, counted, list_problems
from commonroom.tables import Table
from commonroom.tables import sources as tables
from commonroom.tables.panel import CONTEXT_VARIABLES

YEARS = (1980, 2100)


@dataclass(frozen=True)
class _Wanted:
    """One figure to read: where its text and its cohort are, and in which rows."""

    variable: str
    column: str
    cells: Cells
    label: str | None = None
    cohort: str | None = None
    year: int | None = None


def read(path: str | Path | Iterable[str | Path], *, mapping: str | Path | Mapping) -> Reading:
    """Read a table of schools through a mapping; its outcomes become measures of the reading.

    Arguments: `path`, a CSV, XLSX or Parquet file (or several of one form); `mapping`, a YAML file
    or a Mapping. Latitude and longitude become metres (`places.project`). Problems are collected;
    SaidToPeople is raised only if nothing can be used.
    """
    known = mappings.load(mapping)
    documents, copies = files.set_copies_aside(files.find(path))
    readings = [_read(files.open_sheet(document), known) for document in documents]
    if known.location is not None and known.location.latitude is not None:
        readings = places.project(readings)
    said = Reading(problems=list_problems(copies))
    return replace(combine([*readings, said]), measures=known.measures())


def _read(sheet: Sheet, known: Mapping) -> Reading:
    problems = [*sheet.problems, *_check_columns(sheet, known)]
    rows, said = _place_rows(sheet, known)
    problems += said
    found: list[pl.DataFrame] = []
    for wanted in _list_wanted(sheet, known):
        frame, said = _read_figure(rows, wanted, known)
        problems += said
        found.append(frame)
    figures = pl.concat([tables.FIGURES.empty(), *found])
    schools, said = _read_schools(rows, known, sheet.name)
    return Reading(
        schools=schools,
        figures=figures,
        links=_read_links(rows, known),
        problems=list_problems([*problems, *said]),
    )


def _named(columns: Columns) -> list[str]:
    return [columns] if isinstance(columns, str) else list(columns.values())


def _check_columns(sheet: Sheet, known: Mapping) -> list[Problem]:
    """Columns that the mapping names and the table lacks; refuse if it cannot do without."""
    present = [name for name in sheet.frame.columns if name != ROW]
    must = [known.school, *([known.year] if isinstance(known.year, str) else [])]
    must += [known.phase.column] if isinstance(known.phase, PhaseColumn) else []
    outcomes = [column for o in known.outcomes.values() for column in _named(o.column)]
    may = [column for columns in known.context.values() for column in _named(columns)]
    if known.long:
        must += [known.long.variable, known.long.value]
        outcomes, may = [], []
    elif not set(outcomes) & set(present):
        must += outcomes[:1]
    place = known.location.model_dump().values() if known.location else ()
    facts = (known.name, known.authority, known.authority_code, known.region, known.type)
    cohorts = (outcome.cohort for outcome in known.outcomes.values())
    may += [name for name in (*outcomes, *place, *facts, *cohorts, known.predecessor) if name]
    lacking = [name for name in must if name not in present]
    if lacking:
        raise SaidToPeople(
            f"the mapping names columns that the table does not have: {', '.join(lacking)}."
            + "".join(_similar(name, present) for name in lacking),
            where=sheet.name,
            remedy="Correct the mapping; `commonroom sources suggest FILE` writes a first one.",
        )
    return [
        Problem(
            file=sheet.name,
            column=name,
            what=f"The mapping names the column {name}, which the table does not have."
            + _similar(name, present),
            remedy="Correct the mapping, or take the line out.",
            left_out=sheet.frame.height if name in outcomes else 0,
        )
        for name in dict.fromkeys(may)
        if name not in present
    ]


def _similar(name: str, present: list[str]) -> str:
    lower = {column.lower(): column for column in present}
    near = difflib.get_close_matches(name.lower(), lower, n=2, cutoff=0.5)
    return f" Similar to {name}: {', '.join(lower[n] for n in near)}." if near else ""


def _place_rows(sheet: Sheet, known: Mapping) -> tuple[pl.DataFrame, list[Problem]]:
    """Add school, year, phase and release to each row; say which rows cannot be placed."""
    text = pl.col(known.school).str.strip_chars()
    # Spreadsheets turn numbers of schools into decimals; leading zeros are part of a number.
    school = pl.when(text.str.contains(r"^\d+\.0$")).then(text.str.strip_suffix(".0")).otherwise(text)
    year = parse_year(pl.col(known.year)) if isinstance(known.year, str) else pl.lit(known.year)
    placed = sheet.frame.with_columns(
        pl.when(school != "").then(school).alias("__school__"),
        year.cast(pl.Int32).alias("__year__"),
        _phase(known).alias("__phase__"),
        pl.lit(known.title).alias("__release__"),
    )
    checks = [
        ("__school__", known.school, "no school number"),
        ("__year__", str(known.year), f"no year between {YEARS[0]} and {YEARS[1]}"),
        ("__phase__", "phase", "no phase that the mapping names"),
    ]
    problems = []
    for name, column, what in checks:
        if name == "__year__" and known.year is None:
            continue
        wrong = placed.filter(pl.col(name).is_null())
        if wrong.height:
            problems.append(
                Problem(
                    file=sheet.name,
                    row=wrong[ROW][0],
                    column=column,
                    what=f"{counted(wrong.height, 'row')} with {what}.",
                    remedy="Left out. Correct the rows or the mapping.",
                    left_out=wrong.height,
                )
            )
            placed = placed.filter(pl.col(name).is_not_null())
    if not placed.height:
        raise SaidToPeople(
            f"no row can be used: {problems[-1].what}",
            where=sheet.name,
            remedy="Check in the mapping which columns hold school, year and phase.",
        )
    return placed, problems


def parse_year(text: pl.Expr) -> pl.Expr:
    """The calendar year in which a school year ends: 2024 from 2024, 2023-24, 2023/2024, SY23-24."""
    span = text.str.extract_groups(r"(?:^|\D)(?:20)?(\d\d)\s*[-/–]\s*(?:20)?(\d\d)(?:\D|$)")
    start, end = (span.struct.field(n).cast(pl.Int32, strict=False) for n in ("1", "2"))
    whole = text.str.extract(r"(?:^|\D)((?:19|20)\d\d)(?:\D|$)").cast(pl.Int32, strict=False)
    found = pl.when(end == (start + 1) % 100).then(end + 2000).otherwise(whole)
    return pl.when(found.is_between(*YEARS)).then(found)


def _phase(known: Mapping) -> pl.Expr:
    if isinstance(known.phase, str):
        return pl.lit(known.phase)
    meanings = {text.strip().lower(): phase for text, phase in known.phase.values.items()}
    text = pl.col(known.phase.column).str.strip_chars().str.to_lowercase()
    return text.replace_strict(meanings, default=None, return_dtype=pl.String)


def _list_wanted(sheet: Sheet, known: Mapping) -> Iterator[_Wanted]:
    """Every figure that the mapping asks for and whose column is there."""
    specs: list[tuple[str, Columns, Cells, str | None]] = []
    for name, outcome in known.outcomes.items():
        low, high = outcome.limits
        cells = Cells(sheet.name, "", outcome.kind == "share", None, low, high)
        specs.append((name, outcome.column, cells, outcome.cohort))
    for name, columns in known.context.items():
        share = CONTEXT_VARIABLES[name][1] == "%"
        cells = Cells(sheet.name, "", share, None, 0.0, 100.0 if share else None)
        specs.append((name, columns, cells, None))
    present = set(sheet.frame.columns)
    for name, columns, cells, cohort in specs:
        years = {None: columns} if isinstance(columns, str) else columns
        for year, column in years.items():
            at = replace(cells, column=column)
            if known.long:
                wide = _Wanted(name, known.long.value, at, column, known.long.cohort, year)
            else:
                wide = _Wanted(name, column, at, None, cohort, year)
            if wide.column in present:
                yield wide


def _read_figure(rows: pl.DataFrame, wanted: _Wanted, known: Mapping) -> tuple[pl.DataFrame, list[Problem]]:
    if wanted.label is not None and known.long:
        rows = rows.filter(pl.col(known.long.variable).str.strip_chars() == wanted.label)
    cohort = wanted.cohort if wanted.cohort in rows.columns else None
    raw = rows.select(
        pl.col(ROW).alias("row"),
        pl.col("__school__").alias("school"),
        pl.coalesce(pl.lit(wanted.year, dtype=pl.Int32), "__year__").alias("year"),
        pl.col("__phase__").alias("phase"),
        pl.lit(wanted.variable).alias("variable"),
        pl.col(wanted.column).alias("raw"),
        numbers.number(pl.col(cohort)).alias("cohort")
        if cohort
        else pl.lit(None, dtype=pl.Float64).alias("cohort"),
        pl.col("__release__").alias("release"),
    )
    read, problems = numbers.parse(raw, cells=wanted.cells, codes=known.codes)
    return _fit(read, tables.FIGURES), problems


def _read_schools(rows: pl.DataFrame, known: Mapping, file: str) -> tuple[pl.DataFrame, list[Problem]]:
    """One row per school and year, the latest first, so that the latest facts are kept.

    A table of one's own is about the schools that are to be compared: they are all mainstream.
    """
    facts = {
        "name": known.name,
        "authority_code": known.authority_code or known.authority,
        "authority": known.authority or known.authority_code,
        "region": known.region,
        "type": known.type,
    }
    (east, north), problems = _locate(rows, known, file)
    present = set(rows.columns)
    text = {
        fact: pl.col(name).str.strip_chars() if name in present else pl.lit(None, dtype=pl.String)
        for fact, name in facts.items()
    }
    nothing = {"admissions": pl.String, "gender": pl.String}
    dates = {"opened": pl.Date, "closed": pl.Date}
    frame = rows.select(
        pl.col("__school__").alias("school"),
        *(expression.alias(fact) for fact, expression in text.items()),
        *(pl.lit(None, dtype=kind).alias(name) for name, kind in (nothing | dates).items()),
        pl.lit("mainstream").alias("kind"),
        pl.col("__release__").alias("release"),
        year="__year__",
        easting=east,
        northing=north,
    )
    frame = frame.sort("year", descending=True, nulls_last=True, maintain_order=True)
    return _fit(frame, tables.SCHOOLS).unique(maintain_order=True), problems


def _fit(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The columns of a table in order and type; keys may still repeat, which `combine` settles."""
    return frame.select(pl.col(name).cast(kind) for name, kind in table.schema.items())


def _locate(
    rows: pl.DataFrame, known: Mapping, file: str
) -> tuple[tuple[pl.Series, pl.Series], list[Problem]]:
    """East and north of each row, as the table has them; empty where it has no usable place."""
    nowhere = pl.Series([None] * rows.height, dtype=pl.Float64)
    place = known.location
    names = [] if place is None else [n for n in place.model_dump().values() if n]
    if place is None or not set(names) <= set(rows.columns):
        return (nowhere, nowhere), []
    in_degrees = place.latitude is not None
    # East comes first, as in easting and northing; the pole itself has no east.
    ranges = ((-180.0, 180.0), (-89.9, 89.9)) if in_degrees else ((None, None), (None, None))
    names = names[::-1] if in_degrees else names
    read, problems = [], []
    for name, (low, high) in zip(names, ranges, strict=True):
        raw = rows.select(row=ROW, school="__school__", raw=name)
        frame, said = numbers.parse(raw, cells=Cells(file, name, low=low, high=high), codes=known.codes)
        read.append(frame["value"])
        problems += said
    # 0, 0 is how many tables say that they do not know the place.
    somewhere = ((read[0] != 0) | (read[1] != 0)) & read[0].is_not_null() & read[1].is_not_null()
    east, north = (value.set(~somewhere.fill_null(False), None) for value in read)
    return (east, north), problems


def _read_links(rows: pl.DataFrame, known: Mapping) -> pl.DataFrame:
    if known.predecessor is None or known.predecessor not in rows.columns:
        return tables.LINKS.empty()
    before = pl.col(known.predecessor).str.strip_chars().str.strip_suffix(".0")
    links = rows.select(
        pl.col("__school__").alias("school"),
        before.alias("linked"),
        pl.lit("predecessor").alias("link"),
        pl.lit("one-to-one").alias("kind"),
        pl.lit(None, dtype=pl.Date).alias("date"),
        pl.col("__release__").alias("release"),
    ).filter(pl.col("linked").is_not_null() & (pl.col("linked") != ""))
    return tables.LINKS.check(links.unique(maintain_order=True))

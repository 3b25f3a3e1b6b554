"""England: the official files as downloaded, recognised by their columns, across vintages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.panel import measures
from commonroom.sources import files
from commonroom.sources.england import definition as definitions
from commonroom.sources.england import figures, recognise, schools
from commonroom.sources.england.definition import Definition, Kind
from commonroom.sources.files import Document, Sheet
from commonroom.sources.reading import Problem, Reading, combine, list_problems
from commonroom.tables import sources as tables

#: What is kept when two files say different things about a school or a figure: the first.
PRECEDENCE = ("gias", "information", "ees_ks4", "ees_ks4_2024", "ees_ks2", "ks4", "ks2", "absence", "census")
STATUS = ("final", "revised", "", "provisional")


def read(paths: str | Path | Iterable[str | Path], *, year: int | None = None) -> Reading:
    """Read official files of England: one, several, folders or zips, whatever they are called.

    Arguments: `paths`; `year`, the calendar year in which the school year ends, for files whose
    folder does not say it (2018-2019 is 2019). Every problem is collected in the result; only if
    nothing at all can be used is SaidToPeople raised. Source: definitions/sources/england.yaml.
    """
    known = definitions.load()
    measured = measures.load()
    readings: list[tuple[tuple[int, int, int], Reading]] = []
    codes: list[pl.DataFrame] = []
    documents, problems = files.set_copies_aside(files.find(paths))
    for document in documents:
        sheet, kind, said = _recognise(document, known)
        problems += said
        if sheet is None or kind is None:
            continue
        if kind.name == "codes":
            codes.append(schools.read_codes(sheet))
            continue
        when = (recognise.year(document.name) or year) if kind.has_one_year else None
        if kind.has_one_year and when is None:
            problems.append(_ask_year(sheet, kind))
            continue
        context = figures.Context(known, measured, when)
        readings.append((_place(kind, sheet), _read(sheet, kind, context)))
    if not readings:
        _refuse(problems)
    # The order in which files are given or found does not change which of them is believed.
    ordered = [reading for _, reading in sorted(readings, key=lambda pair: pair[0])]
    return _name_authorities(combine([*ordered, Reading(problems=list_problems(problems))]), codes)


def _recognise(document: Document, known: Definition) -> tuple[Sheet | None, Kind | None, list[Problem]]:
    try:
        sheet = files.open_sheet(document)
    except SaidToPeople as error:
        return None, None, [Problem(file=document.name, what=error.what, remedy=error.remedy)]
    columns = [name for name in sheet.frame.columns if name != files.ROW]
    capitals = files.unique_names([name.upper() for name in columns])
    frame = sheet.frame.rename(dict(zip(columns, capitals, strict=True)))
    kind = recognise.kind(capitals, known.kinds)
    if kind is None:
        used = [kind for kind in known.kinds if not kind.unused]
        return None, None, [recognise.describe_unknown(document.name, capitals, used)]
    if kind.unused:
        note = Problem(
            file=document.name,
            what=f"This is {kind.title}; nothing in it is used.",
            remedy="Leave it out, or leave it: it does no harm.",
        )
        return None, None, [] if kind.quiet else [note]
    return Sheet(document.name, frame, sheet.problems), kind, []


def _read(sheet: Sheet, kind: Kind, context: figures.Context) -> Reading:
    if kind.name == "links":
        return schools.read_links(sheet, release=recognise.release(kind, sheet.name, None))
    return figures.read(sheet, kind=kind, context=context)


def _place(kind: Kind, sheet: Sheet) -> tuple[int, int, int]:
    """Where a file stands in precedence: its kind, its status, and the fuller file before others."""
    place = PRECEDENCE.index(kind.name) if kind.name in PRECEDENCE else len(PRECEDENCE)
    return place, STATUS.index(recognise.status(sheet.name)), -sheet.frame.width


def _ask_year(sheet: Sheet, kind: Kind) -> Problem:
    return Problem(
        file=sheet.name,
        what=f"Of which school year is this file ({kind.title})? Neither folder nor name says it.",
        remedy="Put it in a folder named like 2018-2019, or give the year in which it ends (2019).",
        left_out=sheet.frame.height,
    )


def _refuse(problems: list[Problem]) -> None:
    """Raise one sentence with the first reasons, when no file could be used."""
    said = "; ".join(f"{Path(p.file).name}: {p.what.rstrip('.')}" for p in problems[:3])
    more = f"; and {len(problems) - 3} more" if len(problems) > 3 else ""
    raise SaidToPeople(
        f"no official file could be used ({said or 'only codes and descriptions'}{more}).",
        remedy=problems[0].remedy if problems else "Add performance tables or the census.",
    )


def _name_authorities(reading: Reading, codes: list[pl.DataFrame]) -> Reading:
    """Fill names and regions of authorities from the file of codes, where schools have none."""
    if not codes:
        return reading
    named = pl.concat(codes).unique("authority_code", keep="last", maintain_order=True)
    filled = reading.schools.join(named, on="authority_code", how="left", suffix="_of_code").with_columns(
        pl.coalesce("authority", "authority_of_code").alias("authority"),
        pl.coalesce("region", "region_of_code").alias("region"),
    )
    return replace(reading, schools=tables.SCHOOLS.check(filled))

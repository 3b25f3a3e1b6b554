"""From a date or a school year to the first results that work could touch."""

from __future__ import annotations

import datetime
import re

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.sources.agreed import cells
from commonroom.sources.agreed.cells import Reader

#: Month in which a school year begins.
BEGINS = 9
#: Month and day after which work is too late for the results of its school year: examinations begin in May,
#: and entries are made by the end of February.
LATEST_START = (3, 1)

_YEAR = re.compile(r"\d{4}(\.0+)?")
_SCHOOL_YEAR = re.compile(r"(\d{4})\s*[-/\u2013\u2014]\s*(\d{4}|\d{2})")
_MONTHS = ("%Y-%m", "%m/%Y", "%B %Y", "%b %Y")
_REMEDY = (
    "Write a date like 2018-09-01, a school year like 2018/19, or the calendar year in which it ends, "
    "like 2019."
)


def _first_day(text: str) -> datetime.date:
    """The day on which something started: of a school year, the first of September."""
    ends = _school_year(text)
    return _day(text) if ends is None else datetime.date(ends - 1, BEGINS, 1)


def _last_day(text: str) -> datetime.date:
    """The day on which something ended: of a school year, the last of August."""
    ends = _school_year(text)
    return _day(text) if ends is None else datetime.date(ends, BEGINS - 1, 31)


#: Reads when something started, or ended: a date, a school year, or the calendar year in which that ends.
START = Reader(_first_day, pl.Date)
ENDED = Reader(_last_day, pl.Date)


def first_results(day: pl.Expr) -> pl.Expr:
    """Return the calendar year of the first results that work starting on a day could touch.

    A day from September to August belongs to the school year that ends in the next summer. Its results come
    first, unless the work started after LATEST_START of it: then those of the next.
    """
    late = (day.dt.month() > LATEST_START[0]) | (
        (day.dt.month() == LATEST_START[0]) & (day.dt.day() > LATEST_START[1])
    )
    return (day.dt.year() + late.cast(pl.Int32)).cast(pl.Int32)


def school_year(day: pl.Expr) -> pl.Expr:
    """Return the calendar year in which the school year of a day ends."""
    return (day.dt.year() + (day.dt.month() >= BEGINS).cast(pl.Int32)).cast(pl.Int32)


def _school_year(text: str) -> int | None:
    """The calendar year in which a written school year ends; None for what is none."""
    found = None
    if _YEAR.fullmatch(text):
        found = int(text[:4])
    elif years := _SCHOOL_YEAR.fullmatch(text):
        first, second = int(years[1]), int(years[2])
        # 2018-09 is a month; that 2010-11 is one too does not matter: it is in the school year 2010/11.
        if second % 100 == (first + 1) % 100 and second in (first + 1, (first + 1) % 100):
            found = first + 1
    if found is not None and not cells.YEARS[0] <= found <= cells.YEARS[1]:
        raise SaidToPeople(f"“{text}” is no year that there are results of.", remedy=_REMEDY)
    return found


def _day(text: str) -> datetime.date:
    for form in _MONTHS:
        try:
            found = datetime.datetime.strptime(text, form).date()
        except ValueError:
            continue
        if cells.YEARS[0] <= found.year <= cells.YEARS[1]:
            return found
    try:
        day = cells.DAY.find(text)
    except SaidToPeople as error:
        raise SaidToPeople(f"“{text}” is no date and no school year.", remedy=_REMEDY) from error
    assert isinstance(day, datetime.date)  # noqa: S101 - what a reader of days returns
    return day

"""School facts, links between school numbers, and authority names, from the official files."""

from __future__ import annotations

import re

import polars as pl

from commonroom.sources.england.definition import Definition, Kind
from commonroom.sources.files import ROW, Sheet
from commonroom.sources.reading import Problem, Reading, counted, list_problems
from commonroom.tables import sources as tables

#: Coordinates of England on the national grid, in metres, with some sea around it.
EAST, NORTH = (50_000.0, 700_000.0), (1_000.0, 700_000.0)
WELSH = "Welsh establishment"
#: RECTYPE of special schools in the performance tables.
SPECIAL = "2"
_TEXT_FACTS = ("name", "authority_code", "authority", "region", "type", "admissions", "gender")
_LINK = re.compile(r"^(predecessor|successor)\b", re.IGNORECASE)


def number(column: str) -> pl.Expr:
    """A school number as text: 100053 from 100053, 100053.0 and " 100053 "; else null."""
    text = pl.col(column).str.strip_chars().str.strip_suffix(".0")
    return pl.when(text.str.contains(r"^\d{4,8}$")).then(text.str.strip_chars_start("0"))


def date(column: str) -> pl.Expr:
    """A date printed as 31-08-2012, 31/08/2012 or 2012-08-31; else null."""
    text = pl.col(column).str.strip_chars().str.replace_all("/", "-")
    return pl.coalesce(text.str.to_date("%d-%m-%Y", strict=False), text.str.to_date("%Y-%m-%d", strict=False))


def read(rows: pl.DataFrame, *, kind: Kind, definition: Definition, release: str) -> pl.DataFrame:
    """Return a frame of tables.sources.SCHOOLS from rows that have the column `school`."""
    columns = set(rows.columns)
    found = {
        fact: next(name for name in names if name in columns)
        for fact, names in kind.facts.items()
        if columns & set(names)
    }
    texts = [
        (_clean(found[fact]) if fact in found else pl.lit(None, dtype=pl.String)).alias(fact)
        for fact in _TEXT_FACTS
    ]
    east, north = (
        pl.col(found[fact]).cast(pl.Float64, strict=False)
        if fact in found
        else pl.lit(None, dtype=pl.Float64)
        for fact in ("easting", "northing")
    )
    dates = [
        (date(found[fact]) if fact in found else pl.lit(None, dtype=pl.Date)).alias(fact)
        for fact in ("opened", "closed")
    ]
    # A point outside England (0, 0 stands for "unknown") is no place.
    inside = east.is_between(*EAST) & north.is_between(*NORTH)
    special = pl.col("RECTYPE") == SPECIAL if "RECTYPE" in columns else pl.lit(False)
    frame = rows.select(
        "school",
        *texts,
        pl.when(inside).then(east).alias("easting"),
        pl.when(inside).then(north).alias("northing"),
        *dates,
        special.fill_null(False).alias("special"),
        pl.lit(release).alias("release"),
    ).filter(pl.col("type").fill_null("") != WELSH)
    kinds = _kinds(frame["type"], definition.school_kinds)
    plain = frame.with_columns(
        pl.col("authority_code").str.strip_suffix(".0").str.strip_chars_start("0"),
        pl.when("special").then(pl.lit("special")).otherwise(kinds).alias("kind"),
        _replace("admissions", definition.admissions),
        _replace("gender", definition.genders),
    )
    return tables.SCHOOLS.check(plain.unique("school", keep="first", maintain_order=True))


def _clean(column: str) -> pl.Expr:
    text = pl.col(column).str.strip_chars()
    return pl.when(text != "").then(text)


def _replace(column: str, meanings: dict[str, str]) -> pl.Expr:
    lower = {text.lower(): meaning for text, meaning in meanings.items()}
    text = pl.col(column).str.to_lowercase()
    return text.replace_strict(lower, default=None, return_dtype=pl.String)


def _kinds(types: pl.Series, kinds: dict[str, tuple[str, ...]]) -> pl.Series:
    """The kind of school for each type: codes in capitals must be equal, words contained."""
    meanings = {text: _kind(text, kinds) for text in types.drop_nulls().unique()}
    return types.replace_strict(meanings, default=None, return_dtype=pl.String)


def _kind(text: str, kinds: dict[str, tuple[str, ...]]) -> str | None:
    for kind, words in kinds.items():
        for word in words:
            if text == word if word.isupper() else word.lower() in text.lower():
                return kind
    return None


def read_links(sheet: Sheet, *, release: str) -> Reading:
    """Read GIAS links: who is whose predecessor or successor, and how, with the date.

    Links of other kinds (sixth form centres, "result of amalgamation" said by both sides, changes
    of age range) name no direction; they are counted in the problems and not read.
    """
    rows = sheet.frame.with_columns(
        school=number("URN"),
        linked=number("LINKURN"),
        type=pl.col("LINKTYPE").str.strip_chars(),
        date=date("LINKESTABLISHEDDATE")
        if "LINKESTABLISHEDDATE" in sheet.frame.columns
        else pl.lit(None, dtype=pl.Date),
    )
    kept = rows.filter(
        pl.col("type").str.contains("(?i)^(predecessor|successor)")
        & pl.col("school").is_not_null()
        & pl.col("linked").is_not_null()
    )
    kinds = {text: _link(text) for text in kept["type"].unique()}
    links = kept.select(
        "school",
        "linked",
        pl.col("type").replace_strict({t: k[0] for t, k in kinds.items()}).alias("link"),
        pl.col("type").replace_strict({t: k[1] for t, k in kinds.items()}).alias("kind"),
        "date",
        pl.lit(release).alias("release"),
    )
    problems = list(sheet.problems)
    if others := rows.height - kept.height:
        problems.append(
            Problem(
                file=sheet.name,
                column="LinkType",
                what=f"{counted(others, 'link')} of another kind than predecessor or successor.",
                remedy="Not read: which number continues the other is not said.",
            )
        )
    return Reading(links=tables.LINKS.check(links), problems=list_problems(problems))


def _link(text: str) -> tuple[str, str]:
    match = _LINK.match(text)
    direction = match.group(1).lower() if match else ""
    lower = text.lower()
    for word, kind in (("merged", "merged"), ("amalgamated", "amalgamated"), ("split", "split")):
        if word in lower:
            return direction, kind
    return direction, "one-to-one" if lower == direction else "other"


def read_codes(sheet: Sheet) -> pl.DataFrame:
    """Read the file of authority and region codes: authority_code, authority, region."""
    code = "LEA" if "LEA" in sheet.frame.columns else "LA CODE"
    return (
        sheet.frame.sort(ROW)
        .select(
            pl.col(code).str.strip_chars().alias("authority_code"),
            pl.col("LA NAME").str.strip_chars().alias("authority"),
            pl.col("REGION NAME").str.strip_chars().alias("region"),
        )
        .unique("authority_code", keep="last", maintain_order=True)
    )

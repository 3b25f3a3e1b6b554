"""Inspection judgements: those that ship with the program, and those of a file (Ofsted's, or one's own)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.sources import bundled, files
from commonroom.sources.files import ROW, Sheet
from commonroom.sources.reading import Problem, counted, list_problems
from commonroom.tables.impact import JUDGEMENTS
from commonroom.tables.sources import PROBLEMS

#: What columns are called, in small letters, by Ofsted and by people; the first that is there is read.
COLUMNS = {
    "number": ("urn", "number", "school", "school number"),
    "date": (
        "inspection start date", "inspection start date of latest oeif graded inspection",
        "inspection date", "start date of inspection", "date",
    ),
    "judgement": (
        "overall effectiveness", "latest oeif overall effectiveness", "overall effectiveness judgement",
        "judgement", "rating", "grade",
    ),
    "phase": ("ofsted phase", "phase"),
}  # fmt: skip
NEEDED = ("number", "date", "judgement")
#: How a judgement is written; since September 2024 inspections of state schools end without one. Grade 3 was
#: "satisfactory" until August 2012.
WORDS = {
    "1": "outstanding", "2": "good", "3": "3", "4": "inadequate", "outstanding": "outstanding",
    "good": "good", "satisfactory": "satisfactory", "requires improvement": "requires improvement",
    "inadequate": "inadequate", "serious weaknesses": "inadequate", "special measures": "inadequate",
}  # fmt: skip
RENAMED = pl.date(2012, 9, 1)
PHASES = {
    "primary": "primary", "middle deemed primary": "primary", "secondary": "secondary",
    "middle deemed secondary": "secondary", "all-through": "secondary",
}  # fmt: skip
DATES = ("%d/%m/%Y", "%Y-%m-%d", "%d-%m-%Y", "%d %B %Y")


@dataclass(frozen=True)
class Judgements:
    """Judgements (tables.impact.JUDGEMENTS) by number and date, and the problems found on the way."""

    rows: pl.DataFrame
    problems: pl.DataFrame


def ship(folder: Path = bundled.FOLDER) -> Judgements:
    """Read the judgements that ship with the program; raises SaidToPeople when they cannot be read."""
    try:
        rows = pl.read_parquet(folder / "judgements.parquet")
    except (OSError, pl.exceptions.PolarsError) as error:
        raise SaidToPeople(
            f"the bundled judgements cannot be read ({error}).",
            where=str(folder),
            remedy="Install commonroom again.",
        ) from None
    return Judgements(JUDGEMENTS.check(rows), PROBLEMS.empty())


def read(path: str | Path) -> Judgements:
    """Read judgements from a CSV, XLSX or Parquet file, a folder or a zip of them.

    Columns are found by name: Ofsted's management information is read as it is downloaded. Rows without a
    judgement of the four grades (not judged, no date, no number) are left out and counted; of two rows for a
    school and day the first is kept. Raises SaidToPeople where a column is missing or nothing is left.
    """
    documents, copies = files.set_copies_aside(files.find(path))
    frames, problems = [], copies
    for document in documents:
        frame, found = _read(files.open_sheet(document))
        frames.append(frame)
        problems += found
    rows = pl.concat(frames)
    kept = rows.unique(["number", "date"], keep="first", maintain_order=True)
    if twice := rows.height - kept.height:
        what = f"{counted(twice, 'row')} of a school and a day that had come before."
        problems.append(Problem(str(path), what, "The first was kept.", left_out=twice))
    if not kept.height:
        raise SaidToPeople(
            "no row has a school number, a date and one of the four judgements.",
            where=str(path),
            remedy="Give the file as Ofsted publishes it, or write 1 to 4 or the words.",
        )
    return Judgements(JUDGEMENTS.check(kept.sort("number", "date")), list_problems(problems))


def _read(sheet: Sheet) -> tuple[pl.DataFrame, list[Problem]]:
    """The judgements of one table, and what was left out of it."""
    names = _find_columns(sheet)
    text = {word: pl.col(name).str.strip_chars() for word, name in names.items()}
    day = text["date"].str.replace(r"[T ]\d\d:\d\d.*$", "")
    said = text["judgement"].str.to_lowercase().str.replace(r"\.0$", "")
    phase = text["phase"].str.to_lowercase() if "phase" in text else pl.lit(None, dtype=pl.String)
    rows = sheet.frame.select(
        pl.col(ROW),
        text["number"].str.replace(r"\.0$", "").replace("", None).alias("number"),
        pl.coalesce(day.str.to_date(form, strict=False) for form in DATES).alias("date"),
        said.replace_strict(WORDS, default=None, return_dtype=pl.String).alias("judgement"),
        phase.replace_strict(PHASES, default=None, return_dtype=pl.String).alias("phase"),
        pl.lit(sheet.name).alias("release"),
    )
    third = (
        pl.when(pl.col("date") < RENAMED)
        .then(pl.lit("satisfactory"))
        .otherwise(pl.lit("requires improvement"))
    )
    rows = rows.with_columns(
        judgement=pl.when(pl.col("judgement") == "3").then(third).otherwise(pl.col("judgement"))
    )
    problems = list(sheet.problems)
    for word in NEEDED:
        wrong = rows.filter(pl.col(word).is_null())
        if wrong.height:
            problems.append(
                Problem(
                    file=sheet.name,
                    row=wrong[ROW][0],
                    column=names[word],
                    what=f"{counted(wrong.height, 'row')} without a {word} that can be read.",
                    remedy="Left out: an inspection without one of the four grades has none to count.",
                    left_out=wrong.height,
                )
            )
            rows = rows.filter(pl.col(word).is_not_null())
    return rows.drop(ROW), problems


def _find_columns(sheet: Sheet) -> dict[str, str]:
    """What the file calls each column; raises SaidToPeople where one is missing."""
    there = {" ".join(name.lower().split()): name for name in reversed(sheet.frame.columns) if name != ROW}
    found = {
        word: there[next(text for text in texts if text in there)]
        for word, texts in COLUMNS.items()
        if any(text in there for text in texts)
    }
    missing = [COLUMNS[word][0] for word in NEEDED if word not in found]
    if missing:
        listed = ", ".join(reversed(there.values()))
        raise SaidToPeople(
            f"there is no column {' or '.join(missing)}; the columns are {listed}.",
            where=sheet.name,
            remedy="Write these names in the first row of the table; the rest may stay as it is.",
        )
    return found

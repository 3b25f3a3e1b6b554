"""A table of people's own: its columns found by name, and all that is wrong in it said at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.sources import files
from commonroom.sources.agreed.words import HEADINGS
from commonroom.sources.files import ROW, Document, Sheet

#: So many things wrong are listed; the rest are counted. So many rows of one thing are named.
LISTED, NAMED = 20, 3
#: What the readers say of a row with more, or fewer, cells than the header.
RAGGED = re.compile(r"The row has (\d+) cells and the header has (\d+)\.")


@dataclass(frozen=True)
class Slip:
    """One thing to be mended: what and how, in which column, and in which rows of the spreadsheet."""

    what: str
    remedy: str
    column: str = ""
    rows: tuple[int, ...] = ()

    @property
    def place(self) -> str:
        """Rows and column, as a person looks for them: rows 3, 4 and 9, column theme."""
        shown = [f"{row:,}" for row in self.rows[:NAMED]]
        if len(self.rows) > NAMED:
            shown.append(f"{len(self.rows) - NAMED:,} more")
        listed = f"{', '.join(shown[:-1])} and {shown[-1]}" if len(shown) > 1 else "".join(shown)
        rows = f"row{'s' if len(self.rows) > 1 else ''} {listed}" if shown else ""
        return ", ".join(part for part in (rows, f"column {self.column}" if self.column else "") if part)


@dataclass(frozen=True)
class Rows:
    """The rows of a table: `row` (as a spreadsheet counts them) and one column of text for each word.

    `headings` says what the file calls a word's column; a word without a column has empty cells.
    """

    file: str
    frame: pl.DataFrame
    headings: dict[str, str]
    needed: tuple[str, ...] = ()
    slips: tuple[Slip, ...] = ()

    def named(self, word: str) -> str:
        """What the file calls a column."""
        return self.headings.get(word, word)


def open(path: Path, *, needed: Sequence[str], more: Sequence[str] = ()) -> Rows:
    """Read a CSV, XLSX or Parquet file with a header; find its columns by name, in English or Welsh.

    Arguments: the `path` of one file; the words (HEADINGS) whose columns are `needed`, and those that
    are taken where they are there. Raises SaidToPeople when it is no table or a needed column is missing.
    """
    documents = files.find(path)
    if len(documents) != 1:
        raise SaidToPeople(
            f"there are {len(documents)} tables here.", where=str(path), remedy="Give one file."
        )
    document = documents[0]
    sheet = files.open_sheet(document)
    found = _find_columns(sheet, [*needed, *more])
    missing = [word for word in needed if word not in found]
    if missing:
        listed = ", ".join(name for name in sheet.frame.columns if name != ROW)
        raise SaidToPeople(
            f"there is no column {' or '.join(missing)}; the columns are {listed}.",
            where=document.name,
            remedy="Write these names in the first row of the table; the rest may stay as it is.",
        )
    texts = [_text([pl.col(name) for name in found.get(word, [])]).alias(word) for word in (*needed, *more)]
    number = (pl.col(ROW) + sheet.header).alias("row")
    frame = sheet.frame.select(number, *texts)
    headings = {word: names[0] for word, names in found.items()}
    return Rows(document.name, frame, headings, tuple(needed), tuple(_unread(document, sheet)))


def refuse(file: str, slips: Iterable[Slip]) -> None:
    """Raise SaidToPeople with all that is to be mended in a file, by row; do nothing where it is nothing."""
    found = sorted(dict.fromkeys(slips), key=lambda slip: (slip.rows[:1] or (0,), slip.column))
    if not found:
        return
    if len(found) == 1:
        slip = found[0]
        where = f"{file}, {slip.place}" if slip.place else file
        raise SaidToPeople(slip.what, where=where, remedy=slip.remedy)
    lines = [
        f"\n  {slip.place}: {slip.what} {slip.remedy}" if slip.place else f"\n  {slip.what} {slip.remedy}"
        for slip in found[:LISTED]
    ]
    if len(found) > LISTED:
        lines.append(f"\n  and {len(found) - LISTED:,} more.")
    raise SaidToPeople(
        f"{len(found):,} things are to be mended; nothing was read.{''.join(lines)}", where=file
    )


def plain(text: str) -> str:
    """A text in small letters without accents and punctuation, with single spaces."""
    flat = unicodedata.normalize("NFKD", text.casefold())
    letters = "".join(letter for letter in flat if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^\w]|_", " ", re.sub(r"['’`]", "", letters)).split())


def _find_columns(sheet: Sheet, words: Sequence[str]) -> dict[str, list[str]]:
    """The file's columns for each word, the one to be believed first; each column has one meaning."""
    there = [(plain(name), name) for name in sheet.frame.columns if name != ROW]
    found: dict[str, list[str]] = {}
    for word in words:
        names = [name for heading in HEADINGS[word] for text, name in there if text == heading]
        if names:
            found[word] = names
            there = [(text, name) for text, name in there if name not in names]
    return found


def _text(columns: Sequence[pl.Expr]) -> pl.Expr:
    """The first of several cells that has anything in it; empty where none has."""
    clean = [cell.str.replace_all(r"[\s\u00a0]+", " ").str.strip_chars() for cell in columns]
    return pl.coalesce(*(pl.when(cell != "").then(cell) for cell in clean), pl.lit(None, pl.String))


def _unread(document: Document, sheet: Sheet) -> list[Slip]:
    """Cells that the file has and the table does not: too many in a row, formulas without a result."""
    slips = []
    for problem in sheet.problems:
        widths = RAGGED.fullmatch(problem.what)
        if widths and int(widths[1]) > int(widths[2]):
            slips.append(
                Slip(
                    f"the row has {widths[1]} cells and the header has {widths[2]}.",
                    "Put quotation marks around a text with a comma in it.",
                    rows=((problem.row or 0) + sheet.header,),
                )
            )
    if cells := files.find_formulas(document):
        several = f" and {len(cells) - NAMED} more" if len(cells) > NAMED else ""
        slips.append(
            Slip(
                f"the formula in {', '.join(cells[:NAMED])}{several} was saved without its result.",
                "Open the file in a spreadsheet program and save it, or put the value there.",
            )
        )
    return slips

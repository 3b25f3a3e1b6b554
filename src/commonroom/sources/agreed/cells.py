"""From what is written in a cell to a school, theme, word, number or date, or to what is wrong with it."""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.sources import numbers as printed
from commonroom.sources.agreed.known import Known
from commonroom.sources.agreed.rows import Rows, Slip, plain

#: Years that a date may be in: another is a slip of the keyboard.
YEARS = (1990, 2100)
#: Days of a year: more is absurd of one school or one person.
YEAR = 366

#: What a spreadsheet shows in place of a result, and what stands for a letter that cannot be read.
ERROR = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!)")
UNREADABLE = "\ufffd"
EMPTY = ("the cell is empty.", "Fill it, or take the row out.")


@dataclass(frozen=True)
class Amount:
    """What a number may be: of what, from `low` to `high`, in which `unit`."""

    of: str
    unit: str
    high: float
    low: float = 0

    @property
    def range(self) -> str:
        """What it may be, in words."""
        return f"{self.of}, from {self.low:,.0f} to {self.high:,.0f}"

    def refuse(self, cell: str | None, number: float | None) -> tuple[str, str]:
        """What is wrong with a cell, and the remedy."""
        if cell is None:
            return EMPTY
        if number is None or cell.endswith("%"):
            return f"“{cell}” is not a number of {self.unit}.", "Write it in figures, such as 10."
        return f"{cell} {self.unit} cannot be.", f"Give {self.range}."


@dataclass(frozen=True)
class Reader:
    """How a cell is read: `find` takes its text and returns what it means, in a polars `type`.

    `find` raises SaidToPeople, without a place, for a text that means nothing.
    """

    find: Callable[[str], str | datetime.date]
    type: type[pl.DataType] = pl.String


def read(rows: Rows, readers: Mapping[str, Reader | Amount]) -> tuple[pl.DataFrame, list[Slip]]:
    """Return `row` and each column read by its reader, and a slip for all that cannot be read."""
    columns, slips = [rows.frame["row"]], list(rows.slips)
    for word, reader in readers.items():
        if isinstance(reader, Amount):
            column, found = _amounts(rows, word, reader)
        else:
            column, found = _texts(rows, word, reader)
        columns.append(column)
        slips += found
    return pl.DataFrame(columns), slips


def _texts(rows: Rows, word: str, reader: Reader) -> tuple[pl.Series, list[Slip]]:
    """One column read cell by cell, each text once."""
    places = rows.frame.select("row", text=word).group_by("text", maintain_order=True).agg("row")
    meanings: dict[str, str | datetime.date] = {}
    slips = []
    for text, where in places.iter_rows():
        try:
            if text is not None:
                _check_legible(text)
                meanings[text] = reader.find(text)
            elif word in rows.needed:
                raise SaidToPeople(EMPTY[0], remedy=EMPTY[1])
        except SaidToPeople as error:
            slips.append(Slip(error.what, error.remedy, rows.named(word), tuple(where)))
    if not meanings:
        return pl.Series(word, [None] * rows.frame.height, dtype=reader.type), slips
    values = rows.frame[word].replace_strict(meanings, default=None, return_dtype=reader.type)
    return values.alias(word), slips


def _check_legible(text: str) -> None:
    if UNREADABLE in text:
        raise SaidToPeople("a letter here cannot be read.", remedy="Save the file again as CSV UTF-8.")
    if ERROR.fullmatch(text):
        raise SaidToPeople(
            "the spreadsheet shows an error here in place of a value.",
            remedy="Mend the formula, or put the value there.",
        )


def _amounts(rows: Rows, word: str, amount: Amount) -> tuple[pl.Series, list[Slip]]:
    """One column of numbers, read as a whole: a table of minutes may have a million."""
    text, value = pl.col(word), printed.number(pl.col(word))
    good = value.is_between(amount.low, amount.high) & ~text.str.ends_with("%")
    wrong = text.is_null() if word in rows.needed else pl.lit(False)
    wrong = wrong | (text.is_not_null() & ~good.fill_null(False))
    places = (
        rows.frame.filter(wrong)
        .group_by(text, value.alias("value"), maintain_order=True)
        .agg(pl.col("row"))
        .select(word, "value", "row")
    )
    slips = [
        Slip(*amount.refuse(cell, number), rows.named(word), tuple(where))
        for cell, number, where in places.iter_rows()
    ]
    return rows.frame.select(value.alias(word)).to_series(), slips


def school(known: Known) -> Reader:
    """Read a school by its number or name."""

    def find(text: str) -> str:
        try:
            return known.look_up(text)
        except SaidToPeople as error:
            raise SaidToPeople(f"“{text}”: {error.what}", remedy=error.remedy) from None

    return Reader(find)


def partner(known: Known) -> Reader:
    """Read a school that takes part in some phase."""
    look_up = school(known).find

    def find(text: str) -> str:
        found = str(look_up(text))
        if not known.phases.get(found):
            raise SaidToPeople(
                f"“{text}” takes no part: only mainstream schools with results are compared.",
                remedy="Take the row out.",
            )
        return found

    return Reader(find)


def theme(known: Known) -> Reader:
    """Read a theme by its name or a label."""
    meanings = {_spell(name): one.name for one in known.themes for name in (*one.labels, one.name)}
    return _one_of(meanings, "theme", [one.name for one in known.themes], spell=_spell)


def word(meanings: Mapping[str, Iterable[str]], what: str) -> Reader:
    """Read one of a few words, each of which may be said in several ways."""
    spoken = {plain(text): meaning for meaning, texts in meanings.items() for text in texts}
    return _one_of(spoken, what, list(meanings))


def name(names: Iterable[str], what: str) -> Reader:
    """Read one of the names that there are, whatever its case and punctuation."""
    return _one_of({plain(text): text for text in names}, what, sorted(names))


def _day(text: str) -> datetime.date:
    written = re.sub(r"[T ]\d\d:\d\d(:\d\d)?.*$", "", text)
    found = None
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m/%y"):
        found = found or _parse(written, form)
    if found is None or not YEARS[0] <= found.year <= YEARS[1]:
        raise SaidToPeople(f"“{text}” is not a date.", remedy="Write it like 2026-11-30, or 30/11/2026.")
    return found


#: Reads a date: 2026-11-30, or 30/11/2026 with the day first.
DAY = Reader(_day, pl.Date)
#: Reads any text as it stands.
TEXT = Reader(str)


def _parse(text: str, form: str) -> datetime.date | None:
    try:
        return datetime.datetime.strptime(text, form).date()
    except ValueError:
        return None


def _spell(theme: str) -> str:
    """A theme as most people write it: Maths & English is mathematics and english."""
    return re.sub(r"\bmaths\b", "mathematics", plain(theme.replace("&", " and ")))


def _one_of(
    meanings: Mapping[str, str], what: str, names: Sequence[str], *, spell: Callable[[str], str] = plain
) -> Reader:
    def find(text: str) -> str:
        wanted = spell(text)
        if wanted in meanings:
            return meanings[wanted]
        near = difflib.get_close_matches(wanted, meanings, n=3, cutoff=0.6)
        offered = list(dict.fromkeys(meanings[other] for other in near))
        remedy = (
            f"Did you mean {' or '.join(offered)}?" if offered
            else f"Choose one of: {', '.join(names)}." if names
            else f"No {what} is known."
        )  # fmt: skip
        raise SaidToPeople(f"there is no {what} “{text}”.", remedy=remedy)

    return Reader(find)

"""A table from a file: CSV as any program writes it, or the first sheet of a workbook, within limits."""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

import openpyxl
from django.utils.translation import gettext as _

from commonroom.damage import DAMAGED
from commonroom.errors import SaidToPeople
from commonroom.web.files import naming, office, texts

#: Bytes of a file, rows and columns of its table, characters of a cell.
SIZE, ROWS, COLUMNS, CELL = 2 * 1024 * 1024, 2000, 60, 5000
SEPARATORS = ",;\t|"
#: So many rows are looked at for the names of the columns.
HEAD = 20
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2066-\u2069]"
)

Cells = list[str]


@dataclass(frozen=True)
class Table:
    """The names of columns, and the rows below with their number as a spreadsheet counts."""

    name: str
    heads: Cells
    rows: list[tuple[int, Cells]]


def read(file: BinaryIO, *, name: str, size: int) -> Table:
    """Return the table in a file; raise SaidToPeople, in one sentence, when there is none that can be read.

    Arguments: the `file`, open for reading; the `name` it came with; its `size` in bytes.
    """
    shown, extension = naming.clean(name)
    if size > SIZE:
        raise SaidToPeople(
            _("This file is larger than %(megabytes)d MB.") % {"megabytes": SIZE // 1024**2},
            where=shown,
            remedy=_("Send the events of a year or a term at a time."),
        )
    if extension not in ("csv", "txt", "tsv", "xlsx"):
        raise SaidToPeople(
            _("This is no table that can be read here."),
            where=shown,
            remedy=_("Save it as CSV or as an Excel workbook (xlsx), and send that."),
        )
    found = _workbook(file, shown) if extension == "xlsx" else _text(file, shown)
    return _table(shown, found)


def _table(name: str, lines: Iterable[tuple[int, Cells]]) -> Table:
    """The first row with two names is the header; empty rows are passed over."""
    filled = ((number, cells) for number, cells in lines if any(cells))
    head = next((cells for _n, cells in islice(filled, HEAD) if sum(map(bool, cells)) > 1), None)
    if head is None:
        raise SaidToPeople(
            _("There is no row with the names of columns."),
            where=name,
            remedy=_("Write the names of the columns in the first row, as in the example."),
        )
    rows = list(islice(filled, ROWS + 1))
    if len(rows) > ROWS:
        raise SaidToPeople(
            _("There are more than %(rows)d rows.") % {"rows": ROWS},
            where=name,
            remedy=_("Send the events of a year or a term at a time."),
        )
    if not rows:
        raise SaidToPeople(
            _("There is no row below the names of the columns."),
            where=name,
            remedy=_("Write a row for each event."),
        )
    return Table(name, head, rows)


def _text(file: BinaryIO, name: str) -> Iterator[tuple[int, Cells]]:
    texts.check_text(file, name)
    file.seek(0)
    whole = _decode(file.read())
    top = whole.split("\n", HEAD)[:HEAD]
    separator = max(SEPARATORS, key=lambda mark: sum(line.count(mark) for line in top))
    reader = csv.reader(io.StringIO(whole, newline=""), delimiter=separator)
    try:
        # A row is named by the line that it begins in, as an editor counts.
        begins = 1
        for cells in reader:
            yield begins, _clean(cells, name)
            begins = reader.line_num + 1
    except csv.Error:
        raise SaidToPeople(
            _("A cell does not end."),
            where=f"{name}, {_row(begins)}",
            remedy=_("Look for a quotation mark that is not closed, and send the file again."),
        ) from None


def _decode(content: bytes) -> str:
    """Text in UTF-16 by its mark, in UTF-8, or as Windows writes it."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _workbook(file: BinaryIO, name: str) -> Iterator[tuple[int, Cells]]:
    """Rows of the first sheet that has any."""
    file.seek(0)
    office.check(file, name)
    file.seek(0)
    try:
        # It warns of drop-down lists, colours and the like, which are not read.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = next(filter(any, _sheets(file)), [])
    except DAMAGED:
        raise texts.other(name) from None
    yield from ((number, _clean(cells, name)) for number, cells in enumerate(found, start=1))


def _sheets(file: BinaryIO) -> Iterator[list[Cells]]:
    """The rows of each sheet, as many as may be; of one with nothing in it none."""
    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    for sheet in book.worksheets:
        rows = sheet.iter_rows(values_only=True, max_row=ROWS + HEAD + 1, max_col=COLUMNS + 1)
        found = [[_written(cell) for cell in row] for row in rows]
        yield found if any(map(any, found)) else []


def _written(value: object) -> str:
    """What is written in a cell of a workbook; a day without a time as a day."""
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _clean(cells: Iterable[str], name: str) -> Cells:
    """Cells without spaces around them, what cannot be seen, and empty ones at the end."""
    found = [_UNSEEN.sub("", cell).replace("\xa0", " ").strip() for cell in cells]
    while found and not found[-1]:
        found.pop()
    if len(found) > COLUMNS or any(len(cell) > CELL for cell in found):
        raise SaidToPeople(
            _("A row has more than %(columns)d cells, or a cell more than %(letters)d letters.")
            % {"columns": COLUMNS, "letters": CELL},
            where=name,
            remedy=_("Look for a quotation mark that is not closed, and send the file again."),
        )
    return found


def _row(number: int) -> str:
    return _("row %(number)d") % {"number": number}

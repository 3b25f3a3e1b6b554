"""All of it as one workbook: a sheet of what it is, and a sheet for each kind of thing."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from commonroom.web.narrative.feeds.taking import cells
from commonroom.web.narrative.feeds.taking.about import Parcel

BOLD = Font(bold=True)
#: What a cell holds at most; longer text is whole in the archive.
LONGEST = 32_767


def workbook(parcel: Parcel) -> IO[bytes]:
    """Return the workbook, an open file that is gone once it is closed."""
    book = Workbook(write_only=True)
    about = book.create_sheet("README")
    about.column_dimensions["A"].width, about.column_dimensions["B"].width = 40, 100
    counts = {}
    for owned in parcel.kinds:
        sheet = book.create_sheet(owned.name)
        columns = cells.columns(owned)
        sheet.freeze_panes = "A3"
        # The first row is for people, the second for programs.
        _add(sheet, [column.label for column in columns], bold=True)
        _add(sheet, [column.name for column in columns])
        counts[owned.name] = 0
        for row in cells.rows(owned, parcel.school):
            counts[owned.name] += 1
            _add(sheet, row)
    for word, said in parcel.read_me(counts):
        _add(about, [word, said])
    made = tempfile.TemporaryFile()  # noqa: SIM115 - whoever sends it closes it
    book.save(made)
    made.seek(0)
    return made


def _add(sheet: WriteOnlyWorksheet, row: Sequence[Any], *, bold: bool = False) -> None:
    """Add a row whose texts are texts, whatever they begin with."""
    made = []
    for value in row:
        held = cells.safe(value)
        cell = WriteOnlyCell(sheet, value=held[:LONGEST] if isinstance(held, str) else held)
        if isinstance(held, str):
            cell.data_type = "s"
        if bold:
            cell.font = BOLD
        made.append(cell)
    sheet.append(made)

"""What the tests of the sources share: writing files as people have them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import polars as pl
import pytest

Write = Callable[[str, str | bytes], Path]

#: Rows of official files, as published (see its README).
FILES = Path(__file__).parent / "files"


@pytest.fixture
def official() -> Path:
    return FILES


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file into a folder of its own and return its path."""

    def written(name: str, content: str | bytes) -> Path:
        path = tmp_path / "given" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Write sheets of rows as an Excel workbook and return its path."""

    def written(*sheets: list[list[object]]) -> Path:
        book = openpyxl.Workbook()
        for rows in sheets:
            sheet = book.create_sheet()
            for row in rows:
                sheet.append(row)
        book.remove(book.worksheets[0])
        path = tmp_path / "table.xlsx"
        book.save(path)
        return path

    return written


@pytest.fixture
def one() -> Callable[..., tuple[float | None, str | None]]:
    """The value of one figure and why it is missing."""

    def found(
        figures: pl.DataFrame, school: str, variable: str, year: int | None = None
    ) -> tuple[float | None, str | None]:
        rows = figures.filter((pl.col("school") == school) & (pl.col("variable") == variable))
        if year is not None:
            rows = rows.filter(pl.col("year") == year)
        (row,) = rows.select("value", "missing").rows()
        return row

    return found

"""Lists that people take away as CSV files."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable, Sequence
from typing import Any

from django.http import HttpResponse

#: What a spreadsheet program would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def answer(name: str, heads: Sequence[Any], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """Return a CSV file called `name`, its formulas disarmed, as spreadsheet programs open it."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.write("\ufeff")
    writer = csv.writer(response, lineterminator="\r\n")
    for row in (heads, *rows):
        writer.writerow([_cell(one) for one in row])
    return response


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA) else text

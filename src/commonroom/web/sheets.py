"""Lists that people take away as CSV files."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from django.http import HttpResponse

#: What a spreadsheet program would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def answer(name: str, columns: Mapping[str, str], things: Iterable[Any]) -> HttpResponse:
    """Return a CSV file of things called `name`: for each column, the attribute (a.b) that it holds."""
    found = [attrgetter(attribute) for attribute in columns.values()]
    return write(name, tuple(columns), ([get(one) for get in found] for one in things))


def write(name: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
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

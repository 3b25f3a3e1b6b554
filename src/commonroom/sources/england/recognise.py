"""What a file is, by its columns; what it looks like when it is nothing known; which year it is."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from commonroom.sources.england.definition import Kind
from commonroom.sources.reading import Problem

#: A school year in a path: 2018-2019, 2018-19, 2018_2019, 201819.
_YEAR = re.compile(r"(?<!\d)(20\d\d)[-_/ ]?(20)?(\d\d)(?!\d)")
#: So much of a kind's first group of columns has to be there for a file to look like it.
_ALIKE = 0.5


def kind(columns: Iterable[str], kinds: Iterable[Kind]) -> Kind | None:
    """The first kind of which every group of needed columns has one among `columns`, or None."""
    present = set(columns)
    return next((k for k in kinds if all(present & set(group) for group in k.needs)), None)


def describe_unknown(name: str, columns: list[str], kinds: Iterable[Kind]) -> Problem:
    """Say of a file that is no known kind what it looks most like, and which column is missing."""
    present = set(columns)

    def likeness(candidate: Kind) -> tuple[float, int]:
        met = sum(bool(present & set(group)) for group in candidate.needs)
        return met / len(candidate.needs), len(present & candidate.columns)

    best = max(kinds, key=likeness)
    if likeness(best)[0] < _ALIKE:
        shown = ", ".join(columns[:6])
        return Problem(
            file=name,
            what=f"This is none of the official files that are read; it begins with {shown}.",
            remedy="Take it out, or read it with a mapping (commonroom sources suggest FILE).",
        )
    group = next(group for group in best.needs if not present & set(group))
    return Problem(
        file=name,
        column=group[0],
        what=f"It looks like {best.title}, but the column {' or '.join(group[:3])} is missing."
        + similar(group[0], columns),
        remedy="Rename the column as it was published, or download the file again.",
    )


def similar(column: str, columns: list[str]) -> str:
    """A sentence naming the columns that are spelt most like `column`; empty if none is."""
    near = difflib.get_close_matches(column, columns, n=2, cutoff=0.6)
    return f" Similar is there: {', '.join(near)}." if near else ""


def year(name: str) -> int | None:
    """The calendar year in which the school year of a path ends; the last one that is written."""
    found = [int(start) + 1 for start, _, end in _YEAR.findall(name) if (int(start) + 1) % 100 == int(end)]
    return found[-1] if found else None


def status(name: str) -> str:
    """final, revised or provisional, if the file's name says it; this is only a label."""
    file = name.rsplit("/", 1)[-1].lower()
    return next((word for word in ("provisional", "revised", "final") if word in file), "")


def release(kind: Kind, name: str, year: int | None) -> str:
    """The publication that a figure comes from, as it is printed beside it."""
    parts = ["DfE " + kind.title, status(name), f"{year - 1}/{year % 100:02d}" if year else ""]
    return ", ".join(part for part in parts if part)

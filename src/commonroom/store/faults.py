"""What is said about rows that cannot be summed: the column, the first of them, and the remedy."""

from __future__ import annotations

from commonroom.errors import CommonroomError, SaidToPeople
from commonroom.store.statement import LARGE, NEGATIVE, Reason
from commonroom.tables.sums import Plan

#: Most rows that a sentence shows.
SHOWN = 3

#: Where a row is ("line 4", "row 17"; empty where rows have no order) and the text that is there.
Row = tuple[str, str]


class TooLargeError(CommonroomError):
    """A product does not fit the whole numbers that exact sums are made of."""


def text(column: str, rows: list[Row], *, where: str) -> SaidToPeople:
    """Say that a column of numbers has texts in it."""
    code = next(iter(rows), ("", "NA"))[1]
    return SaidToPeople(
        f"column {column} has text where a number should be: {show(rows)}.",
        where=where,
        remedy=f"Mend it, or say that it means missing: --missing {code!r}.",
    )


def refuse(reason: Reason, pupils: int, rows: list[Row], *, plan: Plan, where: str) -> SaidToPeople:
    """Say that a column has infinite values, values too large to be exact, or negative weights."""
    count = f"{pupils:,} pupil{'s' if pupils > 1 else ''}"
    shown = f": {show(rows)}" if rows else ""
    if reason.kind == NEGATIVE:
        what, remedy = (
            f"the weight {reason.column} is negative for {count}{shown}.",
            "Give weights of 0 or more.",
        )
    elif plan.decimals is not None and rows and not any("inf" in text.lower() for _, text in rows):
        what = f"column {reason.column} is too large for sums to {plan.decimals} decimals for {count}{shown}."
        remedy = "Ask for fewer decimals, or divide the column."
    else:
        what = f"column {reason.column} is infinite for {count}{shown}."
        remedy = "Leave the value empty, or put the right one there."
    assert reason.kind in (LARGE, NEGATIVE)  # noqa: S101 - others are counted, not refused
    return SaidToPeople(what, where=where, remedy=remedy)


def too_large(plan: Plan, *, where: str) -> SaidToPeople:
    """Say that sums leave the numbers that they are kept in."""
    kept = "a double" if plan.decimals is None else f"38 digits with {plan.decimals} decimals of every value"
    return SaidToPeople(
        f"the sums do not fit {kept}.",
        where=where,
        remedy="Ask for fewer decimals, or divide the largest column.",
    )


def show(rows: list[Row]) -> str:
    """Return the first rows as words: line 4 ('n/a'), line 9 ('-')."""
    return ", ".join(f"{place} ({text!r})" if place else repr(text) for place, text in rows[:SHOWN])


def other_type(school: str, first: tuple[str, str], other: tuple[str, str]) -> SaidToPeople:
    """Say that two parts, each with what its school column holds, do not name schools alike."""
    return SaidToPeople(
        f"the school column {school} is {first[1]} here and {other[1]} in {other[0]}.",
        where=first[0],
        remedy="Write it the same in every part, as text if it has leading zeros.",
    )


def unreadable(where: str, reason: str) -> SaidToPeople:
    """Say that a file cannot be read to its end."""
    return SaidToPeople(
        f"the file is cut off or damaged ({reason}).", where=where, remedy="Copy it again from where it came."
    )

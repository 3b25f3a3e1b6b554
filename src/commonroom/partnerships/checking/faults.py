"""Faults of a plan, in words."""

from __future__ import annotations

import polars as pl

from commonroom.errors import CommonroomError

#: Rounding of days, minutes and kilometres that is let pass.
SLACK = 1e-6
#: Faults that are said; the others are counted.
SAID = 5
#: What says which row is meant.
NAMES = ("receiver", "phase", "theme", "provider")


class BrokenError(CommonroomError):
    """A plan breaks a rule that it was made under: a fault of the program, never of its user."""


def over(rule: str, whose: str, used: float, cap: float) -> str:
    """Say which cap is broken, whose it is, and by how much."""
    return f"{rule} of {whose}: {used:g} where {cap:g} are allowed, {used - cap:g} too many"


def name(frame: pl.DataFrame, fault: str) -> list[str]:
    """Say a fault of each row."""
    rows = frame.select(NAMES).sort(NAMES).iter_rows()
    return [f"{fault}: {', '.join(map(str, row))}" for row in rows]


def refuse(faults: list[str]) -> None:
    """Raise BrokenError when there is a fault."""
    if faults:
        more = f"; and {len(faults) - SAID} more" if len(faults) > SAID else ""
        raise BrokenError(f"The plan breaks its rules. {'; '.join(faults[:SAID])}{more}.")

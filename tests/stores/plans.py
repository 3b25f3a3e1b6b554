"""Small plans for the tests of their folder; as a program, records decisions in a process of its own.

Usage: python plans.py FOLDER NAME NUMBER. Records the decisions of that many pairs, one by one, said by NAME.
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import polars as pl

from commonroom.store import partnerships
from commonroom.store.partnerships import Manifest
from commonroom.tables import partnerships as tables

DAY = datetime.date(2026, 11, 22)


def propose(*pairs: tuple[str, str, str], state: str = "new", phase: str = "secondary") -> pl.DataFrame:
    """Proposals of (provider, receiver, theme), with figures that are hard to write down."""
    nothing: dict[str, object] = dict.fromkeys(tables.PROPOSALS.schema)
    rows = [
        nothing
        | {"provider": provider, "receiver": receiver, "theme": theme, "phase": phase, "state": state}
        | {"gain": 0.1 + 0.2, "km": 1e-7, "days": 10.0, "keys": True, "source": '=DfE \u2028 ŵ, "x"\n\''}
        for provider, receiver, theme in pairs
    ]
    return pl.DataFrame(rows, schema=tables.PROPOSALS.schema)


def say(
    *rows: tuple[str, str, str, str], by: str = "both", date: datetime.date = DAY, reason: str | None = None
) -> pl.DataFrame:
    """Decisions of (provider, receiver, theme, decision)."""
    nothing: dict[str, object] = dict.fromkeys(tables.DECISIONS.schema)
    found = [
        nothing
        | {"provider": provider, "receiver": receiver, "theme": theme, "decision": decision}
        | {"by": by, "date": date, "reason": reason}
        for provider, receiver, theme, decision in rows
    ]
    return pl.DataFrame(found, schema=tables.DECISIONS.schema)


def make_manifest(seed: int = 0) -> Manifest:
    """A manifest; another `seed` makes another plan."""
    return Manifest(
        evidence="0123456789ab", definitions={"partnerships": "ab"}, inputs={"said": "cd"}, seed=seed,
        date=DAY, switches={"way": "best", "threes": False, "phase": None},
    )  # fmt: skip


def write(folder: Path, seed: int = 0, *pairs: tuple[str, str, str]) -> partnerships.Written:
    """Write a plan with a page for each receiver."""
    proposals = propose(*(pairs or (("103", "104", "reading"), ("101", "102", "ebacc"))))
    pages = {f"pages/{school}.html": f"{school} {seed}".encode() for school in proposals["receiver"]}
    frames = {"proposals": proposals, "limits": tables.LIMITS.empty()}
    return partnerships.write(
        folder, frames, texts={**pages, "plan.html": b"plan"}, manifest=make_manifest(seed)
    )


if __name__ == "__main__":
    _, given, name, number = sys.argv
    for each in range(int(number)):
        partnerships.record(Path(given), say((f"P{each}", f"R{each}", "reading", "decline"), reason=name))

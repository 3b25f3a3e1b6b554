"""Small plans and results for the tests of their folder; as a program, stops while they are written.

Usage: python evaluations.py kill|fail plan|results TEMPLATE ROOT (see stores/interrupted.py).
"""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.store import impact
from commonroom.store.impact import Planned
from commonroom.tables import impact as tables
from stores.interrupted import interrupt

DAY = datetime.date(2026, 11, 22)
HASH = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4


def make_events(*schools: str) -> pl.DataFrame:
    """One receiver each, with a practice that a spreadsheet would take for a formula."""
    nothing: dict[str, object] = dict.fromkeys(tables.EVENTS.schema)
    rows = [
        nothing | {"school": school, "role": "receiver", "partnership": "A", "start": 2019, "practice": "=1"}
        for school in schools
    ]
    return pl.DataFrame(rows, schema=tables.EVENTS.schema)


def make_plan(plan: str = HASH, *, text: str = "question: does it help?\n") -> Planned:
    """A plan of two schools."""
    return Planned(text, plan, make_events("101", "102"))


def make_finding(plan: str = HASH, *, effect: float = 0.1 + 0.2, **other: object) -> pl.DataFrame:
    """One finding."""
    nothing: dict[str, object] = dict.fromkeys(tables.FINDINGS.schema)
    row = nothing | {
        "plan": plan, "role": "receiver", "who": "North", "theme": "", "practice": "", "strength": 4,
        "measure": "attainment8", "effect": effect, "se": 0.1, "schools": 40, "date": DAY,
    }  # fmt: skip
    return pl.DataFrame([row | other], schema=tables.FINDINGS.schema)


def write_plan(folder: Path, plan: str = HASH) -> impact.Written:
    """Write a plan with its power and a page."""
    power = pl.DataFrame({"effect": [0.0, 0.1], "power": [0.025, 0.8]})
    return impact.write_plan(folder, make_plan(plan), frames={"power": power}, texts={"plan.html": b"plan"})


def write_results(folder: Path, effect: float = 0.1 + 0.2, plan: str = HASH) -> impact.Written:
    """Write results of one effect, with a page and a finding."""
    frames = {
        "effects": pl.DataFrame({"effect": [effect, float("nan")]}),
        "findings": make_finding(plan, effect=effect),
    }
    return impact.write_results(folder, frames, texts={"page.html": str(effect).encode()}, about={"seed": 1})


def run(what: str, folder: Path) -> str:
    """Write a plan, or results, and say in a word how it ended."""
    try:
        if what == "plan":
            write_plan(folder)
        else:
            write_results(folder, 2.0)
    except SaidToPeople:
        return "said"
    except BaseException as error:
        return repr(error)
    return "done"


if __name__ == "__main__":
    how, what, template, root = sys.argv[1:]
    interrupt(how, Path(template), Path(root), lambda folder: run(what, folder))

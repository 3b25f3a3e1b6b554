"""A made-up place of secondary schools, and what is planned in it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np
import polars as pl

from commonroom.impact import definition, outcomes, plan
from commonroom.impact.outcomes import Outcome
from commonroom.impact.plan import Asked, Facts, Plan
from commonroom.panel import Measure
from commonroom.panel.build import Panel
from commonroom.tables import impact as tables
from commonroom.tables import panel as tables_of_panel

DEFINITION = definition.load()
FACTS = Facts(date=datetime.date(2026, 11, 22), evidence="0123456789ab", seed=1)
MEASURE = Measure(
    name="score",
    label="Score",
    label_cy="Sgôr",
    meaning="Made up",
    unit="points",
    direction="higher",
    phase="secondary",
    low=0,
    high=100,
    kind="score",
    source="made up",
    date=datetime.date(2026, 11, 22),
)
YEARS = (2016, 2017, 2018, 2019)


def name(number: int) -> str:
    """The identity of a school by its number."""
    return f"{100 + number}"


def make_panel(schools: int = 40, years: Sequence[int] = YEARS) -> Panel:
    """A panel of mainstream schools with one figure a year, and a special school without any."""
    random = np.random.default_rng(0)
    rows = [
        {"school": name(school), "year": year, "phase": "secondary", "measure": "score", "group": "all"}
        | {"value": float(random.normal(50, 10)), "cohort": 100.0}
        for school in range(schools)
        for year in years
    ]
    places = [
        {"school": name(school), "kind": "mainstream" if school < schools else "special"}
        for school in range(schools + 1)
    ]
    return Panel(
        schools=pl.DataFrame(places, schema=tables_of_panel.SCHOOLS.schema),
        outcomes=pl.DataFrame(rows, schema=tables_of_panel.OUTCOMES.schema),
        context=tables_of_panel.CONTEXT.empty(),
        joins=tables_of_panel.JOINS.empty(),
        problems=pl.DataFrame(),
        left_out=pl.DataFrame(),
    )


def take(panel: Panel, measure: Measure = MEASURE) -> Outcome:
    """The outcome of the made-up measure."""
    return outcomes.take(panel, name="score", measures={"score": measure})


def make_events(*schools: int, start: int = 2018, role: str = "receiver", **more: object) -> pl.DataFrame:
    """One event each, of schools by number."""
    nothing: dict[str, object] = dict.fromkeys(tables.EVENTS.schema)
    rows = [
        nothing | {"school": name(n), "role": role, "partnership": "A", "start": start} | more
        for n in schools
    ]
    return pl.DataFrame(rows, schema=tables.EVENTS.schema)


def ask(panel: Panel, **other: object) -> Asked:
    """What is asked of the made-up panel."""
    asked: dict[str, object] = {"outcome": take(panel), "window": (2018, 2019)}
    return Asked(**(asked | other))  # type: ignore[arg-type]


def make_plan(panel: Panel, events: pl.DataFrame, **other: object) -> Plan:
    """A plan of the made-up panel."""
    return plan.make(ask(panel, **other), events=events, definition=DEFINITION, facts=FACTS)

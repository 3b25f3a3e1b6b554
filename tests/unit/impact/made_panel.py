"""A made-up panel of 160 schools in ten authorities, of which forty took part in made-up work."""

from __future__ import annotations

import numpy as np
import polars as pl

from commonroom.panel.build import Panel
from commonroom.tables import impact as tables
from commonroom.tables import panel

YEARS = (2015, 2016, 2017, 2018, 2019)
SCHOOLS, AREAS = 160, 10


def make(*, effect: float = 0.0, gained: int = 40, measure: str = "progress8", seed: int = 1) -> Panel:
    """Figures by context, school and luck; an `effect` from 2018 on, of the first schools."""
    random = np.random.default_rng(seed)
    names = [f"{100000 + number}" for number in range(SCHOOLS)]
    poor = random.uniform(5, 60, SCHOOLS)
    level = random.normal(0, 0.3, SCHOOLS) - 0.01 * (poor - 30)
    outcomes = []
    for number, school in enumerate(names):
        for year in YEARS:
            gain = effect if number < gained and year >= 2018 else 0.0
            outcomes.append(
                {
                    "school": school,
                    "year": year,
                    "phase": "secondary",
                    "measure": measure,
                    "group": "all",
                    "value": level[number] + random.normal(0, 0.15) + gain,
                    "cohort": 100.0 + 37 * number % 160,
                    "cohort_from": "published",
                    "numbers": school,
                    "release": f"made up {year}",
                }
            )
    context = [
        {
            "school": school,
            "year": year,
            "phase": "secondary",
            "context_year": year,
            "cohort_year": year,
            "disadvantaged": poor[number],
            "fsm6": poor[number] + 3 + number % 3,
            "pupils": 500.0 + 37 * number % 160,
            "prior": 28 - 0.02 * poor[number] + 0.01 * (number % 7),
            "release": "made up",
        }
        for number, school in enumerate(names)
        for year in YEARS
    ]
    return Panel(
        schools=_frame(
            panel.SCHOOLS,
            [
                {
                    "school": school,
                    "name": f"Made-up school {number}",
                    "authority_code": f"9{number % AREAS:02}",
                    "authority": f"Area {number % AREAS}",
                    "kind": "special" if number == SCHOOLS - 1 else "mainstream",
                    "easting": 400000.0 + 20000 * (number % AREAS) + 500 * (number // AREAS),
                    "northing": 300000.0 + 900 * (number // AREAS),
                    "in_system": number % AREAS < 3,
                    "numbers": 1,
                }
                for number, school in enumerate(names)
            ],
        ),
        outcomes=_frame(panel.OUTCOMES, outcomes),
        context=_frame(panel.CONTEXT, context),
        joins=panel.JOINS.empty(),
        problems=pl.DataFrame(),
        left_out=panel.LEFT_OUT.empty(),
    )


def events(*, receivers: int = 40, providers: int = 0, start: int = 2018) -> pl.DataFrame:
    """The first schools as receivers, two to a partnership, and those after them as providers."""
    rows = [
        (f"{100000 + number}", "receiver" if number < receivers else "provider", f"P{number // 2}", start)
        for number in range(receivers + providers)
    ]
    frame = pl.DataFrame(rows, schema=["school", "role", "partnership", "start"], orient="row")
    none = {name: pl.lit(None, dtype=kind) for name, kind in tables.EVENTS.schema.items()}
    return tables.EVENTS.check(
        frame.with_columns(**{name: none[name] for name in ("ended", "theme", "practice")})
    )


def _frame(table: panel.Table, rows: list[dict[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=table.schema)

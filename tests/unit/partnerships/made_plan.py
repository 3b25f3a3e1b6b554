"""A plan of the small system that keeps to everything, to be spoilt."""

from __future__ import annotations

import polars as pl

from commonroom.partnerships.checking import Given
from commonroom.tables import partnerships as tables
from unit.partnerships.small_system import A, B, C, D, E, F, ground, standing

#: A and D help each other; B helps E, C helps F.
PLAN = ((D, "reading", A), (E, "reading", B), (F, "mathematics", C), (A, "mathematics", D))
STANDING = standing(
    (D, "reading", "need"), (E, "reading", "need"), (F, "mathematics", "need"), (A, "mathematics", "need"),
    (F, "reading", "need"), (A, "reading", "strength"), (B, "reading", "strength"),
    (C, "mathematics", "strength"), (D, "mathematics", "strength"), keys=(F,),
)  # fmt: skip
#: Kilometres between schools next to each other, and minutes by road: 5 to start, 25 and 45 km an hour.
STEP, ROAD, START, SLOW, FAST, SLOW_KM = 3.0, 1.3, 5.0, 25.0, 45.0, 5.0


def minutes(km: float) -> float:
    """By hand: these roads are longer than the slow part and shorter than the fast one."""
    return START + SLOW_KM / SLOW * 60 + (ROAD * km - SLOW_KM) / FAST * 60


def proposals(*rows: tuple[str, str, str], **changes: object) -> pl.DataFrame:
    """Proposals of so many receivers, themes and providers; `changes` are columns."""
    there = ground().schools["school"].to_list()
    found = []
    for receiver, theme, provider in rows or PLAN:
        km = STEP * abs(there.index(receiver) - there.index(provider))
        both = not rows and {receiver, provider} == {A, D}
        swap = {"reading": "mathematics", "mathematics": "reading"}[theme] if both else None
        travel = {"km": km, "minutes": minutes(km), "travel": "distance", "days": 10.0, "swap": swap}
        found.append(
            {"receiver": receiver, "phase": "primary", "theme": theme, "provider": provider, **travel}
        )
    frame = pl.DataFrame(found, schema_overrides=tables.PROPOSALS.schema)
    missing = [
        pl.lit(None, dtype=column.type).alias(column.name)
        for column in tables.PROPOSALS.columns
        if column.name not in frame.columns
    ]
    return tables.PROPOSALS.check(frame.with_columns(missing).with_columns(**changes))


def given(**frames: pl.DataFrame) -> Given:
    """What was given: nothing, but for `frames`."""
    pair = dict.fromkeys(("receiver", "phase", "theme", "provider"), pl.String)
    nothing = {
        "statements": tables.STATEMENTS.empty(),
        "capacities": tables.CAPACITIES.empty(),
        "fixed": pl.DataFrame(schema=pair),
        "barred": pl.DataFrame(schema=pair),
    }
    return Given(**{**nothing, **frames})


def pairs(*rows: tuple[str, str | None, str | None, str]) -> pl.DataFrame:
    """Pairs that stand, or are barred: receiver, phase, theme, provider."""
    names = ("receiver", "phase", "theme", "provider")
    return pl.DataFrame(list(rows), schema=dict.fromkeys(names, pl.String), orient="row")


def capacities(*rows: tuple[str, str, float, str | None]) -> pl.DataFrame:
    """Days stated: kind, name, days and authority."""
    return pl.DataFrame(list(rows), schema=tables.CAPACITIES.schema, orient="row")

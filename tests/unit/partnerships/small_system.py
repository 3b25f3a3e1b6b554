"""A made-up system small enough to reckon by hand: six schools, two authorities, two themes."""

from __future__ import annotations

import polars as pl

from commonroom.partnerships import definition as definitions
from commonroom.partnerships.definition import Definition
from commonroom.partnerships.ground import Ground
from commonroom.tables import partnerships as tables

A, B, C, D, E, F = "100001", "100002", "100003", "100004", "100005", "100006"


def define(**changes: object) -> Definition:
    """Return the program's own definition with some parts changed (a dict changes fields of a part)."""
    parts = definitions.load().model_dump()
    for name, change in changes.items():
        parts[name] = {**parts[name], **change} if isinstance(change, dict) else change
    return Definition.model_validate(parts)


def ground(**trusts: str) -> Ground:
    """Return where the six schools are: A to C in Eastham, D to F in Westham; `trusts` by letter."""
    rows = [
        {
            "school": school,
            "phase": "primary",
            "name": f"School {letter}",
            "authority": "Eastham" if number < 3 else "Westham",
            "trust": trusts.get(letter),
            "easting": 400_000.0 + 3_000.0 * number,
            "northing": 400_000.0,
            "pupils": 300.0,
            "disadvantage": 20.0 * number,
        }
        for number, (letter, school) in enumerate(zip("ABCDEF", (A, B, C, D, E, F), strict=True))
    ]
    schema = {"trust": pl.String}
    return Ground(pl.DataFrame(rows, schema_overrides=schema), placed={}, calipers={})


def standing(*rows: tuple[str, str, str], keys: tuple[str, ...] = ()) -> pl.DataFrame:
    """Return standing from rows of school, theme and kind; effects of half an sd, sd 0.2."""
    frame = pl.DataFrame(
        [
            {
                "school": school,
                "phase": "primary",
                "theme": theme,
                "measure": "made_up",
                "effect": 0.5 if kind == "strength" else -0.5,
                "sd": 0.2,
                "probability": 0.994 if kind == "strength" else 0.006,
                "agreement": 1.0,
                "evidence": kind,
                "said": None,
                "kind": kind,
                "why": "evidence",
                "keys": school in keys,
                "cohort": 40.0,
                "spread": 10.0,
                "source": "made up",
            }
            for school, theme, kind in rows
        ],
        schema_overrides=tables.STANDING.schema,
    )
    return tables.STANDING.check(frame)


def edges(*rows: tuple[str, str, str, float]) -> pl.DataFrame:
    """Return candidates from rows of receiver, theme, provider and gain."""
    frame = pl.DataFrame(
        [
            {
                "receiver": receiver,
                "phase": "primary",
                "theme": theme,
                "provider": provider,
                "km": 3.0,
                "minutes": 15.0,
                "travel": "distance",
                "gain": gain,
                "gap": 0.5,
                "probability": 0.994,
                "distance": 0.5,
                "likeness": 0.88,
                "nearness": 0.85,
                "known": False,
            }
            for receiver, theme, provider, gain in rows
        ],
        schema_overrides=tables.EDGES.schema,
    )
    return tables.EDGES.check(frame)

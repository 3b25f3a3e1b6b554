"""A made-up plan of a few partnerships, with every kind of row that can be told of."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import polars as pl

from commonroom.narrative import Facts
from commonroom.narrative.partnerships import Shown, Told, show
from commonroom.narrative.partnerships.voice import Voice, speak
from commonroom.panel import measures, systems
from commonroom.partnerships.definition import Definition, load
from commonroom.tables import Table
from commonroom.tables import partnerships as tables

Row = dict[str, Any]
#: Number, name and authority; the first name must be escaped, and the last school has no place.
SCHOOLS = (
    ("1", "Abbey <b>& Mill", "Bolton"), ("2", "Birch", "Bury"), ("3", "Cedar", "Bolton"),
    ("4", "Dale", "Bury"), ("5", "Elm", None),
)  # fmt: skip
PROPOSAL: Row = {
    "receiver": "1", "phase": "secondary", "theme": "attainment", "provider": "2", "state": "new",
    "why": "evidence", "strength": "evidence", "keys": False, "km": 5.25, "minutes": 12.4,
    "travel": "distance", "gain": 0.1, "gain_low": 0.02, "gain_high": 0.2, "gap": 0.8, "gap_low": 0.4,
    "gap_high": 1.2, "probability": 0.97, "distance": 0.4, "likeness": 0.98, "nearness": 0.82,
    "measure": "attainment8", "spread": 10.0, "days": 10.0, "stays": 0.75, "cohort": 100.0,
    "provider_cohort": 90.0, "source": "Tables 2024; Tables 2025",
}  # fmt: skip
OTHER: Row = {
    "receiver": "1", "phase": "secondary", "theme": "attainment", "place": 1, "provider": "3",
    "costs": 0.05, "full": False, "gain": 0.08, "gap": 0.8, "probability": 0.9, "cohort": 100.0,
}  # fmt: skip
ALONE: Row = {
    "receiver": "3", "phase": "secondary", "theme": "attendance", "keys": False, "reason": "full",
    "provider": "2", "more_days": 10.0, "worth": 0.05, "gap": 0.7, "cohort": 80.0,
}  # fmt: skip
PLAN: Row = {
    "way": "best", "needs": 4, "helped": 3, "schools": 3, "schools_helped": 2, "candidates": 9,
    "keys_schools": 2, "keys_schools_helped": 1, "gain": 1.5, "gain_low": 0.2, "gain_high": 3.1,
    "loss": 2.0, "bound": 2.0, "shortfall": 0.0, "swaps": 1, "gini": 0.3, "redraws": 20,
    "regret": 0.031, "regret_high": 0.052,
}  # fmt: skip
STANDING: Row = {
    "school": "2", "phase": "secondary", "theme": "attainment", "measure": "attainment8", "effect": 0.5,
    "sd": 0.1, "probability": 0.97, "cohort": 90.0, "spread": 10.0, "source": "Tables 2025",
}  # fmt: skip
CHANGE: Row = {
    "receiver": "1", "phase": "secondary", "theme": "attainment", "before": "3", "now": "2",
    "why": "declined",
}  # fmt: skip
PROVIDER: Row = {
    "provider": "2", "days": 20.0, "days_from": "rule", "given": 10.0, "gives": 1, "receives": 0,
    "price": 0.0,
}  # fmt: skip


def fill(table: Table, *rows: Row) -> pl.DataFrame:
    """Return a frame of a table from rows that name only what matters."""
    return pl.DataFrame([dict.fromkeys(table.schema) | row for row in rows], schema=table.schema)


def frames() -> dict[str, pl.DataFrame]:
    """Return a small plan: two partnerships, one need alone, and everything that goes with them."""
    second = PROPOSAL | {"receiver": "4", "provider": "1", "theme": "attendance", "measure": "absence",
                         "keys": True, "state": "kept", "km": None, "travel": "matrix"}  # fmt: skip
    groups = [
        {"phase": "secondary", "by": by, "group": group, "needs": 4, "helped": 3, "gain": 0.1,
         "minutes": 12.0}
        for by, group in (("disadvantage", "4"), ("need", "not known"), ("keys", "yes"), ("all", "all"))
    ]  # fmt: skip
    groups.append(groups[0] | {"phase": "primary", "group": "1", "needs": 0, "helped": 0, "gain": None})
    ways = [{"way": way, "helped": 2, "gain": 1.25} for way in ("greedy", "stable")]
    return {
        "proposals": fill(tables.PROPOSALS, PROPOSAL, second),
        "alternatives": fill(tables.ALTERNATIVES, OTHER, OTHER | {"place": 2, "provider": "4"}),
        "unmatched": fill(tables.UNMATCHED, ALONE),
        "providers": fill(tables.PROVIDERS, PROVIDER, PROVIDER | {"provider": "1", "days_from": "stated"}),
        "limits": fill(
            tables.LIMITS,
            {"limit": "theme", "of": "2 > attainment", "cap": 3, "used": 3, "price": 0.02},
        ),
        "equity": fill(tables.EQUITY, *groups),
        "plan": fill(tables.PLAN, PLAN, *(PLAN | way for way in ways)),
        "changes": fill(tables.CHANGES, CHANGE),
        "standing": fill(tables.STANDING, STANDING, STANDING | {"school": "1", "effect": -0.6}),
    }


def told(**changed: Any) -> Told:
    """Return what the plan is told with; with some of it `changed`."""
    places = [
        {"school": number, "name": name, "authority": authority, "easting": 380_000 + 1000 * at,
         "northing": 400_000 + 700 * at}
        for at, (number, name, authority) in enumerate(SCHOOLS)
    ]  # fmt: skip
    places[-1] |= {"easting": None, "northing": None}
    schools = pl.DataFrame(places, schema_overrides={"easting": pl.Int64, "northing": pl.Int64})
    return replace(Told(facts(), schools, definition()), **changed)


@lru_cache(maxsize=1)
def facts() -> Facts:
    """Return the facts of a build of Greater Manchester."""
    return Facts(systems.load("greater-manchester"), datetime.date(2026, 11, 22), "0.1", measures.load())


@lru_cache(maxsize=1)
def definition() -> Definition:
    """Return what the program's own plans go by."""
    return load()


def voice(language: str = "en") -> Voice:
    """Return the voice of the made-up plan."""
    return speak(told(), language)  # type: ignore[arg-type]


def shown(**changed: pl.DataFrame) -> Shown:
    """Return the made-up plan as it may be shown, with some frames `changed`."""
    return show(frames() | changed)


def proposal(**changed: Any) -> Mapping[str, pl.DataFrame]:
    """Return the made-up plan with one proposal only, some of its figures `changed`."""
    return frames() | {"proposals": fill(tables.PROPOSALS, PROPOSAL | changed)}

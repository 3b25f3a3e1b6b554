"""A made-up evaluation: twelve schools that were helped and six that helped. Nothing in it is real."""

from __future__ import annotations

import datetime
from dataclasses import replace
from functools import lru_cache
from typing import Any

import polars as pl

from commonroom.impact import definition
from commonroom.impact.outcomes import Outcome
from commonroom.impact.plan import Asked, Facts, Plan, make
from commonroom.impact.power import Power
from commonroom.narrative import Facts as Built
from commonroom.narrative.impact import Shown, Told, show
from commonroom.narrative.impact.voice import Voice, speak
from commonroom.panel import measures, systems
from commonroom.tables import Table
from commonroom.tables import impact as tables

Row = dict[str, Any]
YEARS = (2016, 2017, 2018, 2019, 2023, 2024, 2025)
NAMES = (
    "Abbey <b>& Mill", "Birch", "Cedar", "Dale", "Elm", "Fern", "Gorse", "Hazel", "Ivy", "Juniper", "Knoll",
    "Larch", "Moss", "Nettle", "Oak", "Pine", "Quince", "Rowan",
)  # fmt: skip
TOWNS = ("Bolton", "Bury", "Oldham", "Rochdale")
JOINED = tuple(f"s{at:03}" for at in range(18))
OTHERS = tuple(f"c{at:03}" for at in range(60))
HEADLINE: Row = {
    "role": "receiver", "measure": "attainment8", "phase": "secondary", "effect": 0.21, "se": 0.08,
    "low": 0.05, "high": 0.37, "p": 0.011, "points": 2.1, "points_low": 0.5, "points_high": 3.7,
    "noise": 0.5, "noise_low": 0.12, "noise_high": 0.88, "smallest": 0.1, "detectable": 0.22, "schools": 11,
    "asked": 12, "clusters": 6, "comparison": 58, "inference": "comparison", "design": "matched",
    "first_year": 2024, "last_year": 2025, "planned": True, "strength": 3, "verdict": "helped",
    "reasons": "few_clusters+underpowered", "plan": "abc",
}  # fmt: skip
PROVIDER: Row = HEADLINE | {
    "role": "provider", "effect": -0.02, "se": 0.11, "low": -0.24, "high": 0.2, "p": 0.86, "points": -0.2,
    "points_low": -2.4, "points_high": 2.0, "noise": -0.05, "noise_low": -0.57, "noise_high": 0.48,
    "schools": 6, "asked": 6, "comparison": 31, "strength": 2, "verdict": "unclear",
    "reasons": "wide+few_schools",
}  # fmt: skip


def fill(table: Table, *rows: Row) -> pl.DataFrame:
    """Return a frame of a table from rows that name only what matters."""
    return pl.DataFrame([dict.fromkeys(table.schema) | row for row in rows], schema=table.schema)


def _events() -> list[Row]:
    return [
        {"school": school, "role": "receiver" if at < 12 else "provider", "partnership": f"P{at % 6}",
         "start": 2024, "theme": "attainment"}
        for at, school in enumerate(JOINED)
    ]  # fmt: skip


def _effects(row: Row) -> list[Row]:
    """Four years before the start, two after, and the effect in all."""
    shared = {name: row[name] for name in ("role", "schools", "clusters", "comparison", "inference")}
    found = [shared | {"aggregation": "simple", "at": 0} | _estimate(row["effect"], row["se"])]
    sizes = {-7: 0.03, -6: -0.04, -5: 0.02, -1: 0.0, 0: row["effect"] * 0.8, 1: row["effect"] * 1.2}
    found += [
        shared | {"aggregation": "dynamic", "at": at} | _estimate(effect, row["se"] if at != -1 else 0.02)
        for at, effect in sizes.items()
    ]
    found += [
        shared | {"aggregation": "calendar", "at": year} | _estimate(row["effect"], row["se"] * 1.2)
        for year in (2024, 2025)
    ]
    return [*found, shared | {"aggregation": "cohort", "at": 2024} | _estimate(row["effect"], row["se"])]


def _estimate(effect: float, se: float) -> Row:
    low, high = effect - 1.96 * se, effect + 1.96 * se
    return {
        "effect": effect, "se": se, "low": low, "high": high, "band_low": effect - 2.6 * se,
        "band_high": effect + 2.6 * se, "p": 0.04, "points": effect * 10, "points_low": low * 10,
        "points_high": high * 10, "noise": effect / 0.42,
    }  # fmt: skip


def _paths(role: str, lift: float) -> list[Row]:
    level = {2016: -0.35, 2017: -0.4, 2018: -0.42, 2019: -0.5, 2023: -0.62, 2024: -0.5, 2025: -0.45}
    sides = {"joined": lift, "comparison": 0.0, "nation": 0.0}
    rows = []
    for side, gain in sides.items():
        for year, base in level.items():
            value = 0.0 if side == "nation" else base + (gain if year >= 2024 else 0.0)
            rows.append(
                {"role": role, "side": side, "year": year, "value": value, "low": value - 0.12,
                 "high": value + 0.12, "points": 46 + 10 * value, "schools": 3000 if side == "nation" else 11}
            )  # fmt: skip
    return rows


def _comparisons() -> list[Row]:
    return [
        {"role": event["role"], "school": event["school"], "comparison": OTHERS[(at * 5 + step) % 60],
         "weight": 0.2, "distance": 0.2 + 0.05 * at, "path_distance": 0.2, "context_distance": 0.3,
         "family": step < 2, "minutes": 35.0 + step}
        for at, event in enumerate(_events())
        for step in range(5)
    ]  # fmt: skip


def _balance(role: str) -> list[Row]:
    names = ("path_1", "path_2", "path_3", "disadvantaged", "prior", "eal", "pupils")
    return [
        {"role": role, "variable": name, "joined": -0.5 + at, "pool": 0.1 + at, "comparison": -0.48 + at,
         "before": -0.62 + 0.05 * at, "after": -0.02 + 0.01 * at if name != "eal" else 0.14}
        for at, name in enumerate(names)
    ]  # fmt: skip


def _guards(role: str, effect: float) -> list[Row]:
    def row(guard: str, verdict: str, *, at: str = "", size: float | None = None, **more: Any) -> Row:
        told = {"role": role, "guard": guard, "at": at, "verdict": verdict, "schools": 11}
        return told | ({} if size is None else _estimate(size, 0.09) | {"p": None}) | more

    rows = [
        row("naive", "fails", size=0.34, why="misleads"),
        row("regression_to_mean", "shown", size=0.17, value=0.41, p=0.03, why="more_than_placebo"),
        row("pretrend", "shown", at="plain -6", size=-0.05, why="plain"),
        row("pretrend", "holds", at="held out -5", size=0.03, why="held_out"),
        row("honest", "shown", at="relative 0.5", size=effect, value=0.5, why="relative"),
        row("honest", "fails", at="relative undone", value=0.4, why="fragile"),
        row("placebo_date", "holds", at="1 before", size=0.02),
        row("permutation", "holds", p=0.021),
        row("wild", "cannot", why="too_few_clusters"),
        row("attrition", "holds", at="joined", value=0.02, why="few_lost"),
        row("closures", "holds", at="joined", value=0.0),
        row("interference", "holds", at="20 minutes", size=effect - 0.01),
        row("balance", "unclear", at="eal", value=0.14, why="unbalanced"),
    ]
    rows += [row("leave_one_out", "holds", at=f"P{at}", size=effect + 0.01 * at) for at in range(6)]
    return rows


def frames() -> dict[str, pl.DataFrame]:
    """Return the frames of the made-up evaluation, by name."""
    both = (HEADLINE, PROVIDER)
    mixed = [
        {"unit": "s000", "method": "synthetic", "year": year, "value": -0.4 + 0.3 * (year > 2023),
         "mix": -0.41, "gap": 0.01 + 0.3 * (year > 2023), "low": -0.2, "high": 0.2, "after": year > 2023}
        for year in YEARS
    ]  # fmt: skip
    lost: list[Row] = [
        {"role": "receiver", "side": "joined", "school": "s011", "why": "no_base", "year": 2023},
        *({"role": "receiver", "side": "comparison", "school": f"x{at}", "why": why, "year": None}
          for at, why in enumerate(("kind", "kind", "no_path", "near"))),
    ]  # fmt: skip
    return {
        "headline": fill(tables.HEADLINE, *both),
        "effects": fill(tables.EFFECTS, *(one for row in both for one in _effects(row))),
        "paths": fill(tables.PATHS, *_paths("receiver", 0.21), *_paths("provider", -0.02)),
        "comparisons": fill(tables.COMPARISONS, *_comparisons()),
        "balance": fill(tables.BALANCE, *_balance("receiver"), *_balance("provider")),
        "guards": fill(tables.GUARDS, *_guards("receiver", 0.21), *_guards("provider", -0.02)),
        "left_out": fill(tables.LEFT_OUT, *lost),
        "deviations": tables.DEVIATIONS.empty(),
        "synthetic": fill(tables.SYNTHETIC, *mixed),
        "events": fill(tables.EVENTS, *_events()),
        "power": pl.DataFrame({"effect": [0.0, 0.1, 0.2, 0.3, 0.4], "power": [0.05, 0.24, 0.71, 0.94, 0.99]}),
    }


@lru_cache(maxsize=4)
def planned(**changed: Any) -> Plan:
    """Return the made-up plan, dated before the results unless `changed`."""
    years = pl.DataFrame(
        {"year": [2019, 2023], "schools": [3000, 3000], "mean": [46.0, 46.0], "sd": [10.0, 10.0]}
    )
    outcome = Outcome(measures.load()["attainment8"], "secondary", pl.DataFrame(), years)
    asked = replace(
        Asked(outcome, (2024, 2025), roles=("receiver", "provider"), name="Reading together"), **changed
    )
    curve = pl.DataFrame({"effect": [0.1, 0.2, 0.3], "power": [0.24, 0.71, 0.94], "error": [0.01] * 3})
    seen = Power(0.8, 0.22, 0.02, curve, 0.05, 0.0, 0.08, 0.0, 200, (2018, 2019))
    return make(
        asked, events=fill(tables.EVENTS, *_events()), definition=definition.load(),
        facts=Facts(datetime.date(2023, 9, 1), "abc123", 5), power={"receiver": seen, "provider": seen},
    )  # fmt: skip


@lru_cache(maxsize=1)
def built() -> Built:
    """Return the facts of a build of Greater Manchester."""
    return Built(
        systems.load("greater-manchester"), datetime.date(2026, 11, 22), "0.1", measures.load(), "abc123"
    )


def told(**changed: Any) -> Told:
    """Return what the made-up evaluation is told with; with some of it `changed`."""
    rows = [(school, NAMES[at], TOWNS[at % 4]) for at, school in enumerate(JOINED)]
    rows += [(school, f"Comparison {at}", TOWNS[at % 3]) for at, school in enumerate(OTHERS)]
    schools = pl.DataFrame(rows, schema=["school", "name", "authority"], orient="row")
    base = Told(
        built(), schools, definition.load(), "Reading together", built().measures["attainment8"],
        "secondary", planned(),
        spread=10.0, pupils=pupils(), sources=("Tables 2024", "Tables 2025"),
    )  # fmt: skip
    return replace(base, **changed)


def pupils(**few: int) -> pl.DataFrame:
    """Return a hundred pupils behind each figure, or so `few` behind those of a school."""
    rows = [(school, year, float(few.get(school, 100))) for school in (*JOINED, *OTHERS) for year in YEARS]
    return pl.DataFrame(rows, schema=["school", "year", "cohort"], orient="row")


def shown(**changed: pl.DataFrame) -> Shown:
    """Return the made-up evaluation as it may be shown, with some frames `changed`."""
    return show(frames() | changed, pupils=pupils())


def voice(language: str = "en", **changed: Any) -> Voice:
    """Return the voice of the made-up evaluation."""
    return speak(told(**changed), language)  # type: ignore[arg-type]

"""The frames of an evaluation as they may be shown: figures about few pupils withheld, and marked as such."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from commonroom import disclosure
from commonroom.disclosure import PUPILS, Released, Rule
from commonroom.tables import Table
from commonroom.tables import impact as tables

Frames = Mapping[str, pl.DataFrame]

_ENDS = ("effect", "se", "low", "high")
_POINTS = ("points", "points_low", "points_high", "noise")
_OWN = (*_ENDS, "p", *_POINTS)
#: What may be shown of an evaluation: no figure about fewer than six pupils, whose schools are named.
RULES: dict[str, Rule] = {
    name: Rule(keys=keys, figures=dict.fromkeys(figures, "pupils"), official=True)
    for name, keys, figures in (
        ("headline", tables.HEADLINE.keys, (*_OWN, "noise_low", "noise_high")),
        ("effects", tables.EFFECTS.keys, (*_OWN, "band_low", "band_high")),
        ("paths", tables.PATHS.keys, ("value", "low", "high", "points")),
        ("balance", tables.BALANCE.keys, ("joined", "comparison", "before", "after")),
        ("guards", tables.GUARDS.keys, (*_ENDS, "p")),
        ("synthetic", tables.SYNTHETIC.keys, ("value", "mix", "gap", "low", "high")),
        ("findings", tables.FINDINGS.keys, (*_ENDS, "predicted")),
        ("comparisons", tables.COMPARISONS.keys, ()),
        ("left_out", tables.LEFT_OUT.keys, ()),
        ("deviations", tables.DEVIATIONS.keys, ()),
        ("events", tables.EVENTS.keys, ()),
        ("power", (), ()),
    )
}
#: Frames of an evaluation, as the tables of the same names.
TABLES: dict[str, Table] = {
    "headline": tables.HEADLINE, "effects": tables.EFFECTS, "paths": tables.PATHS,
    "balance": tables.BALANCE, "guards": tables.GUARDS, "synthetic": tables.SYNTHETIC,
    "findings": tables.FINDINGS, "comparisons": tables.COMPARISONS, "left_out": tables.LEFT_OUT,
    "deviations": tables.DEVIATIONS, "events": tables.EVENTS,
}  # fmt: skip
#: The curve of power: an effect in sd of schools, and the share of programmes in which it would be seen.
CURVE = {"effect": pl.Float64, "power": pl.Float64}


@dataclass(frozen=True)
class Shown:
    """The frames of an evaluation, released; in `headline`, `hidden` says that the effect was withheld."""

    headline: Released
    effects: Released
    paths: Released
    balance: Released
    guards: Released
    synthetic: Released
    findings: Released
    comparisons: Released
    left_out: Released
    deviations: Released
    events: Released
    power: Released


def show(frames: Frames, *, pupils: pl.DataFrame | None = None, source: str = "") -> Shown:
    """Release the frames of an evaluation, by name; one that is not there is empty.

    `pupils` (school, year, cohort): how many pupils the figure of a school is about. The schools of a mean
    are named and their own figures are public, so a reader can take those away: a mean is about the pupils
    of its schools of fewer than six, where it has any.
    """
    found = {name: frames.get(name, table.empty()) for name, table in TABLES.items()}
    found["power"] = frames.get("power", pl.DataFrame(schema=CURVE))
    cells = _cells(found, pupils)
    by_role = _people(cells.filter(pl.col("side") == "joined"), ["role"])
    for name in ("headline", "guards", "findings"):
        found[name] = found[name].join(by_role, on="role", how="left", maintain_order="left")
    found["effects"] = _beside(found["effects"], _by_effect(cells), ["role", "aggregation", "at"])
    found["paths"] = _beside(
        found["paths"], _people(cells, ["role", "side", "year"]), ["role", "side", "year"]
    )
    fewest = _people(cells, ["role", "side"]).group_by("role").agg(pl.col("pupils").min())
    found["balance"] = _beside(found["balance"], fewest, ["role"])
    found["synthetic"] = _beside(found["synthetic"], _by_unit(found["events"], cells), ["unit", "year"])
    released = {
        name: disclosure.release(frame, rule=RULES[name], source=source) for name, frame in found.items()
    }
    marked = released["headline"].frame.with_columns(
        hidden=found["headline"]["effect"].is_not_null() & released["headline"].frame["effect"].is_null()
    )
    findings = released["findings"].frame.drop("pupils")
    return Shown(
        **released
        | {
            "headline": replace(released["headline"], frame=marked),
            "findings": replace(released["findings"], frame=findings),
        }
    )


def _cells(found: Frames, pupils: pl.DataFrame | None) -> pl.DataFrame:
    """Return every figure of a school that goes into a mean: role, side, school, start, year and cohort."""
    nobody = pl.DataFrame(schema={"school": pl.String, "year": pl.Int32, "cohort": pl.Float64})
    known = nobody if pupils is None else pupils.select(pl.col(n).cast(t) for n, t in nobody.schema.items())
    joined = found["events"].select("role", "school", "start", side=pl.lit("joined"))
    others = found["comparisons"].select("role", school="comparison").unique(maintain_order=True)
    both = pl.concat([joined, others.with_columns(side=pl.lit("comparison"))], how="diagonal")
    return both.join(known, on="school", how="left", maintain_order="left")


def _people(cells: pl.DataFrame, by: list[str]) -> pl.DataFrame:
    """Return how many pupils each mean is about: those of its small schools, or of all where none is."""
    each = cells.group_by(*by, "school").agg(pl.col("cohort").min()).drop_nulls("cohort")
    small = pl.col("cohort") < PUPILS
    people = pl.when(small.any()).then(pl.col("cohort").filter(small).sum()).otherwise(pl.col("cohort").sum())
    return each.group_by(by).agg(pupils=people)


def _by_effect(cells: pl.DataFrame) -> pl.DataFrame:
    joined = cells.filter(pl.col("side") == "joined")
    after = joined.filter(pl.col("year") >= pl.col("start"))
    parts = {
        "simple": after.with_columns(at=pl.lit(0, dtype=pl.Int32)),
        "dynamic": joined.with_columns(at=pl.col("year") - pl.col("start")),
        "cohort": after.with_columns(at="start"),
        "calendar": after.with_columns(at="year"),
    }
    named = (part.with_columns(aggregation=pl.lit(name)) for name, part in parts.items())
    return pl.concat([_people(part, ["role", "aggregation", "at"]) for part in named])


def _by_unit(events: pl.DataFrame, cells: pl.DataFrame) -> pl.DataFrame:
    """Return the pupils of a year of each school, and of each partnership."""
    joined = cells.filter(pl.col("side") == "joined").select("school", "year", "cohort").unique()
    units = pl.concat([events.select("school", unit="school"), events.select("school", unit="partnership")])
    return _people(units.unique().join(joined, on="school").drop_nulls("year"), ["unit", "year"])


def _beside(frame: pl.DataFrame, people: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    return frame.join(people, on=on, how="left", maintain_order="left")

"""The families of each phase: neighbours under every preset, and how much that choice matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from commonroom import families, panel
from commonroom.errors import SaidToPeople

Tables = dict[str, list[pl.DataFrame]]


@dataclass(frozen=True)
class Alike:
    """Families of one phase by preset, the schools they are of, and sentences on what was not done."""

    phase: str
    year: int
    schools: pl.DataFrame
    found: Mapping[str, families.Families]
    notes: tuple[str, ...] = field(default=())


def find(schools: pl.DataFrame, *, phase: str, year: int, presets: Sequence[families.Preset]) -> Alike:
    """Neighbours of every school of a phase under each of the presets that the data can bear."""
    found: dict[str, families.Families] = {}
    notes: list[str] = []
    for preset in presets:
        try:
            found[preset.name] = families.find(schools, preset=preset)
        except SaidToPeople as error:
            # Another country's table may know none of a preset's criteria; the others still answer.
            notes.append(f"{preset.label}: {error}")
            continue
        notes += [f"{preset.label}: {note}" for note in found[preset.name].notes]
    return Alike(phase, year, schools, found, tuple(notes))


def presets(phase: str) -> list[families.Preset]:
    """The published presets of a phase."""
    return [families.load_preset(name) for name in families.PRESETS[phase]]


def tables(now: Alike, before: Alike | None) -> dict[str, pl.DataFrame]:
    """Evidence tables of the schools of the system: neighbours, match quality, gaps by criterion, churn."""
    mine = now.schools.filter(pl.col("in_system")).select("school")
    rows: Tables = {"neighbours": [], "match_quality": [], "match_gaps": [], "churn": []}
    for name, found in now.found.items():
        mark = [pl.lit(now.phase).alias("phase"), pl.lit(name).alias("preset")]
        parts = {"neighbours": found.neighbours, "match_quality": found.quality, "match_gaps": found.gaps}
        if before is not None and name in before.found:
            parts["churn"] = families.churn(found.neighbours, before.found[name].neighbours)
        for table, frame in parts.items():
            rows[table].append(frame.join(mine, on="school", how="semi").with_columns(mark))
    return {table: pl.concat(frames) for table, frames in rows.items() if frames}


def learned(now: Alike, found: families.Learned) -> dict[str, pl.DataFrame]:
    """Evidence tables of the learned metric: weights, importance, curve, and what is expected of whom."""
    mark = pl.lit(now.phase).alias("phase")
    return {
        "learned_weights": found.weights.with_columns(mark),
        "learned_importance": found.importance.with_columns(mark),
        "learned_curve": found.curve.with_columns(mark),
        "expected": found.expected.with_columns(mark),
    }


def outcomes(built: panel.Panel, measure: str, year: int) -> pl.DataFrame:
    """Figures of one measure and year."""
    wanted = (pl.col("measure") == measure) & (pl.col("year") == year) & pl.col("value").is_not_null()
    return built.outcomes.filter(wanted)


def years(built: panel.Panel, *, measure: str) -> tuple[int, int | None]:
    """The latest year with figures of a measure and the one before it, if any."""
    found = panel.years(built, measure=measure)
    return found[-1], found[-2] if len(found) > 1 else None

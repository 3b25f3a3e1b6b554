"""The families of each phase: neighbours under every preset, groups, and how much the choice matters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from commonroom import families, panel
from commonroom.errors import SaidToPeople

SEED = 0
#: Nearest schools that are listed beside the fifty, for those who compare families of other sizes.
REACH = 150
#: Presets whose neighbours are compared with those of the year before.
FOLLOWED = 1


@dataclass(frozen=True)
class Alike:
    """Families of one phase: schools now and a year before, what was learned, neighbours by preset.

    `found` has the schools' families now, `before` those of the year before (of the followed presets),
    `notes` what could not be done and why.
    """

    phase: str
    measure: str
    year: int
    schools: pl.DataFrame
    earlier: pl.DataFrame | None
    learned: families.Learned
    found: Mapping[str, families.Families]
    before: Mapping[str, families.Families]
    notes: tuple[str, ...]

    @property
    def mine(self) -> list[str]:
        """Schools of the system."""
        return _mine(self.schools)


def _mine(schools: pl.DataFrame) -> list[str]:
    """Schools of the system."""
    return schools.filter(pl.col("in_system"))["school"].to_list()


def find(built: panel.Panel, *, phase: str, measure: str) -> Alike:
    """Families of a phase under the learned and every published preset, for its latest year of results."""
    years = panel.years(built, measure=measure, phase=phase)
    schools = panel.comparable(built, phase=phase, year=years[-1])
    learned = families.learn(schools, outcomes(built, measure, years[-1]), phase=phase, seed=SEED)
    schools = _scored(schools, learned.expected)
    presets = [learned.preset, *(families.load_preset(name) for name in families.PRESETS[phase])]
    found, notes = _under(schools, presets)
    earlier = None
    if len(years) > 1:
        earlier = panel.comparable(built, phase=phase, year=years[-2])
        then = outcomes(built, measure, years[-2])
        earlier = _scored(earlier, families.score(earlier, then, phase=phase, seed=SEED))
    before = {} if earlier is None else _under(earlier, presets[:FOLLOWED])[0]
    return Alike(
        phase, measure, years[-1], schools, earlier, learned, found, before, (*learned.notes, *notes)
    )


def _scored(schools: pl.DataFrame, expected: pl.DataFrame) -> pl.DataFrame:
    """Schools with the score that is a criterion of the learned preset."""
    return schools.join(expected.select("school", "score"), on="school", how="left", maintain_order="left")


def _under(
    schools: pl.DataFrame, presets: Sequence[families.Preset]
) -> tuple[dict[str, families.Families], list[str]]:
    """Families of the system's schools, among all, under each of the presets that the data can bear."""
    found: dict[str, families.Families] = {}
    notes: list[str] = []
    mine = _mine(schools)
    for preset in presets:
        try:
            found[preset.name] = families.find(schools, preset=preset, only=mine, reach=REACH)
        except SaidToPeople as error:
            # Another country's table may know none of a preset's criteria; the others still answer.
            notes.append(f"{preset.label}: {error}")
            continue
        notes += [f"{preset.label}: {note}" for note in found[preset.name].notes]
    return found, notes


def outcomes(built: panel.Panel, measure: str, year: int) -> pl.DataFrame:
    """Figures of one measure and year, of both phases if it has both."""
    wanted = (pl.col("measure") == measure) & (pl.col("year") == year) & pl.col("value").is_not_null()
    return built.outcomes.filter(wanted)


def tables(alike: Alike) -> dict[str, pl.DataFrame]:
    """Evidence tables of the schools of the system, and of what was learned from all."""
    mark = pl.lit(alike.phase).alias("phase")
    found = alike.learned
    frames = {
        "comparable": alike.schools,
        "learned_weights": found.weights.with_columns(mark),
        "learned_importance": found.importance.with_columns(mark),
        "learned_curve": found.curve.with_columns(mark),
        "expected": found.expected.with_columns(mark),
    }
    return frames | _neighbours(alike) | _groups(alike)


def _neighbours(alike: Alike) -> dict[str, pl.DataFrame]:
    """Neighbours, match quality, gaps by criterion, and churn, by preset."""
    mine = pl.DataFrame({"school": alike.mine}, schema={"school": pl.String})
    rows: dict[str, list[pl.DataFrame]] = {}
    for name, found in alike.found.items():
        mark = [pl.lit(alike.phase).alias("phase"), pl.lit(name).alias("preset")]
        parts = {"neighbours": found.neighbours, "match_quality": found.quality, "match_gaps": found.gaps}
        if name in alike.before:
            parts["churn"] = families.churn(found.neighbours, alike.before[name].neighbours)
        for table, frame in parts.items():
            rows.setdefault(table, []).append(frame.join(mine, on="school", how="semi").with_columns(mark))
    return {table: pl.concat(frames) for table, frames in rows.items()}


def _groups(alike: Alike) -> dict[str, pl.DataFrame]:
    """The stable partition of the system's schools, beside the year before's."""
    last = None
    preset = alike.learned.preset
    if alike.earlier is not None:
        then = alike.earlier.filter(pl.col("in_system"))["school"].to_list()
        if then:
            last = families.group(alike.earlier, preset=preset, only=then).families
    grouped = families.group(alike.schools, preset=preset, only=alike.mine, last=last)
    mark = pl.lit(alike.phase).alias("phase")
    return {
        "families": grouped.families.with_columns(mark),
        "family_report": grouped.report.with_columns(mark),
    }


def positions(alike: Alike, built: panel.Panel, noise: pl.DataFrame | None) -> dict[str, pl.DataFrame]:
    """Where each school of the system stands among its neighbours under every preset, noise drawn."""
    figures = outcomes(built, alike.measure, alike.year)
    if noise is not None:
        figures = figures.join(noise, on=["school", "year"]).with_columns(
            se=pl.col("variance").sqrt() * pl.col("spread")
        )
    presets = list(alike.found.values())
    found = families.sensitivity(alike.schools, figures, presets=presets, only=alike.mine, seed=SEED)
    mark = [pl.lit(alike.phase).alias("phase"), pl.lit(alike.measure).alias("measure")]
    return {
        "positions": found.positions.with_columns(mark),
        "sensitivity": found.schools.with_columns(mark),
    }


def judged(alike: Alike, built: panel.Panel) -> pl.DataFrame:
    """Every preset judged out of sample on the latest results."""
    presets = list(alike.found.values())
    figures = outcomes(built, alike.measure, alike.year)
    found = families.judge(
        alike.schools, figures, phase=alike.phase, presets=presets, expected=alike.learned.expected
    )
    return found.with_columns(pl.lit(alike.phase).alias("phase"))

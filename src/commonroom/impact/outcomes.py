"""The outcome that is asked about: its figures by school and year, and how to stand them side by side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from commonroom import performance
from commonroom.impact.refusals import Reason, Refusal
from commonroom.panel import COMPARED, Measure
from commonroom.panel.build import Panel

#: What is written behind the name of a measure to ask for its gap.
GAP = ":gap"
#: Fewer schools than this make no nation to stand in.
FEWEST = 30


@dataclass(frozen=True)
class Outcome:
    """Figures of one measure in one phase.

    `figures`: school, year, value (the measure's unit), cohort (pupils, empty where unknown), z (standard
    deviations of mainstream schools of that year, turned so that more is better) and release, by school and
    year. `years`: year, mean and sd of mainstream schools, and how many `schools`.
    """

    measure: Measure
    phase: str
    figures: pl.DataFrame
    years: pl.DataFrame

    @property
    def sign(self) -> int:
        """1 where more is better, -1 where less is."""
        return 1 if self.measure.direction == "higher" else -1


def take(panel: Panel, *, name: str, measures: Mapping[str, Measure], phase: str | None = None) -> Outcome:
    """Take the figures of one outcome from the panel.

    Arguments: the `panel`; `name` of a measure, with ":gap" behind it for the gap between disadvantaged and
    other pupils of the same school; `measures` by name; the `phase`, which a measure of both phases needs.
    A year with fewer than 30 mainstream schools is not used: there is no nation to stand in. Raises
    SaidToPeople for a measure or phase that is not there.
    """
    asked = name.removesuffix(GAP)
    if asked not in measures:
        raise Refusal(
            f"there is no measure called {asked}.",
            where="outcome",
            remedy=f"Take one of: {', '.join(sorted(measures))}.",
            reasons=(Reason("measure"),),
        )
    measure = measures[asked]
    chosen = _phase(measure, phase)
    if name.endswith(GAP):
        measure, rows = _gap(panel, measure, measures)
    else:
        rows = panel.outcomes.filter(measure=asked).select(
            "school", "year", "phase", "value", "cohort", "release"
        )
    rows = rows.filter(pl.col("value").is_not_null(), phase=chosen).drop("phase").sort("school", "year")
    compared = panel.schools.filter(kind=COMPARED).select("school")
    nation = rows.join(compared, on="school", how="semi")
    years = (
        nation.group_by("year")
        .agg(mean=pl.col("value").mean(), sd=pl.col("value").std(), schools=pl.len().cast(pl.Int64))
        .filter(pl.col("schools") >= FEWEST, pl.col("sd") > 0)
        .sort("year")
    )
    if years.is_empty():
        raise Refusal(
            f"{measure.label} has no year with figures of {FEWEST} mainstream schools.",
            where=f"outcome {name}, {chosen}",
            remedy="Take another measure, or build the evidence with more schools.",
            reasons=(Reason("figures", asked),),
        )
    sign = 1 if measure.direction == "higher" else -1
    figures = rows.join(years.select("year", "mean", "sd"), on="year", how="inner", maintain_order="left")
    figures = figures.with_columns(z=sign * (pl.col("value") - pl.col("mean")) / pl.col("sd"))
    figures = figures.select("school", "year", "value", "cohort", "z", "release").sort("school", "year")
    return Outcome(measure, chosen, figures, years)


def _phase(measure: Measure, phase: str | None) -> str:
    """The phase asked for, or the measure's own."""
    if measure.phase == "both":
        if phase is None:
            raise Refusal(
                f"{measure.label} is a measure of both phases.",
                where=f"outcome {measure.name}",
                remedy="Say which: --phase primary or --phase secondary.",
                reasons=(Reason("phase", measure.name),),
            )
        return phase
    if phase not in (None, measure.phase):
        raise Refusal(
            f"{measure.label} is a measure of {measure.phase} schools alone.",
            where=f"outcome {measure.name}, {phase}",
            remedy=f"Leave the phase out, or take a measure of {phase} schools.",
            reasons=(Reason("phase", measure.name),),
        )
    return measure.phase


def _gap(panel: Panel, measure: Measure, measures: Mapping[str, Measure]) -> tuple[Measure, pl.DataFrame]:
    """The gap between disadvantaged and other pupils, school by school, as a measure like any other."""
    compared = panel.schools.filter(kind=COMPARED)
    found = performance.gap(panel.outcomes, schools=compared, measures=measures).schools
    rows = found.filter(measure=measure.name)
    if rows.is_empty():
        raise Refusal(
            f"the gap in {measure.label} is not known: no school has figures of both groups.",
            where=f"outcome {measure.name}{GAP}",
            remedy="Take a measure with figures of disadvantaged pupils, such as attainment8.",
            reasons=(Reason("figures", measure.name),),
        )
    made = measure.model_copy(
        update={
            "name": f"{measure.name}{GAP}",
            "label": f"{measure.label}: disadvantaged less other pupils",
            "label_cy": f"{measure.label_cy}: disgyblion dan anfantais llai disgyblion eraill",
            "kind": "gap",
            "low": measure.low - measure.high,
            "high": measure.high - measure.low,
            "headline": False,
        }
    )
    return made, rows.select("school", "year", "phase", value="gap", cohort="pupils_fewer", release="source")

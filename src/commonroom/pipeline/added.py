"""What schools add: every measure with enough years, and who does better than their family at what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from commonroom import families, panel, value_added
from commonroom.errors import SaidToPeople
from commonroom.value_added import better, two_years

#: Years of residuals that a claim rests on: the latest, and one before it to leave out in turn.
YEARS_OF_A_CLAIM = 2
#: Schools in the largest family of the multiverse.
LARGEST = 100
#: Presets that are no universe of a claim: fbit-2026 is made to compare what schools spend.
#: METHODS.md section 6 asks for two or three metrics: learned, dfe-2026 and families-2011 remain.
NOT_OF_PUPILS = ("fbit-2026",)
#: Groups of pupils of which claims are made.
JUDGED = ("all", "disadvantaged")
#: Measures whose latest figure is older than this many years do not say what a school does now.
STILL_NOW = 3


@dataclass(frozen=True)
class Added:
    """Estimates by phase and measure, and what was not estimated and why."""

    estimates: Mapping[tuple[str, str], value_added.Estimate]
    notes: tuple[str, ...]


def estimate(built: panel.Panel, measures: Iterable[panel.Measure], *, phases: Iterable[str]) -> Added:
    """Estimate every measure of all pupils in every phase that has three years of it."""
    compared = built.schools.filter(pl.col("kind") == panel.COMPARED).select("school")
    outcomes = built.outcomes.join(compared, on="school", how="semi")
    done: dict[tuple[str, str], value_added.Estimate] = {}
    notes: list[str] = []
    for measure in measures:
        for phase in phases:
            if measure.group != "all" or measure.kind == "gap" or measure.phase not in (phase, "both"):
                continue
            try:
                found = value_added.estimate(outcomes, built.context, measure=measure, phase=phase)
            except SaidToPeople as error:
                notes.append(f"Value added was not estimated: {error}")
                continue
            done[phase, measure.name] = found
    return Added(done, tuple(notes))


def tables(added: Added) -> dict[str, pl.DataFrame]:
    """Evidence tables of the estimates, all measures together."""
    found = list(added.estimates.values())
    names = ("schools", "components", "coefficients", "sentences")
    return {f"value_added_{name}": pl.concat(getattr(e, name) for e in found) for name in names if found}


def left_out_years(
    built: panel.Panel, heads: Mapping[str, str], *, measures: Mapping[str, panel.Measure]
) -> dict[str, pl.DataFrame]:
    """The honest test of each phase's headline measure: each year foreseen from the years before it."""
    compared = built.schools.filter(pl.col("kind") == panel.COMPARED)
    outcomes = built.outcomes.join(compared.select("school"), on="school", how="semi")
    frames = []
    for phase, head in heads.items():
        measure = measures[head].model_copy(update={"phase": phase})
        try:
            frames.append(
                value_added.left_out_year(outcomes, built.context, schools=compared, measure=measure)
            )
        except SaidToPeople:
            continue  # too few years or schools to foresee from: the estimates have said so
    return {"value_added_left_out_years": pl.concat(frames)} if frames else {}


def of_pupils(built: panel.Panel, pupils: pl.DataFrame) -> pl.DataFrame:
    """What schools add by their pupils' own results, by the panel's identity of each school.

    A number that was joined leads to its school; where two numbers do, the one with more pupils stands.
    Raises SaidToPeople when no number is known to the panel.
    """
    joined = dict(built.joins.select("number", "school").iter_rows())
    known = pupils.with_columns(pl.col("school").replace(joined)).join(
        built.schools.select("school").unique(), on="school", how="semi", maintain_order="left"
    )
    if known.is_empty():
        raise SaidToPeople(
            f"none of the {pupils.height:,} schools of the estimates is a school of the panel "
            f"({', '.join(pupils['school'].head(3))}).",
            remedy="The pupils' table must name schools by the numbers of the panel (in England the URN).",
        )
    ordered = known.sort("pupils", descending=True, nulls_last=True, maintain_order=True)
    return ordered.unique("school", keep="first", maintain_order=True).sort("school")


@dataclass(frozen=True)
class _Year:
    """Figures of one measure, phase and year, and all schools that may be compared in them."""

    phase: str
    outcomes: pl.DataFrame
    schools: pl.DataFrame


def _recent(built: panel.Panel, phase: str) -> dict[str, list[_Year]]:
    """The latest years of every measure that says something of now, of the schools that are compared."""
    outcomes = built.outcomes.filter(pl.col("phase") == phase)
    last = outcomes["year"].max()
    compared = built.schools.filter(pl.col("kind") == panel.COMPARED).select("school")
    seen = outcomes.filter(pl.col("value").is_not_null()).join(compared, on="school", how="semi")
    recent = (
        seen.select("measure", "year").unique().sort("measure", "year")
        .group_by("measure", maintain_order=True).agg(pl.col("year").tail(YEARS_OF_A_CLAIM))
        .filter(pl.col("year").list.last() > pl.lit(last) - STILL_NOW)
    )  # fmt: skip
    years: list[tuple[str, list[int]]] = recent.rows()
    schools = {
        year: panel.comparable(built, phase=phase, year=year) for year in {y for _, ys in years for y in ys}
    }
    figures = seen.join(recent.explode("year"), on=["measure", "year"], how="semi")
    parts = figures.partition_by("measure", "year", as_dict=True, maintain_order=True)
    return {
        measure: [_Year(phase, parts[measure, year], schools[year]) for year in ys] for measure, ys in years
    }


def _residuals(years: list[_Year], measure: panel.Measure, found: pl.DataFrame | None) -> pl.DataFrame | None:
    """What `better.find` asks for: recent figures less expectation, raw and adjusted, with their variances.

    `spread` is one sd of the year, in the unit of the measure. Where no noise was `found` (a group of
    pupils, or two years only), it is that of the two years. None where there are not even two.
    """
    if found is None and len(years) < YEARS_OF_A_CLAIM:
        return None
    expected = [
        one.outcomes.join(families.score(one.schools, one.outcomes, phase=one.phase), on="school")
        for one in years
    ]
    try:
        noise = two_years.noise(pl.concat(expected), measure=measure) if found is None else found
    except SaidToPeople:
        return None  # too few schools have both years, or all have the same figure
    parts = [part for year in expected for part in _versions(year, noise)]
    return pl.concat(parts).with_columns(pl.lit(measure.name).alias("measure"))


def _versions(expected: pl.DataFrame, variance: pl.DataFrame) -> list[pl.DataFrame]:
    """Residuals of one year: beside the year's mean (raw), and beside what intake leads to expect."""
    joined = expected.join(variance, on=["school", "year"]).sort("school")
    shared = ["school", "year", "variance", "cohort", "spread"]
    raw = (pl.col("value") - pl.col("value").mean()) / pl.col("spread")
    adjusted = (pl.col("value") - pl.col("expected")) / pl.col("spread")
    return [
        joined.select(
            *shared,
            pl.lit(version).alias("version"),
            residual.alias("residual"),
            (pl.col("c2") / pl.col("spread") ** 2).alias("context_error"),
        )
        for version, residual in (("raw", raw), ("adjusted", adjusted))
    ]


def claims(
    built: panel.Panel,
    added: Added,
    found: Mapping[str, families.Families],
    *,
    phase: str,
    measures: Mapping[str, panel.Measure],
) -> better.Better | None:
    """Who does better, or less well, than their family, at every measure that says something of now.

    Disadvantaged pupils are judged beside what is expected of disadvantaged pupils; other groups are not.
    """
    recent = _recent(built, phase)
    told = [m for m in measures.values() if m.name in recent and m.phase in (phase, "both")]
    own = [m for m in told if m.group in JUDGED and m.kind != "gap"]
    noises = {m.name: one.noise for m in own if (one := added.estimates.get((phase, m.name)))}
    # Arithmetic of one thread each, in the order of the measures: the same as one after the other.
    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(lambda m: _residuals(recent[m.name], m, noises.get(m.name)), own))
    kept = {m.name: part for m, part in zip(own, parts, strict=True) if part is not None}
    if not kept or not found:
        return None
    neighbours = {
        name: better.Near(one.nearest.schools, one.nearest.wide[:, :LARGEST])
        for name, one in found.items()
        if name not in NOT_OF_PUPILS or len(found) == 1
    }
    scales = {name: _scale(part) for name, part in kept.items()}
    main = "learned" if "learned" in neighbours else next(iter(neighbours))
    inside = frozenset(built.schools.filter("in_system")["school"])
    terms = better.Terms(phase=phase, preset=main, measures=measures, scales=scales, only=inside)
    return better.find(pl.concat(kept.values()), neighbours, terms=terms)


def _scale(rows: pl.DataFrame) -> float:
    """One sd of the latest year, in the unit of the measure."""
    return float(rows.sort("year")["spread"][-1])

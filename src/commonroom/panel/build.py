"""From a source's figures to the panel: identity, one figure each, cohorts, what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from commonroom.panel import context as contexts
from commonroom.panel import identity, systems
from commonroom.panel.measures import Measure
from commonroom.tables import panel as tables
from commonroom.tables import sources

OUT_OF_RANGE = "outside the range of the measure"
SUPERSEDED = "an older number of a school that has a newer figure for the same year"
COHORT_YEARS_NEAR = 2
#: What a figure is, beside whose, when and of what it is.
_KEPT = ("value", "cohort", "missing", "release")


@dataclass(frozen=True)
class Panel:
    """Frames of one system: schools, outcomes, context, joins, problems, left_out (tables.panel)."""

    schools: pl.DataFrame
    outcomes: pl.DataFrame
    context: pl.DataFrame
    joins: pl.DataFrame
    problems: pl.DataFrame
    left_out: pl.DataFrame


@dataclass(frozen=True)
class Inputs:
    """What a source handed over, as four frames of tables.sources."""

    schools: pl.DataFrame
    figures: pl.DataFrame
    links: pl.DataFrame
    problems: pl.DataFrame


def build(inputs: Inputs, *, measures: Mapping[str, Measure], system: systems.System) -> Panel:
    """One row per school, year and measure, with context beside it and all that went wrong.

    Arguments: `inputs` from a source, `measures` by name (definitions/measures), and the `system`
    whose schools are marked. Raises SaidToPeople when no school belongs to the system.
    """
    coded = _coded(inputs, measures)
    joined = identity.joins(inputs.links, coded.figures)
    members = _members(coded, joined)
    kept, problems = _within_range(coded.figures, measures)
    figures, superseded = _one_figure_each(kept, members)
    schools = _schools(coded.schools, members, system)
    outcomes = _outcomes(figures, measures)
    context = contexts.beside(outcomes, figures)
    left_out = pl.concat(
        [_count(problems.drop("row", "value"), OUT_OF_RANGE), _count(superseded, SUPERSEDED)]
    )
    return Panel(
        schools=schools,
        outcomes=tables.OUTCOMES.check(_cohorts(outcomes, context).sort(tables.OUTCOMES.keys)),
        context=tables.CONTEXT.check(context.sort(tables.CONTEXT.keys)),
        joins=joined,
        problems=sources.PROBLEMS.check(pl.concat([inputs.problems, _as_problems(problems)])),
        left_out=tables.LEFT_OUT.check(left_out.sort(tables.LEFT_OUT.keys)),
    )


def _coded(inputs: Inputs, measures: Mapping[str, Measure]) -> Inputs:
    """The same with words as numbers (of the words in order): millions are compared and moved."""
    figures = inputs.figures
    words = {
        "school": [*inputs.schools["school"].unique(), *figures["school"].unique()],
        "phase": ["all", *figures["phase"].unique()],
        "variable": [*measures, *tables.CONTEXT_VARIABLES, *figures["variable"].unique()],
    }
    types = {name: pl.Enum(sorted(set(found))) for name, found in words.items()}
    types |= {name: pl.Enum(figures[name].drop_nulls().unique().sort()) for name in ("missing", "release")}
    schools = inputs.schools.cast({"school": types["school"]})
    return Inputs(schools, figures.cast(types), inputs.links, inputs.problems)  # type: ignore[arg-type]


def _members(inputs: Inputs, joined: pl.DataFrame) -> pl.DataFrame:
    """Each published number with its school and how many steps it stands before the newest."""
    kind = inputs.schools.schema["school"]
    followed = joined.filter(pl.col("steps") > 0).cast({"number": kind, "school": kind})
    numbers = pl.concat([inputs.schools.select("school"), inputs.figures.select("school")]).unique()
    return numbers.join(
        followed.select(pl.col("number").alias("school"), pl.col("school").alias("identity"), "steps"),
        on="school", how="left",
    ).with_columns(
        pl.coalesce("identity", "school").alias("identity"), pl.col("steps").fill_null(0)
    )  # fmt: skip


def _within_range(
    figures: pl.DataFrame, measures: Mapping[str, Measure]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Figures whose value a measure allows, and those it does not."""
    limits = pl.DataFrame(
        [(measure.name, measure.low, measure.high) for measure in measures.values()],
        schema={"variable": figures["variable"].dtype, "low": pl.Float64, "high": pl.Float64}, orient="row",
    )  # fmt: skip
    ranged = figures.with_row_index("row", 1).join(limits, on="variable", how="left")
    outside = (pl.col("value") < pl.col("low")) | (pl.col("value") > pl.col("high"))
    wrong = ranged.filter(outside.fill_null(False)).select(
        "row", pl.col("school", "phase").cast(pl.String), "year",
        pl.col("variable").cast(pl.String), "value", pl.col("release").cast(pl.String)
    )  # fmt: skip
    return ranged.filter(~outside.fill_null(False)).select(figures.columns), wrong


def _one_figure_each(figures: pl.DataFrame, members: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One figure per school, phase, year and variable: the newest number's, or merged by cohort."""
    key = ["identity", "phase", "year", "variable"]
    moved = members.filter(pl.col("identity").is_duplicated())
    # Only schools with several numbers can have several figures; the rest pass as they are.
    alone = figures.join(moved, on="school", how="anti")
    placed = figures.join(moved, on="school").with_columns(
        pl.col("value").is_not_null().alias("said"), several=pl.struct(key).is_duplicated()
    )
    many = placed.filter("several")
    best = many.filter(pl.col("said") == pl.col("said").max().over(key))
    newest = best.filter(pl.col("steps") == pl.col("steps").min().over(key))
    superseded = best.filter(pl.col("said") & (pl.col("steps") > pl.col("steps").min().over(key)))
    columns = ["school", "phase", "year", "variable", *_KEPT, "numbers"]
    found = pl.concat(
        [
            alone.with_columns(pl.col("school").cast(pl.String).alias("numbers")).select(columns),
            pl.concat(
                [
                    placed.filter(~pl.col("several")).select(
                        *key, *_KEPT, numbers=pl.col("school").cast(pl.String)
                    ),
                    _merged(newest, figures, key).select(*key, *_KEPT, "numbers"),
                ]
            )
            .sort(key)
            .rename({"identity": "school"})
            .select(columns),
        ]
    )
    return found, superseded.select(
        "identity", pl.col("phase").cast(pl.String), "year", pl.col("variable").cast(pl.String)
    )


def _merged(newest: pl.DataFrame, figures: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Figures of several numbers of one generation as one: averaged by cohort, pupils added up."""
    pupils = figures.filter(
        (pl.col("variable") == "pupils") & pl.col("school").is_in(newest["school"].unique().implode())
    ).group_by("school").agg(
        pl.col("value").mean().alias("weight")
    )  # fmt: skip
    weight = pl.coalesce("cohort", "weight", 1.0)
    whole = pl.col("variable") == "pupils"
    return newest.join(pupils, on="school", how="left").sort(*key, "school").group_by(
        key, maintain_order=True
    ).agg(
        pl.when(~pl.col("said").first()).then(None)
        .when(whole.first()).then(pl.col("value").sum())
        .otherwise((pl.col("value") * weight).sum() / weight.sum()).alias("value"),
        pl.when(pl.col("cohort").is_null().any()).then(None).otherwise(pl.col("cohort").sum()).alias("cohort"),
        pl.col("missing").first(),
        pl.col("school").cast(pl.String).str.join("+").alias("numbers"),
        pl.col("release").first(),
    )  # fmt: skip


def _schools(schools: pl.DataFrame, members: pl.DataFrame, system: systems.System) -> pl.DataFrame:
    """One row per school: the newest number's facts, empty ones filled from older numbers."""
    facts = [name for name in schools.columns if name not in ("school", "closed")]
    placed = schools.join(members, on="school").sort(
        "identity", "steps", pl.col("school").cast(pl.String).str.zfill(12), descending=[False, False, True]
    )
    rows = placed.group_by("identity", maintain_order=True).agg(
        *(pl.col(name).drop_nulls().first() for name in facts),
        pl.col("closed").first(),
        pl.len().cast(pl.Int32).alias("numbers"),
    ).rename({"identity": "school"}).cast({"school": pl.String})  # fmt: skip
    marked = rows.with_columns(systems.belongs(rows, system=system))
    return tables.SCHOOLS.check(marked.sort("school"))


def _outcomes(figures: pl.DataFrame, measures: Mapping[str, Measure]) -> pl.DataFrame:
    """Figures of the measures; a measure of the whole school stands in each phase it is taught in."""
    named = pl.DataFrame(
        [(measure.name, measure.group) for measure in measures.values()],
        schema={"variable": figures["variable"].dtype, "group": pl.String}, orient="row",
    )  # fmt: skip
    found = figures.join(named, on="variable").rename({"variable": "measure"})
    phases = found.filter(pl.col("phase") != "all").select("school", "phase").unique()
    whole = found.filter(pl.col("phase") == "all").drop("phase").join(phases, on="school")
    # A school of both phases has one absence figure: it is kept once, with its first phase.
    whole = whole.sort("phase").unique(["school", "year", "measure"], keep="first", maintain_order=True)
    parts = [found.filter(pl.col("phase") != "all"), whole.select(found.columns)]
    return pl.concat(parts).unique(["school", "year", "measure"], keep="first", maintain_order=True)


def _cohorts(outcomes: pl.DataFrame, context: pl.DataFrame) -> pl.DataFrame:
    """Fill cohorts that were not published: carried from a near year, else estimated from pupils."""
    key = ["school", "phase", "year"]
    known = (
        outcomes.filter(pl.col("cohort").is_not_null())
        .group_by(key)
        .agg(pl.col("cohort").max().alias("known"))
    )
    steps = contexts.look(context.select(key), known, within=COHORT_YEARS_NEAR)
    near, apart = contexts.nearest(known["known"], steps)
    about = context.select(
        *key, "pupils", "disadvantaged",
        own=~pl.col("carried").str.contains("disadvantaged"), known=near, apart=apart.abs(),
    )  # fmt: skip
    filled = outcomes.join(about, on=key, how="left")
    ratio = (pl.col("known") / pl.col("pupils")).filter(pl.col("apart") == 0).median().over("phase")
    everyone = pl.coalesce("cohort", "known", (pl.col("pupils") * ratio).round())
    source = (
        pl.when((pl.col("cohort").is_not_null()) | (pl.col("apart") == 0)).then(pl.lit("published"))
        .when(pl.col("known").is_not_null()).then(pl.lit("carried"))
        .when(everyone.is_not_null()).then(pl.lit("estimated"))
    )  # fmt: skip
    group = pl.col("group") == "disadvantaged"
    part = (everyone * pl.col("disadvantaged") / 100).round()
    return filled.with_columns(
        pl.when(group).then(part).otherwise(everyone).alias("cohort"),
        pl.when(group & ~pl.col("own").fill_null(False) & part.is_not_null())
        .then(pl.lit("estimated"))
        .when(group & part.is_null()).then(None)
        .otherwise(source).alias("cohort_from"),
    )  # fmt: skip


def _count(frame: pl.DataFrame, why: str) -> pl.DataFrame:
    """How many figures were left out for one reason, by phase, measure and year."""
    return frame.group_by("phase", pl.col("variable").alias("measure"), "year").agg(
        pl.lit(why).first().alias("why"), pl.len().cast(pl.Int64).alias("figures")
    ).select("phase", "measure", "year", "why", "figures")  # fmt: skip


def _as_problems(wrong: pl.DataFrame) -> pl.DataFrame:
    """Figures outside their range, as problems said to people."""
    return wrong.select(
        pl.col("release").alias("file"),
        pl.col("row").cast(pl.Int64),
        pl.col("variable").alias("column"),
        "school",
        pl.format("{} in {} is {}: {}", "variable", "year", "value", pl.lit(OUT_OF_RANGE)).alias("what"),
        pl.lit("Check the file; the figure was left out.").alias("remedy"),
        pl.lit(1, dtype=pl.Int64).alias("left_out"),
    )

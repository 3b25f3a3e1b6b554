"""From the tables of the evidence to the story: what is shown of them, released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace

import polars as pl

from commonroom import disclosure
from commonroom.disclosure import Released, Rule
from commonroom.narrative import impact, partnerships
from commonroom.narrative.beginning import begin
from commonroom.narrative.story import Facts, Story
from commonroom.panel import COMPARED, Panel
from commonroom.performance import FLOOR_RULE, GAP_RULE, MAP_RULE
from commonroom.tables import narrative as tables_of_story
from commonroom.value_added import better

Frames = Mapping[str, pl.DataFrame]

#: The definition of alike that the report uses, where the evidence has it.
PRESET = "learned"
#: Nearest schools on a card.
NEAREST = 10
PANEL = ("schools", "outcomes", "context", "joins", "problems", "left_out")


def gather(tables: Frames, *, facts: Facts) -> Story:
    """Return the story that the evidence can tell.

    Arguments: `tables` of the evidence by name (those of the panel must be there; any other that is
    not leaves its part of the report empty), and the `facts`. Everything passes through disclosure.
    """
    panel = Panel(**{name: tables[name] for name in PANEL})
    story = begin(panel, facts=facts)
    return replace(
        story,
        map=_map(tables, facts),
        families=_families(tables, facts),
        nearest=_nearest(tables),
        better=_better(tables, facts),
        gap=_places(tables.get("performance_gap"), tables_of_story.GAP.name, GAP_RULE),
        floor=_places(tables.get("performance_floor"), tables_of_story.FLOOR.name, FLOOR_RULE),
        groups=_plain(tables.get("family_report")),
        judged=_plain(_sourced(tables, "families_judged")),
        pupils=_pupils(tables),
        partnerships=_partnerships(tables),
        returns=impact.returns(tables, facts=facts),
        findings=_plain(tables.get("findings")),
        forecast=_plain(_sourced(tables, "value_added_left_out_years")),
    )


def _plain(frame: pl.DataFrame | None) -> Released | None:
    """Release a table about methods and groups of schools, in which no figure is about few pupils."""
    return None if frame is None else disclosure.release(frame, rule=Rule(keys=()))


def _who(tables: Frames) -> pl.DataFrame:
    """Return number, name and authority of the schools of the system that are compared."""
    inside = tables["schools"].filter(pl.col("in_system"), pl.col("kind") == COMPARED)
    return inside.select("school", "name", "authority")


def _sources(tables: Frames) -> pl.DataFrame:
    """Return the publications of each measure, oldest first, as one text."""
    seen = tables["outcomes"].select("phase", "measure", "year", "release").unique()
    return seen.group_by("phase", "measure").agg(
        source=pl.col("release").sort_by("year", "release").unique(maintain_order=True).str.join("; ")
    )


def _sourced(tables: Frames, name: str) -> pl.DataFrame | None:
    """Return a table with the publications of the measure of each row, if the evidence has it."""
    if name not in tables:
        return None
    sources = _sources(tables).group_by("measure").agg(pl.col("source").sort().str.join("; "))
    return tables[name].join(sources, on="measure", how="left", maintain_order="left")


def _map(tables: Frames, facts: Facts) -> Released | None:
    found = tables.get("performance_map")
    if found is None:
        return None
    headline = pl.struct("phase", "measure").is_in(
        [{"phase": phase, "measure": measure} for phase, measure in facts.headline.items()]
    )
    frame = (
        found.filter(headline)
        .join(_who(tables), on="school")
        .join(_sources(tables), on=["phase", "measure"], how="left")
    )
    return disclosure.release(tables_of_story.MAP.check(frame.sort("phase", "name", "school")), rule=MAP_RULE)


def _chosen(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of the definition of alike that the report uses: learned, or the first there is."""
    own = frame.filter(pl.col("preset") == PRESET)
    first = pl.col("preset") == pl.col("preset").min().over("phase")
    return own if own.height else frame.filter(first)


def _families(tables: Frames, facts: Facts) -> Released | None:
    """Return the place of each school among its fifty: quality, position, noise and sensitivity."""
    if "match_quality" not in tables:
        return None
    keys = ["school", "phase"]
    frame = _chosen(tables["match_quality"]).select(*keys, "preset", "grade")
    positions = {"position": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    frame = _beside(frame, tables.get("positions"), {**positions}, on=[*keys, "preset"])
    sensitivity = {"lowest": pl.Float64, "highest": pl.Float64, "claim": pl.String}
    frame = _beside(frame, tables.get("sensitivity"), sensitivity, on=keys)
    frame = _beside(frame, tables.get("families"), {"family": pl.String, "honorary": pl.Boolean}, on=keys)
    frame = frame.join(_who(tables), on="school").join(_cohorts(tables, facts), on=keys, how="left")
    checked = tables_of_story.FAMILIES.check(frame.sort("phase", "name", "school"))
    figures = dict.fromkeys(("position", "low", "high", "lowest", "highest", "claim"), "pupils")
    return disclosure.release(checked, rule=Rule(keys=tuple(keys), figures=figures, official=True))


def _beside(
    frame: pl.DataFrame,
    other: pl.DataFrame | None,
    columns: Mapping[str, type[pl.DataType]],
    *,
    on: list[str],
) -> pl.DataFrame:
    """Return `frame` with `columns` of another table, empty where the evidence does not have it."""
    if other is None:
        return frame.with_columns(pl.lit(None, dtype=kind).alias(name) for name, kind in columns.items())
    return frame.join(other.select(*on, *columns), on=on, how="left", maintain_order="left")


def _cohorts(tables: Frames, facts: Facts) -> pl.DataFrame:
    """Return the pupils of each school's latest figure of the headline measure, and its publications."""
    headline = pl.DataFrame({"phase": list(facts.headline), "measure": list(facts.headline.values())})
    latest = (
        tables["outcomes"]
        .filter(pl.col("value").is_not_null())
        .join(headline, on=["phase", "measure"])
        .sort("year")
        .group_by("school", "phase", "measure", maintain_order=True)
        .agg(pupils=pl.col("cohort").last())
    )
    return latest.join(_sources(tables), on=["phase", "measure"], how="left").drop("measure")


def _nearest(tables: Frames) -> Released | None:
    """Return the ten schools most like each school of the system, with name and authority."""
    if "neighbours" not in tables:
        return None
    names = tables["schools"].select(neighbour="school", name="name", authority="authority")
    frame = (
        _chosen(tables["neighbours"])
        .filter(pl.col("rank") <= NEAREST)
        .join(_who(tables).select("school"), on="school", how="semi")
        .join(names, on="neighbour")
    )
    checked = tables_of_story.NEAREST.check(frame.sort("school", "phase", "rank"))
    return disclosure.release(checked, rule=Rule(keys=("school", "phase", "rank")))


def _better(tables: Frames, facts: Facts) -> Released | None:
    """Return the claims that may be made, in the unit of the measure and in its own direction."""
    if "better" not in tables:
        return None
    released = disclosure.release(tables["better"], rule=better.RULE)
    frame = released.frame.filter("claim").join(_who(tables), on="school")
    frame = frame.join(_spreads(tables), on=["phase", "measure"], how="left")
    frame = frame.join(_sources(tables), on=["phase", "measure"], how="left")
    turned = {name: -1.0 if one.direction == "lower" else 1.0 for name, one in facts.measures.items()}
    turn = pl.col("measure").replace_strict(turned, default=1.0, return_dtype=pl.Float64) * pl.col("spread")
    ends = [pl.col("low") * turn, pl.col("high") * turn]
    frame = frame.with_columns(
        value=pl.col("effect") * turn,
        low=pl.min_horizontal(ends),
        high=pl.max_horizontal(ends),
        pupils="cohort",
    )
    # A measure that somebody brought along may belong to no theme: it then stands for itself.
    frame = frame.with_columns(pl.coalesce("theme", "measure").alias("theme"))
    checked = tables_of_story.BETTER.check(frame.sort("phase", "theme", "name", "school", "measure"))
    return replace(released, frame=checked)


def _pupils(tables: Frames) -> Released | None:
    """Return what each school of the system adds by its pupils' own results, if pupils were summed."""
    if "value_added_pupils" not in tables:
        return None
    frame = tables["value_added_pupils"].join(_who(tables), on="school")
    checked = tables_of_story.PUPILS.check(frame.sort("name", "school"))
    figures = dict.fromkeys(("effect", "low", "high", "reliability"), "pupils")
    source = "; ".join(checked["source"].unique().sort())
    return disclosure.release(checked, rule=Rule(keys=("school",), figures=figures), source=source)


def _partnerships(tables: Frames) -> dict[str, Released] | None:
    """Return the frames of a plan by name, and the schools with their places, if there is a plan."""
    if "proposals" not in tables:
        return None
    shown = partnerships.show(tables)
    schools = tables["schools"].select("school", "name", "authority", "easting", "northing")
    parts = {part.name: getattr(shown, part.name) for part in fields(shown)}
    return parts | {"schools": disclosure.release(schools, rule=Rule(keys=("school",)))}


def _spreads(tables: Frames) -> pl.DataFrame:
    """Return one standard deviation between compared schools in the latest year of each measure."""
    compared = tables["schools"].filter(pl.col("kind") == COMPARED).select("school")
    seen = tables["outcomes"].join(compared, on="school", how="semi").filter(pl.col("value").is_not_null())
    last = seen.filter(pl.col("year") == pl.col("year").max().over("phase", "measure"))
    return last.group_by("phase", "measure").agg(spread=pl.col("value").std())


def _places(frame: pl.DataFrame | None, name: str, rule: Rule) -> Released | None:
    """Release the rows of the system and the nation; the rest of the nation only guards subtraction."""
    if frame is None:
        return None
    table = {table.name: table for table in (tables_of_story.GAP, tables_of_story.FLOOR)}[name]
    released = disclosure.release(frame, rule=rule)
    shown = released.frame.filter(pl.col("place") != "rest")
    return replace(released, frame=table.check(shown.sort("phase", "measure", "year", "place")))

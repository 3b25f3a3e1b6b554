"""What a plan of partnerships stands on: strengths and needs, places and likeness, from the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from commonroom import families, panel
from commonroom.families.placement import place
from commonroom.panel import measures as measured
from commonroom.partnerships import circumstances, keys, standing
from commonroom.partnerships.definition import Definition
from commonroom.partnerships.ground import Ground
from commonroom.partnerships.themes import Themes
from commonroom.store.evidence import Evidence

Frames = Mapping[str, pl.DataFrame]

#: Tables of the evidence that say where schools are, and those that say how they do.
PLACES = ("schools", "comparable", "match_quality")
FIGURES = ("better", "value_added_schools", "outcomes")
NEEDED = (*PLACES, *FIGURES)
#: What is read of results: they are hundreds of thousands.
OUTCOMES = ("school", "year", "phase", "measure", "value", "release")


@dataclass(frozen=True)
class Known:
    """Definitions that the evidence was made with: measures, and the preset of each phase."""

    measures: Mapping[str, panel.Measure]
    presets: Mapping[str, families.Preset]


def read(opened: Evidence, known: Known, *, themes: Themes) -> dict[str, pl.DataFrame]:
    """Read how schools do (FIGURES) from the evidence: the measures of the themes and the headlines alone."""
    heads = _heads(known).values()
    wanted = sorted({measure for *_, basis in themes.bases for measure in basis.measures} | {*heads})
    where = {"measure": wanted}
    rows = {name: opened.table(name, where=where) for name in ("better", "value_added_schools")}
    return rows | {"outcomes": opened.table("outcomes", where=where, columns=OUTCOMES)}


def _heads(known: Known) -> dict[str, str]:
    """The headline measure of each phase that has one."""
    found = {phase: measured.headline(dict(known.measures), phase=phase) for phase in known.presets}
    return {phase: head for phase, head in found.items() if head}


def lay(
    tables: Frames, known: Known, *, trusts: pl.DataFrame | None = None, minutes: pl.DataFrame | None = None
) -> Ground:
    """Return where the schools of the evidence stand.

    Arguments: `tables` of the evidence by name (NEEDED), what is `known` of definitions, and, if somebody
    gave them, `trusts` and `minutes` (tables.partnerships). Schools beside the system are in it too: who is
    whose rival, and what is far from what, depends on them.
    """
    schools = tables["comparable"].select(
        "school", "phase", "name", "authority", "easting", "northing", "pupils"
    )
    disadvantage = circumstances.disadvantage(tables["comparable"]).rename({"percentile": "disadvantage"})
    schools = schools.join(disadvantage, on=["school", "phase"], how="left", maintain_order="left")
    if trusts is None:
        schools = schools.with_columns(trust=pl.lit(None, dtype=pl.String))
    else:
        schools = schools.join(trusts, on="school", how="left", maintain_order="left")
    placed, calipers = {}, {}
    quality = tables.get(
        "match_quality", pl.DataFrame(schema={"phase": pl.String, "preset": pl.String, "caliper": pl.Float64})
    )
    for phase, preset in known.presets.items():
        found = quality.filter(pl.col("caliper").is_not_null(), phase=phase, preset=preset.name)
        if found.height:
            placed[phase] = place(tables["comparable"].filter(phase=phase), preset=preset)
            calipers[phase] = float(found["caliper"][0])
    return Ground(schools, placed, calipers, minutes)


def stand(
    tables: Frames,
    known: Known,
    *,
    themes: Themes,
    definition: Definition,
    said: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return what each school of the system is strong in and what it needs (tables.partnerships.STANDING).

    Arguments: `tables` of the evidence (NEEDED), what is `known` of definitions, the `themes`, the
    `definition` of the plan, and what schools have `said`.
    """
    here = _here(tables, themes)
    compared = tables["schools"].filter(pl.col("kind") == panel.COMPARED).select("school")
    outcomes = tables["outcomes"].join(compared, on="school", how="semi")
    return standing.stand(
        standing.source(tables["better"], outcomes),
        here,
        themes=themes,
        said=said,
        keys=_keys(tables, known, here.select("school", "phase"), outcomes, definition),
    )


def withheld(tables: Frames, *, themes: Themes) -> int:
    """Return how many figures of schools of the system are of too few pupils to say anything of a theme."""
    found = standing.withheld(tables["better"], _here(tables, themes), themes=themes)
    return int(found["schools"].sum())


def _here(tables: Frames, themes: Themes) -> pl.DataFrame:
    """The schools of the system, and where they stand in the nation in what the themes ask of."""
    places = circumstances.percentiles(tables["comparable"], variables=themes.variables)
    mine = tables["comparable"].filter("in_system").select("school", "phase")
    return mine.join(places, on=["school", "phase"], how="left", maintain_order="left")


def _keys(
    tables: Frames, known: Known, mine: pl.DataFrame, outcomes: pl.DataFrame, definition: Definition
) -> pl.DataFrame:
    """The Keys to Success schools of the system."""
    disadvantage = circumstances.disadvantage(tables["comparable"]).rename({"percentile": "disadvantage"})
    wanted = pl.any_horizontal(
        pl.lit(False),
        *((pl.col("phase") == phase) & (pl.col("measure") == head) for phase, head in _heads(known).items()),
    )
    headline = tables["value_added_schools"].filter(wanted)
    lower = [name for name, one in known.measures.items() if one.direction == "lower"]
    return keys.select(
        headline,
        mine.join(disadvantage, on=["school", "phase"], how="left"),
        outcomes.filter(wanted),
        definition=definition.keys,
        lower=lower,
    )

"""Where a school stands on the performance map, measure by measure."""

from __future__ import annotations

import polars as pl

from commonroom import disclosure
from commonroom.disclosure import Released
from commonroom.narrative.pages.ground import KEY, Ground, coded, gathered, none_of, once, ranged, whole
from commonroom.performance import MAP_RULE

PLACE = (
    "measure", "since", "year", "pupils", "attainment", "improvement", "nation_attainment",
    "nation_improvement", "attainment_sd", "improvement_sd", "correlation", "quadrant", "probability", "said",
    "releases",
)  # fmt: skip
#: A place on the map as a document has it.
TYPE = pl.Struct(dict.fromkeys(PLACE, pl.Null))


def tell(ground: Ground) -> pl.DataFrame:
    """Return school, phase and `maps` (forms.MapPlace), the headline first."""
    rows = places(ground)
    if rows is None:
        return none_of("maps", pl.List(TYPE))
    return gathered(rows, PLACE, name="maps")


@once
def places(ground: Ground) -> pl.DataFrame | None:
    """Return one row per school, phase and measure as forms.MapPlace, if the evidence has a map."""
    released = _release(ground)
    if released is None:
        return None
    frame = released.frame.join(ground.inside, on="school", how="semi", maintain_order="left")
    sources = _sources(ground, frame)
    frame = frame.join(sources, on=["phase", "measure", "end"], how="left", maintain_order="left")
    frame = frame.with_columns(
        ranged("attainment", "attainment_low", "attainment_high", name="attainment"),
        ranged("improvement", "improvement_low", "improvement_high", name="improvement"),
        since="start",
        year="end",
        pupils=whole("pupils"),
        nation_attainment=pl.col("reference_attainment").round(3),
        nation_improvement=pl.col("reference_improvement").round(3),
        probability=pl.col("probability").fill_nan(None).round(4),
        said=pl.col("said").fill_null(False),
        place=ground.placed(),
        **{
            name: pl.col(name).fill_nan(None).round(4)
            for name in ("attainment_sd", "improvement_sd", "correlation")
        },
    )
    return frame.sort(*KEY, "place", "measure").select(*KEY, *PLACE)


def withheld(ground: Ground) -> pl.DataFrame:
    """Return what was withheld of the map: school, phase, measure, year (none), what and reason."""
    released = _release(ground)
    schema = dict.fromkeys(("school", "phase", "measure"), pl.String) | {"year": pl.Int32}
    if released is None:
        return pl.DataFrame(schema=schema | {"what": pl.String, "reason": pl.String})
    year = pl.lit(None, dtype=pl.Int32).alias("year")
    rows = released.withheld.select(*KEY, "measure", year, what=pl.lit("map"), reason=coded())
    return rows.unique(maintain_order=True)


@once
def _release(ground: Ground) -> Released | None:
    found = ground.tables.get("performance_map")
    if found is None:
        return None
    known = found.filter(pl.col("measure").is_in(list(ground.facts.measures)))
    return disclosure.release(known, rule=MAP_RULE)


def _sources(ground: Ground, frame: pl.DataFrame) -> pl.DataFrame:
    """Publications of the years that each place rests on: phase, measure, end, releases."""
    ends = frame.select("phase", "measure", "end").unique()
    used = ends.join(ground.sources, on=["phase", "measure"]).filter(pl.col("year") <= pl.col("end"))
    return used.group_by("phase", "measure", "end").agg(releases=pl.col("release").unique().sort())

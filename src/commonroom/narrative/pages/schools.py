"""The page of each school: the register's facts, and what is known of it phase by phase."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from commonroom.narrative.pages import families, likeness, maps, themes, trends
from commonroom.narrative.pages.ground import KEY, Ground

PHASE = (
    "phase", "headline", "compared", "maps", "trends", "matches", "positions", "sensitivity", "context",
    "context_year", "context_releases", "themes", "family", "nearest",
)  # fmt: skip
#: Parts of a phase that are lists: where the evidence has none of them they are empty, not absent.
LISTS = ("maps", "trends", "matches", "positions", "context", "context_releases", "themes", "nearest")
PARTS = (trends, maps, themes, likeness)
REGISTER = (
    "number", "name", "authority", "authority_code", "region", "kind", "type", "admissions", "gender",
    "opened", "closed", "easting", "northing", "in_system", "earlier", "register", "phases", "withheld",
)  # fmt: skip


#: Schools whose documents are made at once: the texts of all would take a third of a gigabyte.
AT_ONCE = 2000


def tell(ground: Ground) -> Iterator[pl.DataFrame]:
    """Yield school and `document` (forms.School as JSON) of schools of the register, some at a time."""
    schools = ground.tables["schools"].with_columns(
        pl.col("opened", "closed").cast(pl.String),
        number="school",
        name=pl.coalesce("name", "school"),
        register=pl.col("release").fill_null(""),
    )
    phases = _phases(ground).group_by("school", maintain_order=True).agg(phases=pl.struct(*PHASE))
    for part in (phases, _earlier(ground), _withheld(ground)):
        schools = schools.join(part, on="school", how="left", maintain_order="left")
    rows = _filled(schools, ("phases", "earlier", "withheld")).sort("school")
    for start in range(0, rows.height, AT_ONCE):
        some = rows.slice(start, AT_ONCE)
        yield some.select("school", document=pl.struct(*REGISTER).struct.json_encode())


def register(ground: Ground) -> pl.DataFrame:
    """Return number, name, authority and its code, phases (with results), kind and in_system, by number."""
    shown = trends.shown(ground).filter(pl.col("phase").is_in(list(ground.facts.headline)))
    seen = shown.select(KEY).unique().group_by("school").agg(phases=pl.col("phase").sort())
    rows = ground.tables["schools"].join(seen, on="school", how="left").sort("school")
    empty = pl.lit([], dtype=pl.List(pl.String))
    return rows.select(
        number="school",
        name=pl.coalesce("name", "school"),
        authority="authority",
        authority_code=pl.coalesce("authority_code", "authority"),
        phases=pl.col("phases").fill_null(empty),
        kind="kind",
        in_system="in_system",
    )


def _phases(ground: Ground) -> pl.DataFrame:
    """One row per school and phase with all that is known of it there."""
    rows = trends.tell(ground)
    compared = families.memberships(ground)
    parts = [maps.tell(ground), *themes.tell(ground), *likeness.tell(ground), compared]
    for part in parts:
        rows = rows.join(part, on=list(KEY), how="left", maintain_order="left")
    rows = rows.with_columns(
        pl.lit(None).alias(name) for name in PHASE if name not in (*rows.columns, "compared", "headline")
    )
    heads = ground.facts.headline
    order = {phase: number for number, phase in enumerate(heads)}
    rows = rows.filter(pl.col("phase").is_in(list(heads))).with_columns(
        headline=pl.col("phase").replace_strict(heads),
        compared=pl.col("matches").is_not_null(),
        place=pl.col("phase").replace_strict(order),
    )
    return _filled(rows, LISTS).sort("school", "place")


def _filled(rows: pl.DataFrame, names: tuple[str, ...]) -> pl.DataFrame:
    """Lists that are absent as empty ones."""
    kinds = {
        name: rows.schema[name] if isinstance(rows.schema[name], pl.List) else pl.List(pl.Null)
        for name in names
    }
    return rows.with_columns(
        pl.col(name).cast(kind).fill_null(pl.lit([], dtype=kind)) for name, kind in kinds.items()
    )


def _earlier(ground: Ground) -> pl.DataFrame:
    """Earlier numbers of each school: school, `earlier` (forms.Earlier)."""
    joins = ground.tables["joins"].sort("school", "steps", "number")
    told = joins.with_columns(pl.col("date").cast(pl.String))
    return told.group_by("school", maintain_order=True).agg(earlier=pl.struct("number", "rule", "date"))


def _withheld(ground: Ground) -> pl.DataFrame:
    """What was withheld of each school: school, `withheld` (forms.Withheld)."""
    columns = ("phase", "measure", "year", "what", "reason")
    parts = [part.withheld(ground).select("school", *columns) for part in PARTS]
    every: pl.DataFrame = pl.concat(parts, how="vertical_relaxed")
    rows = every.unique().sort("school", "phase", ground.placed(), "year", "what", nulls_last=True)
    return rows.group_by("school", maintain_order=True).agg(withheld=pl.struct(*columns))

"""Lists of schools alike: who is in them, how alike, how far away, and what may be said of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from commonroom.families.quality import NEAR
from commonroom.narrative.pages import likeness, maps, themes
from commonroom.narrative.pages.ground import KEY, Ground, none_of, once
from commonroom.partnerships import definition, travel

BRIEF = ("number", "name", "authority", "in_system", "phase", "family", "map", "strengths")
#: Columns of a neighbour as a list of the document: one list each, for a list of fifty is read often.
NEIGHBOUR = ("number", "distance", "likeness", "mutual", "km", "minutes", "travel")
#: Schools whose lists are made at once: the lists of all would take gigabytes.
AT_ONCE = 2000


def memberships(ground: Ground) -> pl.DataFrame:
    """Return school, phase and `family` (forms.InFamily) of the schools in stable families."""
    if "families" not in ground.tables:
        return none_of("family", pl.Null())
    found = ground.tables["families"].filter(pl.col("family") != "")
    size = pl.len().over("phase", "family").cast(pl.Int64)
    return found.select(*KEY, family=pl.struct(code="family", honorary="honorary", schools=size)).sort(KEY)


def briefs(ground: Ground) -> pl.DataFrame:
    """Return school, phase and `document` (forms.Brief as JSON) of every compared school of the nation."""
    rows = ground.tables["comparable"].select(
        *KEY,
        "authority",
        "in_system",
        number="school",
        name=pl.coalesce("name", "school"),
    )
    parts = [_family_of(ground), _headline_map(ground)]
    parts += [themes.strengths(ground)] if "better" in ground.tables else []
    for part in parts:
        rows = rows.join(part, on=list(KEY), how="left", maintain_order="left")
    if "strengths" not in rows.columns:
        rows = rows.with_columns(strengths=pl.lit(None, dtype=pl.List(pl.Null)))
    rows = rows.with_columns(pl.col("strengths").fill_null(pl.lit([], dtype=rows.schema["strengths"])))
    return rows.sort(KEY).select(*KEY, document=pl.struct(*BRIEF).struct.json_encode())


def _family_of(ground: Ground) -> pl.DataFrame:
    return memberships(ground).with_columns(
        family=pl.col("family").struct.field("code")
        if "families" in ground.tables
        else pl.lit(None, dtype=pl.String)
    )


def _headline_map(ground: Ground) -> pl.DataFrame:
    """The place of each school on the map of its headline measure: school, phase, `map`."""
    rows = maps.places(ground)
    if rows is None:
        return none_of("map", pl.Null())
    heads = [{"phase": phase, "measure": name} for phase, name in ground.facts.headline.items()]
    return rows.filter(pl.struct("phase", "measure").is_in(heads)).select(*KEY, map=pl.struct(*maps.PLACE))


def alike(ground: Ground) -> Iterator[pl.DataFrame]:
    """Yield school, phase, preset and `document` of lists of schools alike, some schools at a time.

    A document has `match`, `position` (as in forms) and `members`: a list for each of NEIGHBOUR.
    """
    if not ground.presets:
        return
    key = [*KEY, "preset"]
    heads = likeness.matches(ground).select(*key, match=pl.struct(*likeness.MATCH))
    positions = likeness.positions(ground).frame if "positions" in ground.tables else None
    if positions is None:
        heads = heads.with_columns(position=pl.lit(None))
    else:
        placed = positions.select(*key, position=pl.struct(*likeness.POSITION))
        heads = heads.join(placed, on=key, how="left", maintain_order="left")
    calipers = ground.tables["match_quality"].select(*key, "caliper")
    heads = heads.join(calipers, on=key, how="left", maintain_order="left")
    places, terms = _places(ground)
    for (phase, preset), near in _by_preset(ground.tables["neighbours"]):
        mine = heads.filter(pl.col("phase") == phase, pl.col("preset") == preset)
        for start in range(0, mine.height, AT_ONCE):
            some = mine.slice(start, AT_ONCE)
            yield _lists(near.join(some.select("school"), on="school", how="semi"), some, places, terms)


def _by_preset(neighbours: pl.DataFrame) -> Iterator[tuple[tuple[str, str], pl.DataFrame]]:
    """Neighbours by phase and definition, one after another."""
    named = neighbours.select("phase", "preset").unique().sort("phase", "preset")
    for phase, preset in named.iter_rows():
        found = neighbours.filter(pl.col("phase") == phase, pl.col("preset") == preset)
        yield (phase, preset), found.drop("phase", "preset").sort("school", "rank")


@once
def _places(ground: Ground) -> tuple[travel.Places, definition.Travel]:
    """Where schools are, and how minutes follow from that."""
    plan = ground.facts.plan or definition.load()
    return travel.lay_out(ground.tables["comparable"], travel=plan.travel), plan.travel


def _lists(
    near: pl.DataFrame, heads: pl.DataFrame, places: travel.Places, terms: definition.Travel
) -> pl.DataFrame:
    """Return the documents of some schools: their neighbours in order of likeness."""
    journeys = travel.between(
        places, places.rows(near["school"]), places.rows(near["neighbour"]), travel=terms
    )
    near = near.join(heads.select("school", "caliper"), on="school", how="left", maintain_order="left")
    columns = near.with_columns(
        number="neighbour",
        likeness=_likeness(),
        distance=pl.col("distance").round(4),
        km=pl.Series(journeys.km).fill_nan(None).round(1),
        minutes=pl.Series(journeys.minutes).fill_nan(None).round(0).cast(pl.Int64),
        travel=pl.Series(np.array(travel.SOURCES)[journeys.source]),
    )
    listed = columns.group_by("school", maintain_order=True).agg(NEIGHBOUR)
    rows = heads.join(listed, on="school", how="left", maintain_order="left")
    rows = rows.with_columns(
        pl.col(name).fill_null(pl.lit([], dtype=rows.schema[name])) for name in NEIGHBOUR
    )
    document = pl.struct("match", "position", members=pl.struct(*NEIGHBOUR))
    return rows.select(*KEY, "preset", document=document.struct.json_encode())


def _likeness() -> pl.Expr:
    """How alike one school is, by the same limits as the match of all of them."""
    distance, caliper = pl.col("distance"), pl.col("caliper")
    return (
        pl.when(caliper.is_null())
        .then(pl.lit("none"))
        .when(distance <= NEAR * caliper)
        .then(pl.lit("near"))
        .when(distance <= caliper)
        .then(pl.lit("fair"))
        .otherwise(pl.lit("stretched"))
    )


def stable(ground: Ground) -> list[tuple[str, str, dict[str, Any]]]:
    """Return phase, code and document of each stable family: its members by name, and travel between them."""
    found = ground.tables.get("families")
    if found is None:
        return []
    names = ground.tables["schools"].select("school", name=pl.coalesce("name", "school"))
    rows = (
        found.filter(pl.col("family") != "")
        .join(names, on="school")
        .sort("phase", "family", "name", "school")
    )
    sizes = {
        (row["phase"], row["family"]): row for row in ground.tables["family_report"].iter_rows(named=True)
    }
    places, terms = _places(ground)
    calipers = _calipers(ground)
    parts = rows.partition_by("phase", "family", as_dict=True, maintain_order=True)
    return [
        (
            str(phase),
            str(code),
            _family(members, sizes[phase, code], calipers.get(str(phase)), (places, terms)),
        )
        for (phase, code), members in parts.items()
    ]


def _calipers(ground: Ground) -> dict[str, float]:
    """The reach of the definition that a page begins with, by phase."""
    if not ground.presets:
        return {}
    own = ground.tables["match_quality"].join(ground.defaults, on=["phase", "preset"], how="semi")
    return dict(own.group_by("phase").agg(pl.col("caliper").drop_nulls().first()).drop_nulls().iter_rows())


def _family(
    members: pl.DataFrame,
    size: dict[str, Any],
    caliper: float | None,
    roads: tuple[travel.Places, definition.Travel],
) -> dict[str, Any]:
    """Return the document of one family; `km` and `minutes` have a row and a column for each member."""
    places, terms = roads
    rows = places.rows(members["school"])
    journeys = travel.between(places, np.repeat(rows, rows.size), np.tile(rows, rows.size), travel=terms)
    shape = (rows.size, rows.size)
    alike = members.with_columns(caliper=pl.lit(caliper, dtype=pl.Float64)).select(_likeness())
    return {
        "phase": size["phase"],
        "code": size["family"],
        **{name: size[name] for name in ("schools", "honorary")},
        **{name: None if size[name] is None else round(size[name], 4) for name in ("within", "optimum")},
        "numbers": members["school"].to_list(),
        "distances": members["distance"].round(4).to_list(),
        "likeness": alike.to_series().to_list(),
        "honoraries": members["honorary"].to_list(),
        "km": _matrix(journeys.km.round(1), shape),
        "minutes": [
            [None if one is None else int(one) for one in row]
            for row in _matrix(journeys.minutes.round(), shape)
        ],
        "travel": [[travel.SOURCES[one] for one in row] for row in journeys.source.reshape(shape).tolist()],
    }


def _matrix(values: Any, shape: tuple[int, int]) -> list[list[float | None]]:
    """Numbers as rows of plain values, empty where there is none."""
    return [[None if np.isnan(one) else float(one) for one in row] for row in values.reshape(shape)]

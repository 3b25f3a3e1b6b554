"""Who may stand beside anybody: no partner, and nobody so near that the work was heard of."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.spatial import KDTree

from commonroom.impact.study import Flags, Floats, Study
from commonroom.partnerships import travel as roads
from commonroom.partnerships.definition import Travel
from commonroom.tables import impact as tables

_LEFT_OUT = {name: kind for name, kind in tables.LEFT_OUT.schema.items() if name != "role"}


def pool(study: Study, *, partners: Flags, near: Flags | None = None) -> Flags:
    """Return which schools may stand beside one that took part (n).

    Arguments: `partners` (n): schools that helped, or work or worked with one that took part; `near` (n):
    schools too near to a partner, where these are set aside. Schools that joined are among the pool of those
    that joined before them; `match` sees to the years. A school needs some figure.
    """
    kept = ~partners & ~np.isnan(study.figures).all(axis=1)
    return np.asarray(kept if near is None else kept & ~near)


def aside(study: Study, *, partners: Flags, near: Flags | None = None) -> pl.DataFrame:
    """Return the schools that `pool` sets aside, and why (tables.impact.LEFT_OUT without role)."""
    others = ~study.joined
    reasons = (
        ("partner", others & partners),
        ("near", others & ~partners & (np.zeros_like(partners) if near is None else near)),
    )
    rows = [
        ("comparison", str(school), why, None) for why, where in reasons for school in study.schools[where]
    ]
    return pl.DataFrame(rows, schema=_LEFT_OUT, orient="row").sort("school")


def minutes(study: Study, *, travel: Travel) -> Floats:
    """Return the minutes by car to the nearest other school that took part (n); NaN where not known.

    Minutes are those of partnerships (definitions/partnerships.yaml): a straight line, made a road, at the
    speeds of its bands; the nearest in a straight line is then the nearest by car.
    """
    placed = ~np.isnan(study.easting) & ~np.isnan(study.northing)
    places = np.column_stack([study.easting, study.northing])
    found = np.full(study.start.size, np.nan)
    partners = np.flatnonzero(placed & study.joined)
    asked = np.flatnonzero(placed)
    if not partners.size:
        return found
    metres, _ = KDTree(places[partners]).query(places[asked], k=[1, 2])
    nearest = np.where(study.joined[asked], metres[:, 1], metres[:, 0])
    known = np.isfinite(nearest)
    found[asked[known]] = roads.minutes(nearest[known] / 1000.0, travel=travel)
    return found


def with_minutes(pairs: pl.DataFrame, *, study: Study, minutes: Floats) -> pl.DataFrame:
    """Return `pairs` with the minutes of each comparison school from the nearest school that took part."""
    known = pl.DataFrame({"comparison": study.schools, "minutes": minutes}).with_columns(
        pl.col("minutes").fill_nan(None)
    )
    joined = pairs.drop("minutes").join(known, on="comparison", how="left", maintain_order="left")
    return joined.select(pairs.columns)

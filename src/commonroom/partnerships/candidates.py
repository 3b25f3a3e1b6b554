"""Candidates: for each need the schools that could help most, and what keeps others away."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.families.placement import Floats, Ints
from commonroom.partnerships import gains, travel
from commonroom.partnerships.definition import Definition
from commonroom.partnerships.ground import Ground
from commonroom.partnerships.surroundings import beyond, nearby
from commonroom.partnerships.travel import Places
from commonroom.partnerships.weighing import Pairs, Scene, Sides, is_barred, join, pairs, scene
from commonroom.tables import partnerships as tables


@dataclass(frozen=True)
class Candidates:
    """Who could help whom (`edges`: tables.partnerships.EDGES), and one row per need (`reach`: REACH)."""

    edges: pl.DataFrame
    reach: pl.DataFrame


def weigh(
    standing: pl.DataFrame,
    ground: Ground,
    *,
    definition: Definition,
    barred: pl.DataFrame | None = None,
    known: pl.DataFrame | None = None,
) -> Candidates:
    """Return for each need the `definition.candidates` schools that would bring most, and what is in reach.

    Arguments: `standing` (tables.partnerships.STANDING); the `ground`, best with all schools there are,
    since catchments depend on them; `barred`: receiver, provider and, where only one is meant, phase and
    theme of pairs that are not to be proposed; `known`: provider and receiver that have worked together.
    A school strong in the theme and phase of a need is a candidate if it is within
    `definition.travel.most_minutes`, not barred, and not a rival (where these are avoided). Equal gains
    are settled by identity. A place that is not known: see travel.lay_out. Source: METHODS.md section 8.
    """
    filled = gains.fill(standing, gain=definition.gain).sort("phase", "theme", "school")
    there = pl.concat([ground.schools, standing.select("school")], how="diagonal")
    places = travel.lay_out(there, travel=definition.travel, measured=ground.minutes)
    needs = filled.filter(kind="need").select("phase", "theme").unique().sort("phase", "theme")
    stages = {
        phase: scene(places, ground, definition, phase=phase) for phase in needs["phase"].unique().sort()
    }

    def look(phase: str, theme: str) -> Candidates:
        rows = filled.filter(phase=phase, theme=theme)
        of = {"phase": phase, "theme": theme}
        found = _weigh(stages[phase], rows, barred=_barred(places, barred, of))
        labels = [pl.lit(label).alias(name) for name, label in of.items()]
        return Candidates(found.edges.with_columns(labels), found.reach.with_columns(labels))

    # Each theme is on its own, and its arithmetic leaves Python alone most of the time.
    with ThreadPoolExecutor(2) as pool:
        parts = list(pool.map(look, needs["phase"], needs["theme"]))
    edges = [tables.EDGES.empty(), *(part.edges for part in parts)]
    reach = [tables.REACH.empty(), *(part.reach for part in parts)]
    every = pl.concat(edges, how="diagonal_relaxed").with_columns(pl.col("distance").fill_nan(None))
    every = every.with_columns(known=_known(every, places, known))
    return Candidates(
        edges=tables.EDGES.check(every),
        reach=tables.REACH.check(pl.concat(reach, how="diagonal_relaxed")),
    )


def _weigh(stage: Scene, rows: pl.DataFrame, *, barred: Ints) -> Candidates:
    """Weigh the needs of one theme in one phase; `rows`: its standing, by school."""
    needs, strong = (rows.filter(kind=kind) for kind in ("need", "strength"))
    sides = Sides(
        takers=stage.places.rows(needs["school"]),
        givers=stage.places.rows(strong["school"]),
        real=strong["probability"].to_numpy(),
        barred=barred,
    )
    rule, size = stage.definition, needs.height
    counts = np.zeros((3, size), dtype=np.int64)
    kept, refused, rival = [], [], []
    for taker, giver in nearby(stage.places, sides.takers, sides.givers, rule=rule.travel):
        part = pairs(stage, sides, taker, giver)
        for row, flags in enumerate((part.minutes >= 0, part.rival, part.barred)):
            counts[row] += np.bincount(part.taker[flags], minlength=size)
        kept.append(part.take(~part.rival & ~part.barred).best(rule.candidates))
        refused.append(part.take(part.barred).best(1))
        rival.append(part.take(part.rival).best(1))
    edges = join(kept)
    helped = np.bincount(edges.taker, minlength=size)
    outside, minutes = _outside(stage, sides, helped)
    frame = {
        "receiver": needs["school"],
        "strong": np.full(size, strong.height),
        "in_reach": counts[0],
        "rivals": counts[1],
        "barred": counts[2],
        "kept": helped,
        "outside_provider": _named(strong["school"], outside),
        "outside_minutes": pl.Series(minutes, nan_to_null=True),
        "rival_provider": _named(strong["school"], _spread(join(rival), size)),
        "barred_provider": _named(strong["school"], _spread(join(refused), size)),
    }
    return Candidates(_edges(edges, needs, strong, definition=rule), pl.DataFrame(frame))


def _edges(
    found: Pairs, needs: pl.DataFrame, strong: pl.DataFrame, *, definition: Definition
) -> pl.DataFrame:
    """Candidates of one theme in one phase, but for both names, in the form of tables.partnerships.EDGES."""
    gap = gains.gap(needs["effect"].to_numpy(), needs["sd"].to_numpy())
    frame = pl.DataFrame(
        {
            "receiver": needs["school"].gather(found.taker),
            "provider": strong["school"].gather(found.giver),
            "km": pl.Series(found.km, nan_to_null=True),
            "minutes": found.minutes,
            "travel": pl.Series(travel.SOURCES).gather(found.source),
            "gap": gap[found.taker],
            "probability": strong["probability"].gather(found.giver),
            "distance": pl.Series(found.distance, nan_to_null=True),
            "likeness": gains.likeness(found.distance, gain=definition.gain),
            "nearness": gains.nearness(found.minutes, gain=definition.gain),
        }
    )
    return frame.with_columns(gain=pl.Series(gains.expected(frame, gain=definition.gain)))


def _outside(stage: Scene, sides: Sides, helped: Ints) -> tuple[Ints, Floats]:
    """The nearest strong school beyond the limit, where a need has fewer candidates than are kept."""
    few = np.flatnonzero(helped < stage.definition.candidates)
    takers = sides.takers[few]

    def allowed(taker: Ints, giver: Ints) -> npt.NDArray[np.bool_]:
        a, b = takers[taker], sides.givers[giver]
        gap = stage.places.gaps(a, b)
        return ~is_barred(stage, sides, a, b) & ~stage.rivals(a, b, gap)

    nearest, minutes = np.full(helped.size, -1), np.full(helped.size, np.nan)
    nearest[few], minutes[few] = beyond(
        stage.places, takers, sides.givers, rule=stage.definition.travel, allowed=allowed
    )
    return nearest, minutes


def _spread(found: Pairs, size: int) -> Ints:
    """The giver of each taker, -1 where there is none."""
    giver = np.full(size, -1, dtype=np.int64)
    giver[found.taker] = found.giver
    return giver


def _named(schools: pl.Series, rows: Ints) -> pl.Series:
    """Identities by row, empty for -1."""
    return schools.gather(pl.Series(rows).replace(-1, None))


def _barred(places: Places, barred: pl.DataFrame | None, here: dict[str, str]) -> Ints:
    """Pairs that are barred in a phase and theme, as receiver's row x places + provider's row."""
    if barred is None:
        return np.zeros(0, dtype=np.int64)
    for column in here.keys() & set(barred.columns):
        barred = barred.filter(pl.col(column).is_null() | (pl.col(column) == here[column]))
    return _pair(places, barred)


def _known(edges: pl.DataFrame, places: Places, known: pl.DataFrame | None) -> pl.Series:
    """Whether the two of each candidate have worked together, whoever helped whom."""
    if known is None:
        return pl.Series(np.zeros(edges.height, dtype=np.bool_))
    back = known.select(receiver="provider", provider="receiver")
    both = np.concatenate([_pair(places, known), _pair(places, back)])
    return pl.Series(np.isin(_pair(places, edges), both))


def _pair(places: Places, frame: pl.DataFrame) -> Ints:
    """A number for each pair, -1 where one of the two is not known."""
    a, b = places.rows(frame["receiver"]), places.rows(frame["provider"])
    return np.where((a < 0) | (b < 0), -1, a * places.schools.len() + b)

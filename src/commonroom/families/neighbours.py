"""The schools most alike, exactly, whatever is unknown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.families import quality as match
from commonroom.families.nearest import nearest
from commonroom.families.placement import Floats, Ints, Placement, asked_rows, place
from commonroom.families.presets import Preset, load_preset
from commonroom.tables import families as tables

Rows: TypeAlias = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Nearest:
    """Neighbours of every school, asked about or not, as rows of `schools` (in order of identity).

    `family` (schools x k) are those that `Families.neighbours` names, `wide` (schools x reach) goes
    farther; nearest first, -1 where there are no more. Numbers, since they are millions.
    """

    schools: pl.Series
    family: Rows
    wide: Rows


@dataclass(frozen=True)
class Families:
    """Neighbours (tables.families.NEIGHBOURS), match quality (QUALITY), gaps by criterion (GAPS).

    These are of the asked schools; `nearest` is of all, as far as `reach` went.
    """

    preset: Preset
    neighbours: pl.DataFrame
    quality: pl.DataFrame
    gaps: pl.DataFrame
    notes: tuple[str, ...]
    nearest: Nearest


def find(
    schools: pl.DataFrame,
    *,
    preset: str | Path | Preset,
    k: int | None = None,
    only: Iterable[str] | None = None,
    reach: int = 0,
) -> Families:
    """Find the `k` schools most alike for each school, with the quality of the match.

    `schools`: one row per school: `school`, the block columns and the variables of the preset, any
    of them null. `k`: the preset's own unless given. `only`: schools to answer for (all are still
    compared: the caliper and hubness are of the whole frame). `reach`: how many to list in `nearest`,
    for those who compare families of several sizes, if more than `k`. Two schools are compared on the
    criteria both know, with the weights renormalised, if these weigh at least the preset's `share`;
    never a zero, never a median. Equal distances are settled by identity, the smaller first.
    Raises SaidToPeople for a school that is not there and for what `place` refuses.
    Source: METHODS.md section 1.
    """
    chosen = load_preset(preset)
    wanted = chosen.k if k is None else k
    if wanted < 1:
        raise SaidToPeople(f"{wanted} neighbours were asked for.", remedy="Ask for at least one.")
    placed = place(schools, preset=chosen)
    asked = asked_rows(placed, only=only)
    index, distance = _nearest(placed, k=max(wanted, chosen.pool or 0, reach))
    wide = _preferred(placed, index, distance, k=max(wanted, reach))[0]
    pool = max(wanted, chosen.pool or 0)
    index, distance = _preferred(placed, index[:, :pool], distance[:, :pool], k=wanted)
    found = match.weigh(placed, index, distance, asked=asked)
    return Families(
        preset=chosen,
        neighbours=_frame(placed, found),
        quality=tables.QUALITY.check(match.quality(placed, found)),
        gaps=match.gaps(placed, found),
        notes=placed.notes,
        nearest=Nearest(placed.schools, index.astype(np.int32), wide.astype(np.int32)),
    )


def _nearest(placed: Placement, *, k: int) -> tuple[Ints, Floats]:
    """The k nearest of every school in its own block, as rows of the placement."""
    size = placed.schools.len()
    index = np.full((size, k), -1, dtype=np.int64)
    distance = np.full((size, k), np.nan)
    order = np.argsort(placed.block, kind="stable")
    edges = np.flatnonzero(np.diff(placed.block[order])) + 1
    for rows in np.split(order, edges):
        found, far = nearest(
            placed.values[rows], placed.factors, placed.weights, k=k, share=placed.preset.share
        )
        index[rows] = np.where(found >= 0, rows[found], -1)
        distance[rows] = far * np.sqrt(placed.total)
    return index, distance


def _preferred(placed: Placement, index: Ints, distance: Floats, *, k: int) -> tuple[Ints, Floats]:
    """The first k, those of the school's own region (or what the preset prefers) before the others."""
    if placed.preferred is None:
        return index[:, :k], distance[:, :k]
    codes = placed.preferred.rank("dense").fill_null(0).to_numpy().astype(np.int64)
    same = (codes[index] == codes[:, None]) & (codes[:, None] > 0)
    rank = np.where(index < 0, 2, np.where(same, 0, 1))
    order = np.argsort(rank, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(index, order, axis=1), np.take_along_axis(distance, order, axis=1)


def _frame(placed: Placement, found: match.Found) -> pl.DataFrame:
    """Neighbours in long form, by school and rank."""
    asked = found.asked
    index = found.index[asked]
    row, rank = np.nonzero(index >= 0)
    frame = pl.DataFrame(
        {
            "school": placed.schools.gather(asked[row]),
            "rank": pl.Series(rank + 1, dtype=pl.Int32),
            "neighbour": placed.schools.gather(index[row, rank]),
            "distance": found.distance[asked[row], rank],
            "inside": found.inside[asked[row], rank],
            "mutual": found.mutual[asked[row], rank],
        }
    )
    return frame.select(*tables.NEIGHBOURS.schema)

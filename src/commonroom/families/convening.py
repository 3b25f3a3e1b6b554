"""What is told about families as groups: who is in which, who moved and why, and how alike they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.families.centres import distances
from commonroom.families.nearest import nearest
from commonroom.families.placement import Floats, Ints, Placement
from commonroom.families.start import Part
from commonroom.tables import families as tables


@dataclass(frozen=True)
class Settled:
    """A part when nobody moves any more: family numbers, who is honorary, distances to all centres."""

    part: Part
    family: Ints
    honorary: npt.NDArray[np.bool_]
    gaps: Floats


def members(
    placed: Placement,
    done: list[Settled],
    *,
    before: list[str | None],
    asked: Ints,
    rules: tuple[float, float],
) -> pl.DataFrame:
    """One row per asked school in the form of tables.families.GROUPS; `rules`: caliper and price."""
    known = [row for settled in done for row in _rows(placed, settled, before=before, rules=rules)]
    there = {row[0] for row in known}
    why = "Too little is known of it to place it in a family."
    unknown = [
        (placed.schools[int(row)], None, False, None, before[row], before[row] is not None, why)
        for row in asked
        if placed.schools[int(row)] not in there
    ]
    frame = pl.DataFrame(known + unknown, schema=tables.GROUPS.schema, orient="row")
    return tables.GROUPS.check(frame.sort("school"))


def _rows(
    placed: Placement, settled: Settled, *, before: list[str | None], rules: tuple[float, float]
) -> list[tuple[object, ...]]:
    """The rows of one part."""
    part, (caliper, price) = settled.part, rules
    rows: list[tuple[object, ...]] = []
    for place, row in enumerate(part.rows):
        family, last = int(settled.family[place]), before[row]
        name = part.names[family]
        gap = float(settled.gaps[place, family])
        moved = last is not None and last != name
        why = ""
        if settled.honorary[place]:
            why = (
                f"Farther than {caliper:.2f} from the centre of every family: honorary member of the nearest."
            )
        elif moved and last not in part.names:
            why = "Its family is no longer among those it can belong to: dissolved, or of other schools."
        elif moved:
            nearer = float(settled.gaps[place, part.names.index(str(last))]) - gap
            why = (
                f"Nearer to this family by {nearer:.2f}, more than the price of moving ({price:.2f})."
                if nearer > price
                else f"To keep families between {part.low} and {part.high} schools."
            )
        rows.append((placed.schools[int(row)], name, bool(settled.honorary[place]), gap, last, moved, why))
    return rows


def report(done: list[Settled], *, near: Floats, before: list[str | None]) -> pl.DataFrame:
    """One row per family in the form of tables.families.GROUP_REPORT; `near` as `nearby` gives it."""
    rows = []
    for settled in done:
        part = settled.part
        for number, name in enumerate(part.names):
            regular = np.flatnonzero((settled.family == number) & ~settled.honorary)
            stayed = sum(before[row] == name for row in part.rows[regular])
            size = regular.size
            best = near[part.rows[regular], : size - 1]
            rows.append(
                (
                    name,
                    size,
                    int(((settled.family == number) & settled.honorary).sum()),
                    _within(part, regular),
                    float(best.mean()) if best.size else None,
                    stayed,
                    size - stayed,
                )
            )
    frame = pl.DataFrame(rows, schema=tables.GROUP_REPORT.schema, orient="row")
    return tables.GROUP_REPORT.check(frame.with_columns(pl.col(pl.Float64).fill_nan(None)).sort("family"))


def _within(part: Part, members: Ints) -> float | None:
    """Mean distance between two members, None of a single one."""
    mine = part.points.take(members)
    pairs = distances(mine, mine)[np.triu_indices(members.size, 1)]
    return float(pairs.mean()) if pairs.size else None


def nearby(placed: Placement, parts: list[Part]) -> Floats:
    """Distances of every school of the parts to the nearest others, nearest first (schools x k).

    Rows are those of the placement, NaN for other schools; k is what the largest family has others.
    """
    most = max((part.high for part in parts), default=1)
    found = np.full((placed.schools.len(), max(1, most - 1)), np.nan)
    rows = np.sort(np.concatenate([np.empty(0, dtype=np.int64), *(part.rows for part in parts)]))
    for block in np.unique(placed.block[rows]):
        mine = rows[placed.block[rows] == block]
        _, far = nearest(
            placed.values[mine],
            placed.factors,
            placed.weights,
            k=found.shape[1],
            share=placed.preset.share,
        )
        found[mine] = far * np.sqrt(placed.total)
    return found


def notes(done: list[Settled], *, sizes: tuple[int, int]) -> list[str]:
    """What could not be as asked, in plain sentences."""
    said = []
    for settled in done:
        part = settled.part
        if (part.low, part.high) != sizes:
            said.append(
                f"{part.rows.size} schools cannot be parted into families of {sizes[0]} to {sizes[1]}; "
                f"theirs have {part.low} to {part.high}."
            )
    return said

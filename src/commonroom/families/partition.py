"""Families as groups, for convening people: disjoint, of bounded size, and stable from year to year."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.families import convening
from commonroom.families.assignment import assign, whole_costs
from commonroom.families.centres import Points, distances, medians, points
from commonroom.families.convening import Settled
from commonroom.families.placement import Floats, Ints, Placement, asked_rows, place
from commonroom.families.presets import Preset, load_preset
from commonroom.families.start import Names, Part, start

#: Assignments at most; each lowers the sum of distances, and few are needed.
ROUNDS = 15


@dataclass(frozen=True)
class Groups:
    """Who is convened with whom (tables.families.GROUPS) and how alike they are (GROUP_REPORT).

    `caliper` and `price` (of moving) are distances to a centre.
    """

    preset: Preset
    families: pl.DataFrame
    report: pl.DataFrame
    caliper: float
    price: float
    notes: tuple[str, ...]


def group(
    schools: pl.DataFrame,
    *,
    preset: str | Path | Preset,
    sizes: tuple[int, int] = (8, 14),
    last: pl.DataFrame | None = None,
    only: Iterable[str] | None = None,
) -> Groups:
    """Part schools into families of `sizes`, near their centres and near last year's families.

    `schools` as for `find`: scales are taken over all of them, families formed of `only` (all by
    default). `last`: `school`, `family` and, if known, `honorary` of the time before; a school
    leaves its family only if another's centre is nearer by more than the `price` of the preset, or
    if sizes require it. Families never cross the preset's blocks. The sum of distances to centres
    and of prices is lowered by turns: centres (points of least distance), assignment (min-cost
    flow). A school beyond the caliper (of all distances to as many nearest schools as a family has
    others) from every centre is an honorary member of the nearest family and does not count in its
    size (where the caliper is a percentile, no more schools than it leaves out). A preset on one
    variable gives contextual families. Raises SaidToPeople for sizes that
    make no sense, a school that is twice in `last`, and for what `place` refuses. Source:
    METHODS.md section 2.
    """
    chosen = load_preset(preset)
    if not 1 <= sizes[0] <= sizes[1]:
        raise SaidToPeople(
            f"families of {sizes[0]} to {sizes[1]} schools cannot be formed.",
            remedy="Give the smallest size first, at least 1.",
        )
    placed = place(schools, preset=chosen)
    asked = asked_rows(placed, only=only)
    before = _before(placed, last)
    parts = _parts(placed, asked=asked, before=before, sizes=sizes)
    near = convening.nearby(placed, parts)
    caliper, price = _rules(chosen, near)
    done = [
        _settle(part, schools=placed.schools, preset=chosen, caliper=caliper, price=price) for part in parts
    ]
    return Groups(
        preset=chosen,
        families=convening.members(placed, done, before=before.family, asked=asked, rules=(caliper, price)),
        report=convening.report(done, near=near, before=before.family),
        caliper=caliper,
        price=price,
        notes=(*placed.notes, *convening.notes(done, sizes=sizes)),
    )


@dataclass(frozen=True)
class _Before:
    """Last year's family of each placed school, or None, and who was an honorary member."""

    family: list[str | None]
    aside: npt.NDArray[np.bool_]


def _before(placed: Placement, last: pl.DataFrame | None) -> _Before:
    """The time before, by rows of the placement; refused when a school is in two families."""
    if last is None:
        size = placed.schools.len()
        return _Before([None] * size, np.zeros(size, dtype=np.bool_))
    if last["school"].is_duplicated().any():
        raise SaidToPeople(
            "a school is in two families of the time before.", remedy="Give each school one row."
        )
    honorary = pl.col("honorary") if "honorary" in last.columns else pl.lit(False)
    rows = last.select(pl.col("school", "family").cast(pl.String), honorary.alias("honorary"))
    found = placed.schools.to_frame().join(rows, on="school", how="left", maintain_order="left")
    return _Before(found["family"].to_list(), found["honorary"].fill_null(False).to_numpy())


def _parts(placed: Placement, *, asked: Ints, before: _Before, sizes: tuple[int, int]) -> list[Part]:
    """The starting families of every block, of schools known well enough to be placed."""
    every = points(placed)
    least = placed.preset.share * placed.weights.sum() * (1 - 1e-9)
    ready = asked[every.known[asked] @ placed.weights >= least]
    homes = _homes(placed, ready, before.family)
    names = Names(family for family in before.family if family)
    parts: list[Part] = []
    for number in np.unique(placed.block[ready]):
        rows = ready[placed.block[ready] == number]
        last = [before.family[row] for row in rows]
        mine = [name if name and homes[name] == number else None for name in last]
        nobody = np.full(rows.size, -1)
        block = Part(rows, every.take(rows), (), sizes[0], sizes[1], nobody, nobody)
        parts += start(block, last=mine, aside=before.aside[rows], names=names)
    return parts


def _homes(placed: Placement, rows: Ints, before: list[str | None]) -> dict[str, int]:
    """The block where most of each of last year's families are now; the first of equals."""
    frame = pl.DataFrame(
        {"family": [before[row] for row in rows], "block": placed.block[rows]},
        schema={"family": pl.String, "block": pl.Int64},
    ).drop_nulls()
    counts = (
        frame.group_by("family", "block")
        .len()
        .sort("family", "len", "block", descending=[False, True, False])
    )
    return dict(counts.unique("family", keep="first", maintain_order=True).select("family", "block").rows())


def _rules(preset: Preset, near: Floats) -> tuple[float, float]:
    """How far from a centre is too far, and the price of moving, both in distance.

    Both follow from how near schools are to each other, not from any partition: so where nothing
    changed since last year nobody moves.
    """
    known = near[~np.isnan(near)]
    known = known if known.size else np.zeros(1)
    caliper = preset.caliper.distance or float(np.percentile(known, preset.caliper.percentile))
    return caliper, preset.price * float(np.median(known))


def _gaps(part: Part, family: Ints) -> Floats:
    """Distance of every school of the part to the centre of every family."""
    centres: Points = medians(part.points, family, count=len(part.names))
    return distances(part.points, centres)


def _settle(part: Part, *, schools: pl.Series, preset: Preset, caliper: float, price: float) -> Settled:
    """Assign and centre by turns until nobody moves."""
    count, size = len(part.names), part.rows.size
    labels = schools.gather(part.rows).to_list()
    elsewhere = (part.before[:, None] >= 0) & (part.before[:, None] != np.arange(count))
    # A percentile sets apart no more schools than it says, however the distances are spread.
    beyond = 1.0 if preset.caliper.distance else 1 - preset.caliper.percentile / 100
    fewest = max(part.low * count, size - math.ceil(round(beyond * size, 9)))
    family = part.family
    for _ in range(ROUNDS):
        gaps = _gaps(part, family)
        regular = _regular(gaps.min(axis=1), caliper=caliper, fewest=fewest)
        costs = whole_costs(gaps + price * elsewhere, schools=labels, families=part.names)
        assigned = np.full(size, -1)
        assigned[regular] = assign(costs[regular], low=part.low, high=part.high)
        if np.array_equal(assigned, family):
            break
        family = assigned
    nearest = gaps.argmin(axis=1)
    return Settled(part, np.where(assigned >= 0, assigned, nearest), assigned < 0, gaps)


def _regular(near: Floats, *, caliper: float, fewest: int) -> Ints:
    """Who counts: all within the caliper, and the nearest of the others until there are enough."""
    order = np.argsort(near, kind="stable")
    return np.sort(order[: max(int((near <= caliper).sum()), fewest)])

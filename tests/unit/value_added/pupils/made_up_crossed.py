"""Made-up pupils of schools and neighbourhoods, and the sums over the cells of both."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.tables.sums import EXACT, LEFT_OUT, Plan, Sums

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Pupils:
    """Pupils of `school` and `area` (N,) with intake `x` (N, 2), outcome `y` (N,) and weights `w` (N,)."""

    school: Integers
    area: Integers
    x: Floats
    y: Floats
    w: Floats


def local(schools: int, areas: int, size: int, *, near: int, seed: int) -> tuple[Integers, Integers]:
    """School and neighbourhood of each pupil, who goes to one of the nearest schools."""
    random = np.random.default_rng(seed)
    side = np.sqrt(schools)
    there, here = random.uniform(0, side, (schools, 2)), random.uniform(0, side, (areas, 2))
    distance = ((here[:, None] - there[None]) ** 2).sum(axis=2)
    order = np.argsort(distance, axis=1)[:, :near]
    area = random.integers(0, areas, size)
    return order[area, np.minimum(random.geometric(0.4, size) - 1, near - 1)], area


def pupils(
    school: Integers,
    area: Integers,
    *,
    spreads: tuple[float, float] = (0.5, 0.4),
    weighted: bool = False,
    seed: int = 1,
) -> Pupils:
    """Intake and outcome for pupils of these schools and neighbourhoods, whose effects have these spreads."""
    random = np.random.default_rng(seed)
    size = len(school)
    x = random.standard_normal((size, 2))
    x[:, 0] += random.standard_normal(school.max() + 1)[school]
    w = random.uniform(0.4, 2.5, size) if weighted else np.ones(size)
    y = 1.0 + 0.6 * x[:, 0] - 0.2 * x[:, 1] + 0.8 * random.standard_normal(size) / np.sqrt(w)
    y += spreads[0] * random.standard_normal(school.max() + 1)[school]
    y += spreads[1] * random.standard_normal(area.max() + 1)[area]
    return Pupils(school, area, x, y, w)


def sum_up(given: Pupils, *, decimals: int | None = None, years: Integers | None = None) -> Sums:
    """The sums over pupils by school and neighbourhood (and year), in the order in which cells appear."""
    weighted = bool(np.any(given.w != 1))
    plan = Plan(
        "school",
        "y",
        ("x1", "x2"),
        weight="w" if weighted else "",
        by=("area",) if years is None else ("area", "year"),
        centres=(0.1, -0.2, 0.9),
        decimals=decimals,
    )
    level = np.zeros(len(given.y), np.int64) if years is None else years
    values = np.column_stack([np.ones(len(given.y)), np.column_stack([given.x, given.y]) - plan.centres])
    cell, place = np.unique(np.column_stack([given.area, given.school, level]), axis=0, return_inverse=True)

    def total(of: Floats) -> Floats:
        return np.bincount(place.ravel(), of, minlength=len(cell)).astype(float)

    def kept(name: str, of: Floats) -> pl.Series:
        if decimals is None:
            return pl.Series(name, total(of))
        return pl.Series(
            name, [Decimal(round(x * 10 ** plan.scales[name])) for x in total(of).tolist()], dtype=EXACT
        )

    frame = pl.DataFrame(
        {
            "school": [f"s{code}" for code in cell[:, 1]],
            "area": [f"a{code}" for code in cell[:, 0]],
            **({} if years is None else {"year": [str(year) for year in cell[:, 2]]}),
            "pupils": total(np.ones(len(given.y))).astype(np.int64),
            "left_out": np.zeros(len(cell), np.int64),
        }
    ).with_columns(
        kept("weight_squared", given.w**2),
        kept("log_weight", np.log(given.w)),
        *(
            kept(name, given.w * values[:, i] * values[:, j])
            for (i, j), name in zip(plan.products, plan.columns, strict=True)
        ),
    )
    return Sums(frame, plan, LEFT_OUT.empty())

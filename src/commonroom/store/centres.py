"""The constants that are taken off before multiplying: near the mean, round, and kept with the sums.

Products of uncentred scores lose digits when a mean is taken off afterwards (METHODS.md section 5,
trap 2). Any constant near the mean will do, so it is a round one that a reader can check.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal

import polars as pl

from commonroom.store.statement import to_units
from commonroom.tables.sums import EXACT, Plan


def choose(
    means: Sequence[float | None], sds: Sequence[float | None], *, decimals: int | None = None
) -> tuple[float, ...]:
    """Return a constant for each variable: its mean, rounded to the power of ten under its SD.

    A variable that never varies keeps six figures of its mean; one without a value gets 0.
    """
    return tuple(_round(mean, sd, decimals) for mean, sd in zip(means, sds, strict=True))


def _round(mean: float | None, sd: float | None, decimals: int | None) -> float:
    if mean is None or not math.isfinite(mean):
        return 0.0
    scale = sd if sd is not None and 0 < sd < math.inf else abs(mean) * 1e-5
    digits = -math.floor(math.log10(scale)) if scale > 0 else 0
    digits = min(digits, digits if decimals is None else decimals)
    return round(mean, digits) + 0.0


def choose_from_sums(frame: pl.DataFrame, plan: Plan) -> tuple[float, ...]:
    """Return constants from exact sums that were not centred: the same on every engine."""
    totals = {name: int(frame[name].sum() or 0) for name in plan.columns}
    weight = totals["sum_0_0"] or 1
    unit = 10.0 ** -(plan.decimals or 0)
    means, sds = [], []
    for i, _ in enumerate(plan.variables, 1):
        first, second = totals[f"sum_0_{i}"], totals[f"sum_{i}_{i}"]
        means.append(first / weight * unit)
        spread = max(second * weight - first * first, 0)
        sds.append(math.sqrt(spread) / weight * unit)
    return choose(means, sds, decimals=plan.decimals)


def move(frame: pl.DataFrame, plan: Plan, centres: tuple[float, ...]) -> pl.DataFrame:
    """Return exact sums centred at `centres` instead of 0, still exact: they are whole numbers."""
    units = [0, *(to_units(centre, plan.decimals or 0) for centre in centres)]

    def moved(i: int, j: int) -> pl.Expr:
        kept = pl.col(f"sum_{i}_{j}")
        if j == 0:
            return kept
        kept = kept - _units(units[j]) * pl.col(f"sum_0_{i}")
        if i == 0:
            return kept
        return kept - _units(units[i]) * (pl.col(f"sum_0_{j}") - _units(units[j]) * pl.col("sum_0_0"))

    return frame.with_columns(moved(i, j).alias(f"sum_{i}_{j}") for i, j in plan.products)


def _units(value: int) -> pl.Expr:
    return pl.lit(Decimal(value), dtype=EXACT)

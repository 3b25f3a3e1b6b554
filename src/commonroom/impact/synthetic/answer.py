"""What a synthetic design answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from commonroom.impact.study import Estimate, Floats, Ints
from commonroom.tables.impact import SYNTHETIC

Method = Literal["synthetic", "sdid"]


@dataclass(frozen=True)
class Synthetic:
    """A unit beside a weighted mix of donors, and what placebos say of the difference.

    `years` (T), `start`, `value`, `mix` and `gap` (T): the unit, its mix and the difference; `low`, `high`
    (T): central share of the placebos' gaps. `weights` (donor, weight): donors with weight, by name;
    `times` (year, weight): weights of the years before the start (sdid; all alike otherwise).
    `effect`: mean gap from the start on, with errors, interval and p of effects from the placebos' effects.
    `before`, `after`: root mean squared gap; `ratio`: mean squared gap after by that before, `rank`: its
    place among the placebos' and its own, the largest first, and `p` = rank / (placebos + 1), the test of
    2010; `p_near`: rank test of effects beside only the placebos that fit (`kept`). `placebos` (placebo,
    effect, before, after, ratio, kept): other units as if they had taken part; `in_time` (start, effect, se,
    low, high, p, before, after, ratio): the unit as if it had started earlier. `jackknife`: se (sdid of
    several schools beside schools; NaN otherwise). `pool`: donors there were; `schools`: those the unit's
    figure rests on; `lost`: those of the unit that had no figure in some year. `limits`: short names of what
    this design cannot do here:
    few_years (fewer than five before the start), few_placebos (too few for a p value below 1 - level),
    misfit (the mix is further from the unit before the start than a quarter sd of donors), no_in_time.
    """

    method: Method
    start: int
    years: Ints
    value: Floats
    mix: Floats
    gap: Floats
    low: Floats
    high: Floats
    weights: pl.DataFrame
    times: pl.DataFrame
    effect: Estimate
    before: float
    after: float
    ratio: float
    rank: int
    p: float
    p_near: float
    placebos: pl.DataFrame
    in_time: pl.DataFrame
    jackknife: float
    pool: int
    schools: int
    lost: int
    limits: tuple[str, ...]


def frame(synthetic: Synthetic, *, unit: str) -> pl.DataFrame:
    """Return a synthetic answer as rows of the table impact_synthetic, one for each year.

    Arguments: the answer, and the name of its unit.
    """
    return SYNTHETIC.check(
        pl.DataFrame(
            {
                "year": synthetic.years,
                "value": synthetic.value,
                "mix": synthetic.mix,
                "gap": synthetic.gap,
                "low": synthetic.low,
                "high": synthetic.high,
                "after": np.asarray(synthetic.years >= synthetic.start),
            }
        ).with_columns(unit=pl.lit(unit), method=pl.lit(synthetic.method))
    )

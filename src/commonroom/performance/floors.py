"""The floor, then and now: how many schools were below it, and that there was none where there was none."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from scipy.special import ndtr

from commonroom.disclosure import Rule
from commonroom.panel import Measure
from commonroom.tables.performance import FLOOR

RANGE_95 = 1.959963984540054

#: Numbers of schools are about no pupil: nothing to withhold.
FLOOR_RULE = Rule(keys=("phase", "measure", "year", "place"))


def floor(outcomes: pl.DataFrame, *, schools: pl.DataFrame, measures: Mapping[str, Measure]) -> pl.DataFrame:
    """Share of schools below the floor of each year that had one, for the system, the rest, the nation.

    Arguments: `outcomes` (tables.panel); `schools` (school, in_system) that count; `measures` by name.
    A year without a floor on a measure of its phase has a row that says so and no figure: no floor is
    invented. The range is Wilson's (1927), for the chance of which schools were below; `expected`
    allows for cohort noise: each school's share is drawn to the mean by what its cohort cannot tell
    (variance between schools by moments), and its chance of lying below the floor is averaged.
    """
    floors = {name: one.floor for name, one in measures.items() if one.floor}
    headline = [name for name, one in measures.items() if one.headline]
    rows = (
        outcomes.filter(pl.col("measure").is_in([*floors, *headline]), pl.col("value").is_not_null())
        .join(schools.select("school", "in_system"), on="school")
        .sort("phase", "measure", "year", "school")
    )
    found = [FLOOR.empty()]
    for (phase, name, year), part in rows.group_by("phase", "measure", "year", maintain_order=True):
        measure = measures[str(name)]
        held = measure.floor if measure.floor and measure.floor.year == year else None
        below = held.below if held else None
        chance = _chance(part, below)
        for place, where in (
            ("system", pl.col("in_system")), ("rest", ~pl.col("in_system")), ("nation", pl.lit(True))
        ):  # fmt: skip
            ours = part.with_columns(chance=chance).filter(where)
            facts = {"phase": phase, "measure": name, "year": year, "place": place, "below": below}
            facts |= {"then": held is not None, "source": held.source if held else measure.source}
            found.append(pl.DataFrame([facts | _count(ours, below, measure, year)], schema=FLOOR.schema))
    return FLOOR.check(pl.concat(found))


def _chance(part: pl.DataFrame, below: float | None) -> pl.Series:
    """Each school's probability of a share below the floor, with cohort noise allowed for, in per cent."""
    blank = pl.Series([None] * part.height, dtype=pl.Float64)
    cohort = part["cohort"].to_numpy().astype(float)
    if below is None or part["cohort"].null_count() == part.height:
        return blank
    value = part["value"].to_numpy()
    share = (value / 100 * cohort + 1) / (cohort + 2)
    noise = 10_000 * share * (1 - share) / cohort
    known = ~np.isnan(noise)
    spread = max(float(value[known].var() - noise[known].mean()), 1e-9)
    shrink = spread / (spread + noise)
    middle = value[known].mean()
    mean = middle + shrink * (value - middle)
    chance = 100 * ndtr((below - mean) / np.sqrt(spread * (1 - shrink) + 1e-9))
    return pl.Series(chance, nan_to_null=True)


def _count(ours: pl.DataFrame, below: float | None, measure: Measure, year: object) -> dict[str, object]:
    """Numbers of one place, and the sentence that goes with them."""
    if below is None:
        said = f"There was no floor on “{measure.label}” in {year}, so none is counted."
        return dict.fromkeys(("number", "value", "low", "high", "expected")) | {
            "schools": ours.height, "sentence": said
        }  # fmt: skip
    number, total = int((ours["value"] < below).sum()), ours.height
    if not total:
        return dict.fromkeys(("number", "value", "low", "high", "expected")) | {
            "schools": 0, "sentence": f"No school here has a figure on “{measure.label}” in {year}."
        }  # fmt: skip
    low, high = _wilson(number, total)
    share = 100 * number / total
    return {
        "number": number, "value": share, "low": low, "high": high, "expected": ours["chance"].mean(),
        "schools": total,
        "sentence": f"{number:,} of {total:,} schools were below the floor of {below:g} % in {year}"
        f" ({share:.0f} %, range {low:.0f} to {high:.0f} %).",
    }  # fmt: skip


def _wilson(number: int, total: int) -> tuple[float, float]:
    """The 95 % range of a share, in per cent (Wilson 1927)."""
    square = RANGE_95**2
    share = number / total
    middle = (share + square / (2 * total)) / (1 + square / total)
    half = RANGE_95 / (1 + square / total) * (share * (1 - share) / total + square / (4 * total**2)) ** 0.5
    return 100 * max(middle - half, 0.0), 100 * min(middle + half, 1.0)

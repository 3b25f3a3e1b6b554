"""Where a school stands among its neighbours, and how far that depends on what "alike" means."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.families.neighbours import Families, find
from commonroom.families.placement import Floats, Ints
from commonroom.families.presets import Preset
from commonroom.tables import families as tables

#: Fewer neighbours with a figure than this give no position.
FEWEST = 10
#: Draws of cohort noise, and schools that are drawn for at once.
DRAWS, SCHOOLS_AT_ONCE = 200, 512
#: A claim is about the highest or lowest quarter.
QUARTER = 25.0


@dataclass(frozen=True)
class Sensitivity:
    """Positions per preset (tables.families.POSITIONS) and over presets per school (SENSITIVITY)."""

    positions: pl.DataFrame
    schools: pl.DataFrame


def sensitivity(
    schools: pl.DataFrame,
    outcomes: pl.DataFrame,
    *,
    presets: Sequence[str | Path | Preset | Families],
    only: Iterable[str] | None = None,
    seed: int = 0,
) -> Sensitivity:
    """Say where each school stands among its neighbours under every preset, and how far it moves.

    `schools` as for `find`; `outcomes`: `school`, `value` (higher is better) and, to count cohort
    noise, `se` in the same unit (then only figures with a known `se` are compared). Position is the
    percentage of neighbours with a lower figure, ties by half. Noise is drawn `DRAWS` times for all
    schools from `seed`, the same under every preset. "Top quarter" (or "bottom quarter") is claimed
    only when the position, with its noise, stays there under every preset. `presets` may be families
    already found among `schools`. Raises SaidToPeople
    without a preset and for what `find` refuses. Source: METHODS.md section 3, last paragraph.
    """
    if not presets:
        raise SaidToPeople("there is no preset to compare under.", remedy="Give at least one.")
    asked = None if only is None else list(only)
    noisy = "se" in outcomes.columns
    figures = _figures(outcomes, noisy=noisy)
    draws = _draws(figures, noisy=noisy, seed=seed)
    positions = pl.concat(
        _positions(_neighbours(schools, preset, asked), figures, draws).with_columns(preset=pl.lit(name))
        for name, preset in _named(presets)
    )
    positions = tables.POSITIONS.check(positions.sort("school", "preset"))
    return Sensitivity(positions, _over_presets(positions, presets=len(presets), noisy=noisy))


def _neighbours(
    schools: pl.DataFrame, preset: str | Path | Preset | Families, asked: list[str] | None
) -> pl.DataFrame:
    """Neighbours of the asked schools: found here, or taken from families already found."""
    if not isinstance(preset, Families):
        return find(schools, preset=preset, only=asked).neighbours
    if asked is None:
        return preset.neighbours
    return preset.neighbours.filter(pl.col("school").is_in(asked))


def _named(
    presets: Sequence[str | Path | Preset | Families],
) -> list[tuple[str, str | Path | Preset | Families]]:
    """Presets with the names they go by; a file goes by its own name."""
    return [(_name(preset), preset) for preset in presets]


def _name(preset: str | Path | Preset | Families) -> str:
    """The name a preset goes by."""
    if isinstance(preset, Families):
        return preset.preset.name
    if isinstance(preset, Preset):
        return preset.name
    return Path(preset).stem if Path(preset).suffix else str(preset)


def _figures(outcomes: pl.DataFrame, *, noisy: bool) -> pl.DataFrame:
    """Schools that have a figure (and a known noise, if it counts), with a number each, by identity."""
    figures = outcomes.select(
        pl.col("school").cast(pl.String),
        pl.col("value").cast(pl.Float64).fill_nan(None),
        (pl.col("se").cast(pl.Float64).fill_nan(None) if noisy else pl.lit(0.0)).alias("se"),
    ).drop_nulls()
    return figures.sort("school").with_row_index("number")


def _draws(figures: pl.DataFrame, *, noisy: bool, seed: int) -> Floats:
    """Figures as published in the first column and, if noise counts, redrawn in the others."""
    values = figures["value"].to_numpy()[:, None]
    if not noisy:
        return values
    noise = np.random.default_rng(seed).standard_normal((figures.height, DRAWS))
    return np.hstack([values, values + figures["se"].to_numpy()[:, None] * noise])


def _positions(neighbours: pl.DataFrame, figures: pl.DataFrame, draws: Floats) -> pl.DataFrame:
    """Position of every school among its neighbours with figures, with the range under noise."""
    numbers = figures.select("school", "number")
    pairs = (
        neighbours.join(numbers, on="school", how="left")
        .join(numbers.rename({"school": "neighbour", "number": "other"}), on="neighbour", how="left")
        .sort("school", "rank")
    )
    counts = pairs.group_by("school", maintain_order=True).agg(
        pl.col("number").first(), pl.col("other").drop_nulls(), compared=pl.col("other").count()
    )
    fit = counts.filter(pl.col("number").is_not_null() & (pl.col("compared") >= FEWEST))
    own = fit["number"].to_numpy().astype(np.int64)
    others = _matrix(fit["other"].to_list())
    parts = [
        _shares(own[start : start + SCHOOLS_AT_ONCE], others[start : start + SCHOOLS_AT_ONCE], draws)
        for start in range(0, own.size, SCHOOLS_AT_ONCE)
    ]
    table = np.vstack([*parts, np.empty((0, 3))])
    found = pl.DataFrame(
        {"school": fit["school"], "position": table[:, 0], "low": table[:, 1], "high": table[:, 2]}
    )
    return counts.select("school", "compared").join(
        found.with_columns(pl.col("low", "high").fill_nan(None)), on="school", how="left"
    )


def _matrix(lists: list[list[int]]) -> Ints:
    """Lists as rows of equal length, filled with -1."""
    table = np.full((len(lists), max(map(len, lists), default=0)), -1, dtype=np.int64)
    for row, numbers in enumerate(lists):
        table[row, : len(numbers)] = numbers
    return table


def _shares(own: Ints, others: Ints, draws: Floats) -> Floats:
    """Position as published, and the 5th and 95th percentile over the redrawn figures (NaN without)."""
    there = (others >= 0)[:, :, None]
    mine, theirs = draws[own][:, None, :], draws[others]
    below = ((theirs < mine) + 0.5 * (theirs == mine)) * there
    shares = 100 * below.sum(axis=1) / there.sum(axis=1)
    if shares.shape[1] == 1:
        return np.hstack([shares, np.full((own.size, 2), np.nan)])
    return np.column_stack([shares[:, 0], *np.percentile(shares[:, 1:], [5, 95], axis=1)])


def _over_presets(positions: pl.DataFrame, *, presets: int, noisy: bool) -> pl.DataFrame:
    """One row per school: how far its position moves, and what may be claimed."""
    low, high = ("low", "high") if noisy else ("position", "position")
    position = pl.col("position")
    everywhere = position.count() == presets
    frame = (
        positions.group_by("school")
        .agg(
            presets=position.count(),
            lowest=position.min(),
            median=position.median(),
            highest=position.max(),
            moves=position.max() - position.min(),
            claim=pl.when(everywhere & (pl.col(low).min() >= 100 - QUARTER))
            .then(pl.lit("top quarter"))
            .when(everywhere & (pl.col(high).max() <= QUARTER))
            .then(pl.lit("bottom quarter"))
            .otherwise(pl.lit("")),
        )
        .sort("school")
    )
    return tables.SENSITIVITY.check(frame.with_columns(sentence=_sentence(noisy=noisy)))


def _sentence(*, noisy: bool) -> pl.Expr:
    """The same in plain words."""
    low, high = pl.col("lowest").round(0).cast(pl.Int32), pl.col("highest").round(0).cast(pl.Int32)
    survives = "under every definition of alike" + (
        ", cohort noise counted." if noisy else "; cohort noise not counted."
    )
    return (
        pl.when(pl.col("presets") == 0)
        .then(pl.lit("Too few of its neighbours have a figure to say where it stands."))
        .when(pl.col("claim") != "")
        .then(pl.format("In the {} of schools like it " + survives, "claim"))
        .otherwise(
            pl.format(
                "Above {} to {} % of schools like it, depending on what alike means: no claim.", low, high
            )
        )
    )

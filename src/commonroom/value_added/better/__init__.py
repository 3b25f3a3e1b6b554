"""Does better than schools alike: said only where it is probable, and holds however it is summed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from commonroom.disclosure import Rule
from commonroom.tables import Table
from commonroom.tables import better as tables
from commonroom.value_added.better import differences
from commonroom.value_added.better.differences import Flags, Floats, Links, Near, Pool, keep, posterior
from commonroom.value_added.better.terms import Terms
from commonroom.value_added.better.wording import say, turn

__all__ = ["RULE", "Better", "Near", "Terms", "find", "keep", "posterior"]

#: Half the width of a 95 % range, and the one-sided 95 % point, in standard deviations.
RANGE, ONE_SIDED = 1.96, 1.64

#: What may be shown of `Better.schools`: nothing about a year of fewer than six pupils.
RULE = Rule(
    keys=("school", "phase", "measure"),
    figures={
        column.name: "cohort"
        for column in tables.BETTER.columns
        if column.name not in ("school", "phase", "measure", "theme", "years", "neighbours", "universes")
    },
    official=True,
)


@dataclass(frozen=True)
class Better:
    """`schools`: one row per school and measure (tables.better.BETTER); `spread`: one per measure."""

    schools: pl.DataFrame
    spread: pl.DataFrame


def find(residuals: pl.DataFrame, neighbours: pl.DataFrame | Mapping[str, Near], *, terms: Terms) -> Better:
    """Judge for every school and measure whether it does better, or less well, than schools alike.

    Arguments: `residuals` with school, measure, year, version (raw, adjusted), residual (figure less
    expectation, cross-fitted; in sd of schools and the measure's own sign), variance (of its sampling
    error), context_error (of the expectation: half the variance between two half-sample learners) and
    cohort (pupils); `neighbours` with preset, school, rank, neighbour and, if wanted, weight (a
    kernel), or, where there are millions, the same as rows (`Near`) by preset. Years are averaged.
    `terms` say the rest.

    Schools that share neighbours share errors: a range is right for each school, but the difference of
    two schools is not as uncertain as two independent ranges suggest. Method: METHODS.md section 6.
    """
    ordered = residuals.sort("measure", "version", "school", "year").with_columns(
        pl.col("residual", "variance", "context_error").fill_nan(None)
    )
    schools = ordered["school"].unique().sort()
    links = {
        preset: differences.link(part, schools, ks=(*terms.ks, terms.k))
        for preset, part in _by_preset(neighbours).items()
    }
    found = [
        _judge(rows, schools, links, terms)
        for rows in ordered.partition_by("measure", maintain_order=True)
        if rows.filter(pl.col("version") == terms.version).height
    ]
    return Better(
        tables.BETTER.check(pl.concat([tables.BETTER.empty(), *(schools for schools, _ in found)])),
        tables.SPREAD.check(pl.concat([tables.SPREAD.empty(), *(spread for _, spread in found)])),
    )


def _by_preset(neighbours: pl.DataFrame | Mapping[str, Near]) -> Mapping[str, pl.DataFrame | Near]:
    """Neighbours under each preset."""
    if not isinstance(neighbours, pl.DataFrame):
        return neighbours
    parts = neighbours.partition_by("preset", as_dict=True, maintain_order=True)
    return {str(preset): part for (preset,), part in parts.items()}


def _judge(
    rows: pl.DataFrame, schools: pl.Series, links: dict[str, Links], terms: Terms
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Judge one measure: the main universe, then the others, then what may be said."""
    name = str(rows["measure"][0])
    measure = terms.measures[name]
    rows = rows.with_columns(pl.col("residual") * turn(measure))
    pools = _pools(rows, schools)
    main = pools[terms.version, None]
    precision = differences.precisions(main)
    family = differences.compare(links[terms.preset], main, precision, k=terms.k)
    delta = np.where(family.count >= terms.fewest, main.residual - family.mean, np.nan)
    noise = main.variance + family.noise + main.context
    spread, effect, deviation = posterior(delta, noise, 1 + family.squares)
    others = list(pools.values())
    universes = [differences.differ(one, precision, others, ks=terms.ks) for one in links.values()]
    agreement, seen = differences.agree(effect, np.concatenate(universes))
    frame = pl.DataFrame(
        {
            "school": schools, "years": main.years, "neighbours": family.count, "delta": delta,
            "noise": noise, "effect": effect, "sd": deviation, "agreement": agreement, "universes": seen,
            "better": effect > 0, **_probabilities(effect, deviation, terms),
        },
        nan_to_null=True,
    ).filter(pl.col("effect").is_not_null())  # fmt: skip
    cohorts = rows.filter(pl.col("version") == terms.version, pl.col("residual").is_not_null())
    frame = frame.join(
        cohorts.group_by("school").agg(pl.col("cohort").min()), on="school", how="left", maintain_order="left"
    ).with_columns(
        phase=pl.lit(terms.phase), measure=pl.lit(name), theme=pl.lit(measure.theme, dtype=pl.String)
    )
    frame = _claim(_reach(frame, terms), terms)
    summary = _sum_up(frame, rows, spread, terms)
    return _cast(_worded(frame, terms), tables.BETTER), _cast(summary, tables.SPREAD)


def _pools(rows: pl.DataFrame, schools: pl.Series) -> dict[tuple[str, int | None], Pool]:
    """Residuals averaged over years, by version and by the year left out (None: none)."""
    years = rows["year"].unique().sort().to_list()
    left = [None, *years] if len(years) > 1 else [None]
    return {
        (str(version), year): differences.pool(part, schools, leave=year)
        for (version,), part in rows.partition_by("version", as_dict=True, maintain_order=True).items()
        for year in left
    }


def _probabilities(effect: Floats, deviation: Floats, terms: Terms) -> dict[str, Floats]:
    """Range, probability of the side the effect is on, and of a difference worth the name."""
    upward = differences.above(effect, deviation, 0.0)
    over = differences.above(effect, deviation, terms.size)
    return {
        "low": effect - RANGE * deviation,
        "high": effect + RANGE * deviation,
        "probability": np.maximum(upward, 1 - upward),
        "sizeable": over + differences.above(-effect, deviation, terms.size),
    }


def _reach(frame: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """Add how much unmeasured context would make the claim vanish, and in reference effects."""
    left = (pl.col("effect").abs() - ONE_SIDED * pl.col("sd")).clip(0.0)
    reference = pl.col("measure").replace_strict(
        dict(terms.references), default=None, return_dtype=pl.Float64
    )
    return frame.with_columns(sensitivity=left, equivalents=left / reference)


def _claim(frame: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """Mark what may be said, in each direction."""
    sure = (pl.col("probability") > terms.probability) & (pl.col("agreement") >= terms.agreement)
    candidate = frame.select(sure.fill_null(False)).to_series().to_numpy()
    up, probability = frame["better"].to_numpy(), frame["probability"].to_numpy()
    said: Flags = np.zeros(frame.height, dtype=bool)
    for side in (candidate & up, candidate & ~up):
        said[side] = keep(probability[side], false=terms.false)
    return frame.with_columns(claim=pl.Series(said, dtype=pl.Boolean))


def _worded(frame: pl.DataFrame, terms: Terms) -> pl.DataFrame:
    """The rows that were asked for, each put in words."""
    if terms.only is not None:
        frame = frame.filter(pl.col("school").is_in(sorted(terms.only)))
    sentences = [
        say(row, terms.measures[row["measure"]], scale=terms.scales.get(row["measure"]))
        for row in frame.iter_rows(named=True)
    ]
    return frame.with_columns(sentence=pl.Series(sentences, dtype=pl.String))


def _sum_up(frame: pl.DataFrame, rows: pl.DataFrame, spread: float, terms: Terms) -> pl.DataFrame:
    """One row: the variance between schools, and the two lists with their expected share of errors."""
    wrong, better = 1 - pl.col("probability"), pl.col("better")
    return frame.select(
        phase=pl.lit(terms.phase),
        measure=pl.lit(rows["measure"][0]),
        first=pl.lit(rows["year"].min()),
        last=pl.lit(rows["year"].max()),
        preset=pl.lit(terms.preset),
        k=pl.lit(terms.k),
        schools=pl.len(),
        variance=pl.lit(spread),
        noise=pl.col("noise").mean(),
        better=(pl.col("claim") & better).sum(),
        less=(pl.col("claim") & ~better).sum(),
        false_better=wrong.filter(pl.col("claim") & better).mean(),
        false_less=wrong.filter(pl.col("claim") & ~better).mean(),
    )


def _cast(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    return frame.select(pl.col(name).cast(kind) for name, kind in table.schema.items())

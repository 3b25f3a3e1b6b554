"""Keys to Success: the schools in the hardest circumstances, by a rule that everyone can read."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl
from scipy.special import ndtr

from commonroom.disclosure import PUPILS
from commonroom.partnerships import definition as definitions
from commonroom.tables.partnerships import KEYS


def select(
    levels: pl.DataFrame,
    schools: pl.DataFrame,
    outcomes: pl.DataFrame,
    *,
    definition: definitions.Keys,
    lower: Collection[str] = (),
) -> pl.DataFrame:
    """Select the Keys to Success schools of a system.

    Arguments: `levels`, what is known of the level with context (tables.value_added.SCHOOLS) on the
    headline measure of each phase; `schools` of the plan, with school, phase and disadvantage (percentile
    in the nation); `outcomes` (tables.panel) of all schools that are compared, for the nation's line;
    measures of which `lower` is better. A school is selected where its level is beyond the `below`-th
    percentile of the nation's figures of the same year with the rule's probability, and disadvantage is
    at or above the rule's percentile. A school whose cohort is under the disclosure limit is not named.
    Returns tables.partnerships.KEYS, by phase and school.
    """
    turn = pl.when(pl.col("measure").is_in(list(lower))).then(-1.0).otherwise(1.0)
    key = ["phase", "measure", "year"]
    lines = (
        outcomes.filter(pl.col("value").is_finite())
        .group_by(key)
        .agg(line=(pl.col("value") * turn.first()).quantile(definition.below / 100, "linear"))
    )
    judged = (
        levels.filter(pl.col("cohort").is_null() | (pl.col("cohort") >= PUPILS))
        .join(lines, on=key)
        .join(schools.select("school", "phase", "disadvantage"), on=["school", "phase"])
        .with_columns(probability=_below(turn))
    )
    chosen = judged.filter(
        pl.col("probability") >= definition.probability, pl.col("disadvantage") >= definition.disadvantage
    )
    return KEYS.check(chosen.sort("phase", "school"))


def _below(turn: pl.Expr) -> pl.Expr:
    """Probability that a level is below the line, both with more as better."""
    apart = (pl.col("line") - pl.col("level_unit") * turn) / pl.col("level_unit_sd")
    return apart.map_batches(lambda values: pl.Series(ndtr(values.to_numpy())), return_dtype=pl.Float64)

"""What schools can give in a year: days by rule or as stated, and partnerships that fit in them."""

from __future__ import annotations

import polars as pl

from commonroom.partnerships.definition import Definition
from commonroom.partnerships.ground import Ground

STATED, RULE = "stated", "rule"


def provide(
    standing: pl.DataFrame,
    ground: Ground,
    *,
    definition: Definition,
    statements: pl.DataFrame | None = None,
    capacities: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return one row per school that could give: provider, trust, authority, days, days_from, slots.

    Arguments: `standing` (tables.partnerships.STANDING), the `ground`, the `definition`, and, where
    schools said so, `statements` and `capacities` (tables of those names). Days are those stated for
    the school, else those it offers over all its themes, else by rule (definition.Days); `slots` is how
    many partnerships fit in them.
    """
    rule = definition.days
    strong = (
        standing.filter(pl.col("kind") == "strength")
        .group_by(provider="school")
        .agg(strengths=pl.len().cast(pl.Float64))
    )
    needy = standing.filter(pl.col("kind") == "need")["school"].unique()
    whole = (
        ground.schools.sort("school", "phase")
        .group_by(provider="school", maintain_order=True)
        .agg(pl.col("trust", "authority").first(), pl.col("pupils").max())
    )
    by_rule = (
        rule.base
        + rule.per_100_pupils * pl.col("pupils").fill_null(0.0) / 100
        + rule.per_strength * (pl.col("strengths") - 1)
    )
    held = pl.when(pl.col("provider").is_in(needy.implode())).then(rule.own_need).otherwise(1.0)
    days = pl.min_horizontal(by_rule * held, pl.lit(rule.most))
    said = _said(statements, capacities)
    found = strong.join(whole, on="provider", how="left").join(said, on="provider", how="left")
    return (
        found.with_columns(
            days=pl.coalesce("stated", days),
            days_from=pl.when(pl.col("stated").is_not_null()).then(pl.lit(STATED)).otherwise(pl.lit(RULE)),
        )
        .with_columns(slots=(pl.col("days") / rule.partnership + 1e-9).floor().cast(pl.Int64))
        .select("provider", "trust", "authority", "days", "days_from", "slots")
        .sort("provider")
    )


def _said(statements: pl.DataFrame | None, capacities: pl.DataFrame | None) -> pl.DataFrame:
    """Days stated for a school as a whole, else those it offers in its themes together."""
    nothing = pl.DataFrame(schema={"provider": pl.String, "stated": pl.Float64})
    whole = nothing
    if capacities is not None:
        rows = capacities.filter(pl.col("kind") == "school")
        whole = rows.select(provider="name", stated="days")
    if statements is None:
        return whole
    offers = statements.filter(pl.col("says") == "offer", pl.col("days").is_not_null())
    summed = offers.group_by(provider="school").agg(stated=pl.col("days").sum())
    return pl.concat([whole, summed.join(whole, on="provider", how="anti")])

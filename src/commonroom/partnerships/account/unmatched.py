"""Why a need is left alone: the one thing that binds, and what would change if it did not.

A need with candidates is left alone because of caps: the candidate is named that the fewest caps at once
keep away. Where that is one cap, one more in it makes the plan with this pair one that keeps to every
rule, at nobody's cost; where there are more, the others are named too. A need without a candidate has
none because nobody is strong, or everybody is too far, a rival, or has declined.
"""

from __future__ import annotations

import polars as pl

from commonroom.partnerships.account import binding
from commonroom.partnerships.account.case import NEED, ORDER, Case, needs
from commonroom.partnerships.account.providers import weigh
from commonroom.partnerships.account.refusals import look_up
from commonroom.tables import partnerships as tables

#: Caps in days that a partnership takes of the giving side.
STATED = ["trust", "authority"]


def explain(case: Case, *, reach: pl.DataFrame, barred: pl.DataFrame) -> pl.DataFrame:
    """Return every need left alone, with the reason (tables.partnerships.UNMATCHED).

    Arguments: `reach` (tables.partnerships.REACH), what keeps schools from being candidates, and
    `barred` (agreed.barred), why pairs are not to be proposed. `worth` is the price of what binds, and
    where that is one cap not less than what the pair would save; `more_days` are those still lacking.
    """
    problem = case.arranged.problem
    met = problem.need[case.solution.chosen]
    left = pl.Series(range(case.arranged.needs.height), dtype=pl.Int64).is_in(met.tolist())
    alone = case.arranged.needs.filter(~left).select(NEED)
    capped = _in_days(binding.find(case), case)
    rest = alone.join(capped, on=NEED, how="anti", maintain_order="left")
    barren = _without(rest, case, reach=reach, barred=barred)
    found = pl.concat([capped, barren], how="diagonal_relaxed")
    found = needs(case).join(found, on=NEED, how="inner", maintain_order="left")
    return tables.UNMATCHED.check(found.sort(ORDER))


def _in_days(capped: pl.DataFrame, case: Case) -> pl.DataFrame:
    """Add the days that are lacking, where the cap is one of days."""
    rule = case.definition.days
    spare = weigh(case).select(
        "provider", spare=(pl.col("days") - pl.col("given")).clip(0.0, rule.partnership)
    )
    limit = pl.col("limit")
    lacking = (
        pl.when(limit == "provider").then(rule.partnership - pl.col("spare").fill_null(0.0))
        .when(limit == "leader").then(rule.keys_leader)
        .when(limit.is_in(STATED)).then(rule.partnership)
    )  # fmt: skip
    rows = capped.join(spare, on="provider", how="left", maintain_order="left")
    return rows.with_columns(more_minutes=pl.lit(None, dtype=pl.Float64), more_days=lacking).drop("spare")


def _without(rows: pl.DataFrame, case: Case, *, reach: pl.DataFrame, barred: pl.DataFrame) -> pl.DataFrame:
    """The reason of needs that nobody could be proposed for."""
    counts = ["strong", "in_reach", "rivals", "barred"]
    rows = rows.join(reach, on=NEED, how="left", maintain_order="left").with_columns(
        pl.col(counts).fill_null(0)
    )
    for side in ("barred", "rival"):
        words = look_up(rows, barred, provider=f"{side}_provider").rename({"said": f"{side}_said"})
        rows = rows.join(words, on=NEED, how="left", maintain_order="left")
    # Of all in reach, each is a rival, or barred, or both.
    rivals, refused = pl.col("in_reach") - pl.col("barred"), pl.col("in_reach") - pl.col("rivals")
    tests = {
        "nobody": pl.col("strong") == 0,
        "far": pl.col("in_reach") == 0,
        "rivals": rivals > 0,
    }
    said = pl.col("barred_said").fill_null("declined")
    reason = _first(tests, {name: pl.lit(name) for name in tests}, otherwise=said)
    named = {
        "far": pl.col("outside_provider"),
        "rivals": pl.when(pl.col("rival_said").is_null()).then("rival_provider"),
    }
    provider = _first(tests, named, otherwise=pl.col("barred_provider"))
    number = {"nobody": pl.lit(0), "far": pl.col("strong"), "rivals": rivals}
    beyond = pl.col("outside_minutes") - case.definition.travel.most_minutes
    nothing = pl.lit(None, dtype=pl.String)
    both = (pl.col("in_reach") > 0) & (rivals <= 0) & (refused <= 0)
    return rows.select(
        *NEED,
        reason=reason,
        limit=nothing,
        binding=_first(tests, {**named, "far": nothing}, otherwise=pl.col("barred_provider")),
        also=pl.when(both).then(pl.lit("rivals")),
        candidates=_first(tests, number, otherwise=pl.when(both).then("in_reach").otherwise(refused)),
        provider=provider,
        more_minutes=_first(tests, {"far": beyond.clip(0.0)}),
        more_days=pl.lit(None, dtype=pl.Float64),
        worth=pl.lit(None, dtype=pl.Float64),
    )


def _first(
    tests: dict[str, pl.Expr], values: dict[str, pl.Expr], otherwise: pl.Expr | None = None
) -> pl.Expr:
    """The value of the first test that holds, nothing where it has none."""
    nothing = pl.lit(None)
    found = nothing if otherwise is None else otherwise
    for name, test in reversed(tests.items()):
        found = pl.when(test).then(values.get(name, nothing)).otherwise(found)
    return found

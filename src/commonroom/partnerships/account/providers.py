"""What each school that could give has, gives and receives; and how evenly giving is spread."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import polars as pl

from commonroom.partnerships.account.case import Case, by_candidate, pairs
from commonroom.partnerships.arranged import UNIT
from commonroom.tables import partnerships as tables


def weigh(case: Case) -> pl.DataFrame:
    """Return the load of every school that could give (tables.partnerships.PROVIDERS).

    What stands already counts; a group of three takes the days of one partnership.
    """
    plan = pairs(case)
    days = case.definition.days.partnership
    gives = plan.group_by("provider").agg(gives=pl.len(), given=pl.col("slots").sum() * days)
    receives = plan.group_by(provider="receiver").agg(receives=pl.len())
    found = (
        case.arranged.providers.select("provider", "trust", "days", "days_from")
        .join(gives, on="provider", how="left")
        .join(receives, on="provider", how="left")
        .join(price(case), on="provider", how="left")
        .with_columns(pl.col("gives", "given", "receives", "price").fill_null(0))
    )
    return tables.PROVIDERS.check(found.sort("provider"))


def price(case: Case) -> pl.DataFrame:
    """Return what one more partnership of each provider is worth (provider, price), where it has a cap."""
    found = [pl.DataFrame(schema={"provider": pl.String, "price": pl.Float64})]
    for level in case.arranged.problem.giving:
        if level.name == "provider":
            price = by_candidate(level, np.asarray(case.solution.prices[level.name], dtype=float), 0.0)
            found.append(case.arranged.edges.select("provider", price=pl.Series(price * UNIT)))
    return pl.concat(found).group_by("provider").agg(pl.col("price").max().clip(0.0))


def concentrate(providers: pl.DataFrame) -> float:
    """Return how concentrated giving is: the Gini coefficient of days given, of all that have days."""
    able = providers.filter((pl.col("days") > 0) | (pl.col("given") > 0))
    return gini(able["given"].to_numpy())


def gini(amounts: npt.NDArray[np.float64]) -> float:
    """Return the Gini coefficient of amounts (n, each 0 or more); 0 where there is nothing.

    Half the mean absolute difference of all pairs (each with itself too), over the mean.
    """
    total = float(amounts.sum())
    if total <= 0:
        return 0.0
    count = amounts.size
    places = 2 * np.arange(1, count + 1) - count - 1
    return float(places @ np.sort(amounts)) / (count * total)

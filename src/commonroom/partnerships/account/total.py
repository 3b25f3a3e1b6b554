"""What a plan is worth as a whole, in one row."""

from __future__ import annotations

import numpy as np
import polars as pl

from commonroom.partnerships.account.case import NEED, Case, needs, pairs
from commonroom.partnerships.account.proposals import count_swaps
from commonroom.partnerships.account.providers import concentrate, weigh
from commonroom.partnerships.account.redraws import Redrawn
from commonroom.partnerships.arranged import UNIT
from commonroom.partnerships.draws import ENDS
from commonroom.tables import partnerships as tables


def sum_up(
    case: Case, *, way: str, blocking: int | None = None, redrawn: Redrawn | None = None
) -> pl.DataFrame:
    """Return the plan in one row (tables.partnerships.PLAN), what stands already in it.

    Arguments: the `way` it was chosen, how many pairs would rather work with each other (`blocking`), and
    how it stands when gains are `redrawn`. The range of the gain is that of its sum over draws: the
    share of a gap that is closed is one for all, so that it does not shrink as partnerships are added.
    """
    plan, every, solution = pairs(case), needs(case), case.solution
    helped = every.join(plan, on=NEED, how="semi")
    low, high = np.quantile(_gains(case, plan), ENDS)
    regrets = np.zeros(0) if redrawn is None else redrawn.regrets
    row = {
        "way": way,
        "needs": every.height,
        "helped": helped.height,
        "schools": every["receiver"].n_unique(),
        "schools_helped": helped["receiver"].n_unique(),
        "candidates": case.arranged.edges.height,
        "keys": every["keys"].sum(),
        "keys_helped": helped["keys"].sum(),
        "keys_schools": every.filter("keys")["receiver"].n_unique(),
        "keys_schools_helped": helped.filter("keys")["receiver"].n_unique(),
        "gain": plan["gain"].sum(),
        "gain_low": low,
        "gain_high": high,
        "loss": solution.loss * UNIT,
        "bound": solution.bound * UNIT,
        "shortfall": solution.shortfall,
        "swaps": count_swaps(plan),
        "gini": concentrate(weigh(case)),
        "blocking": blocking,
        "redraws": regrets.size,
        "regret": regrets.mean() if regrets.size else None,
        "regret_high": np.quantile(regrets, 0.95) if regrets.size else None,
    }
    return tables.PLAN.check(pl.DataFrame([row], schema=tables.PLAN.schema))


def _gains(case: Case, plan: pl.DataFrame) -> np.ndarray:
    """The sum of the gains of a plan in each draw."""
    alone = plan.filter(pl.col("part") == 1.0)["number"].to_numpy()
    three = plan.filter(pl.col("part") != 1.0)["number"].to_numpy()
    return case.drawn.totals(alone) + case.definition.threes.share * case.drawn.totals(three)

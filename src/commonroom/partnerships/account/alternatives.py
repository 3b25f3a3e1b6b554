"""Who else could help: the two best other schools of every need that is met, and what they would cost."""

from __future__ import annotations

import numpy as np
import polars as pl

from commonroom.partnerships.account.case import NEED, ORDER, Case, by_candidate, reached, spread
from commonroom.partnerships.arranged import UNIT
from commonroom.partnerships.solving.problem import Flags
from commonroom.tables import partnerships as tables

#: How many other schools are named.
PLACES = 2


def find(case: Case) -> pl.DataFrame:
    """Return the best alternatives of each partnership that was chosen (tables.partnerships.ALTERNATIVES).

    Those of the same need that would cost the whole plan least, by the reduced costs of the solution; of
    equal ones that of the lower number. Partnerships that stood already have none.
    """
    arranged, solution = case.arranged, case.solution
    problem = arranged.problem
    met = np.zeros(problem.alone.size, dtype=bool)
    met[problem.need[solution.chosen]] = True
    other = met[problem.need]
    other[solution.chosen] = False
    numbers = np.flatnonzero(other)
    costs = np.maximum(solution.reduced[numbers], 0.0)
    best = (
        pl.DataFrame({"number": numbers, "need": problem.need[numbers], "costs": costs})
        .sort("need", "costs", "number")
        .with_columns(place=pl.int_range(1, pl.len() + 1).over("need"))
        .filter(pl.col("place") <= PLACES)
        .with_columns(pl.col("costs") * UNIT)
    )
    taken = best["number"].to_numpy()
    rows = arranged.edges[taken].select(*tables.EDGES.schema)
    rows = rows.with_columns(
        best["number"], best["costs"], best["place"], full=pl.Series(_full(case)[taken], dtype=pl.Boolean)
    )
    cohorts = arranged.needs.select(*NEED, "cohort")
    rows = spread(rows, case).join(cohorts, on=NEED, how="left", maintain_order="left")
    return tables.ALTERNATIVES.check(rows.sort(*ORDER, "place"))


def _full(case: Case) -> Flags:
    """Whether the days of each candidate's provider are all given."""
    found = np.zeros(case.arranged.problem.need.size, dtype=bool)
    for level in case.arranged.problem.giving:
        if level.name == "provider":
            prices = case.solution.prices[level.name]
            found |= reached(case, level) | (by_candidate(level, prices, 0.0) > 0)
    return found

"""How a school's circumstances stand in its phase in the nation: percentiles of who its pupils are."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

#: Who is disadvantaged, the first that is known of a school.
DISADVANTAGE = ("disadvantaged", "fsm6")


def disadvantage(comparable: pl.DataFrame) -> pl.DataFrame:
    """Where each school's disadvantage stands among the nation's in its phase.

    Arguments: `comparable`, all compared schools of the nation, with school, phase and the context
    variables. Returns school, phase and percentile (0 to 100, of disadvantaged pupils in the cohort, or of
    free school meals in the last six years where that is not known; empty where neither is), by school.
    """
    found = percentiles(comparable, variables=DISADVANTAGE)
    return found.select("school", "phase", percentile=pl.coalesce(DISADVANTAGE))


def percentiles(comparable: pl.DataFrame, *, variables: Iterable[str]) -> pl.DataFrame:
    """Where each school stands on each context variable among the nation's in its phase.

    Arguments: as of `disadvantage`. Returns school, phase and a column of percentiles (0 to 100; schools
    with the same share have the middle of their places) for each variable, empty where it is not known.
    """
    places = [
        (100 * (pl.col(name).rank("average") - 0.5) / pl.col(name).count()).over("phase").alias(name)
        for name in variables
    ]
    return comparable.select("school", "phase", *places).sort("phase", "school")

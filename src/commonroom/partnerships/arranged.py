"""A plan arranged for solving: needs, candidates and givers, numbered, beside the problem they make."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from commonroom.partnerships.solving.problem import Problem

#: One unit of cost, in sd of schools: costs are whole numbers of it, fine enough that two plans of the
#: same loss hardly ever are there.
UNIT = 1e-8


@dataclass(frozen=True)
class Arranged:
    """What is solved, and who is behind each number.

    `needs` (row = number of the need): receiver, phase, theme, keys, why, measure, spread, effect, sd,
    cohort, source, disadvantage (percentile), ideal (the gain that the best provider next door would
    bring, sd) and weight (what a gain of this school counts for). `edges` (row = number of the candidate):
    tables.partnerships.EDGES, and `need`. `providers`: provider, trust, authority, days, days_from, slots
    (partnerships it can still take) and held (those that stand already). `fixed`: partnerships that stand
    already, with the columns of `edges` and state (accepted, running or paused); they are not in
    `problem`, and their days are taken from its caps.
    """

    needs: pl.DataFrame
    edges: pl.DataFrame
    providers: pl.DataFrame
    fixed: pl.DataFrame
    problem: Problem

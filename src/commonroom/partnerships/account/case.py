"""A solved plan, and what there is to explain it by."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from commonroom.families.placement import Floats
from commonroom.partnerships import draws, gains
from commonroom.partnerships.agreed import BARRED
from commonroom.partnerships.arranged import Arranged
from commonroom.partnerships.definition import Definition
from commonroom.partnerships.draws import Draws
from commonroom.partnerships.ground import Ground
from commonroom.partnerships.solving.problem import Flags, Ints, Level, Solution
from commonroom.tables import partnerships as tables

NEED = ["receiver", "phase", "theme"]
PAIR = [*NEED, "provider"]
#: Every frame of needs is in this order.
ORDER = ["phase", "theme", "receiver"]
#: How often gains are drawn for their ranges.
DRAWS = 200


def _nobody() -> Ints:
    return np.zeros((0, 2), dtype=np.int64)


@dataclass(frozen=True)
class Case:
    """A solved plan beside the ground it stands on: what every frame of the account is read from.

    `standing` is tables.partnerships.STANDING, `drawn` the gains drawn of its candidates (see `draw`),
    and `threes` (groups x 2) the chosen candidates that share a slot of their provider: the one that
    joins, and the one it joins.
    """

    arranged: Arranged
    solution: Solution
    ground: Ground
    definition: Definition
    standing: pl.DataFrame
    drawn: Draws
    threes: Ints = field(default_factory=_nobody)


@dataclass(frozen=True)
class Past:
    """What went before, in frames that may have no row.

    `proposals` and `unmatched` are of the last plan (tables.partnerships), `barred` what is not to be
    proposed since (agreed.barred).
    """

    proposals: pl.DataFrame = field(default_factory=tables.PROPOSALS.empty)
    unmatched: pl.DataFrame = field(default_factory=tables.UNMATCHED.empty)
    barred: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=BARRED))


def draw(
    arranged: Arranged, standing: pl.DataFrame, *, definition: Definition, count: int = DRAWS, seed: int = 0
) -> Draws:
    """Draw the gains of every candidate, of what stands already, and of needs that have no candidate.

    They are numbered in that order; the last are drawn for their gaps alone.
    """
    columns = [*PAIR, "likeness", "nearness"]
    barren = arranged.needs[_barren(arranged)].select(
        *NEED, provider="receiver", likeness=pl.lit(1.0), nearness=pl.lit(1.0)
    )
    whole = pl.concat([arranged.edges.select(columns), arranged.fixed.select(columns), barren])
    return draws.draw(whole, standing, gain=definition.gain, draws=count, seed=seed)


def _barren(arranged: Arranged) -> Ints:
    """Numbers of needs that have no candidate."""
    return np.setdiff1d(np.arange(arranged.needs.height), arranged.problem.need)


def ideals(case: Case, number: int) -> Floats:
    """Return what the best provider next door would bring each need (needs), in one draw."""
    arranged, drawn = case.arranged, case.drawn
    place = np.zeros(arranged.needs.height, dtype=np.int64)
    place[arranged.problem.need] = drawn.need[: arranged.edges.height]
    place[_barren(arranged)] = drawn.need[arranged.edges.height + arranged.fixed.height :]
    return np.asarray(drawn.closes[number] * drawn.gaps[number][place], dtype=np.float64)


def spread(rows: pl.DataFrame, case: Case) -> pl.DataFrame:
    """Return candidates (with `number`, as drawn) with the 95 % ranges of gain and gap.

    Gains in groups of three are less by what the definition says.
    """
    drawn, number = case.drawn, rows["number"].to_numpy()
    part = replace(drawn, need=drawn.need[number], strength=drawn.strength[number], fade=drawn.fade[number])
    found = draws.with_ranges(rows, case.standing, gain=case.definition.gain, drawn=part)
    if "part" not in rows.columns:
        return found
    return found.with_columns(pl.col("gain_low", "gain_high") * pl.col("part"))


def pairs(case: Case) -> pl.DataFrame:
    """Return the partnerships of the plan, in order: the columns of candidates, and those said here.

    `state` is empty for those that the solution chose; `number` is as drawn; `part` is what is left of
    the gain in a group of three, `third` its other receiver, and `slots` what it takes of its provider.
    """
    arranged, chosen = case.arranged, case.solution.chosen
    share = np.ones(arranged.edges.height)
    share[case.threes] = case.definition.threes.share
    slots = np.ones(arranged.edges.height)
    slots[case.threes[:, 0]] = 0.0
    other = np.full(arranged.edges.height, -1)
    other[case.threes] = case.threes[:, ::-1]
    third = arranged.edges["receiver"].gather(pl.Series(other[chosen]).replace(-1, None))
    columns = list(tables.EDGES.schema)
    new = arranged.edges[chosen].select(columns).with_columns(
        state=pl.lit(None, dtype=pl.String), number=chosen, third=third,
        part=share[chosen], slots=slots[chosen],
    )  # fmt: skip
    old = arranged.fixed.select(
        *columns,
        "state",
        number=pl.int_range(pl.len()) + arranged.edges.height,
        third=pl.lit(None, dtype=pl.String),
        part=pl.lit(1.0),
        slots=pl.lit(1.0),
    )
    whole = pl.concat([new, old], how="vertical_relaxed")
    return whole.with_columns(pl.col("gain") * pl.col("part")).sort(*ORDER, "provider")


def needs(case: Case) -> pl.DataFrame:
    """Return every need, in order, those met already among them: keys, disadvantage, gap and cohort."""
    arranged = case.arranged
    columns = [*NEED, "keys", "disadvantage", "gap", "cohort"]
    closes = gains.closes(case.definition.gain)
    still = arranged.needs.with_columns(gap=pl.col("ideal") / closes).select(columns)
    where = case.ground.schools.select("phase", "disadvantage", receiver="school")
    cohorts = case.standing.select("phase", "theme", "cohort", receiver="school")
    met = (
        arranged.fixed.unique(NEED, keep="first", maintain_order=True)
        .join(where, on=["receiver", "phase"], how="left", maintain_order="left")
        .join(cohorts, on=NEED, how="left", maintain_order="left")
        .with_columns(pl.col("keys").fill_null(False))
        .select(columns)
    )
    return pl.concat([still, met], how="vertical_relaxed").sort(ORDER)


def used(case: Case, level: Level) -> Ints:
    """Return how many of the chosen each group of a cap has; who shares a slot gives nothing more."""
    counted = case.solution.chosen
    if any(level is one for one in case.arranged.problem.giving):
        counted = np.setdiff1d(counted, case.threes[:, 0])
    groups = level.group[counted]
    return np.bincount(groups[groups >= 0], minlength=level.caps.size).astype(np.int64)


def reached(case: Case, level: Level) -> Flags:
    """Return, for each candidate, whether its group of a cap can take no more."""
    return by_candidate(level, used(case, level) >= level.caps, False)


def by_candidate(level: Level, values: np.ndarray, nothing: float | bool) -> np.ndarray:
    """Return what is known of groups for each candidate, and `nothing` where it is in none."""
    return np.append(values, nothing)[level.group]

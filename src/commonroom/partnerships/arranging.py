"""From candidates to a problem: needs and candidates numbered, costs in whole units, every cap in place."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from commonroom.partnerships import costs
from commonroom.partnerships.arranged import Arranged
from commonroom.partnerships.capacities import provide
from commonroom.partnerships.definition import Definition
from commonroom.partnerships.gains import ideals
from commonroom.partnerships.ground import Ground
from commonroom.partnerships.limits import Pairs, limit
from commonroom.partnerships.solving.problem import Ints, Problem
from commonroom.tables import partnerships as tables

NEED = ("receiver", "phase", "theme")


@dataclass(frozen=True)
class Known:
    """What people said and agreed, as a plan needs it: each frame may have no row.

    `statements` and `capacities` are tables of those names; `fixed` has the partnerships that stand
    already (tables.partnerships.EDGES, and state); `last` (receiver, phase, theme, provider) is the plan
    before.
    """

    statements: pl.DataFrame
    capacities: pl.DataFrame
    fixed: pl.DataFrame
    last: pl.DataFrame


def arrange(
    edges: pl.DataFrame,
    standing: pl.DataFrame,
    ground: Ground,
    *,
    definition: Definition,
    known: Known,
) -> Arranged:
    """Return the plan to be solved.

    Arguments: `edges` (tables.partnerships.EDGES), `standing`, the `ground`, the `definition`, and what
    is `known` of agreements. Raises SaidToPeople where what is agreed already goes beyond a cap.
    Method: METHODS.md section 8.
    """
    needs = _needs(standing, ground, definition)
    met = known.fixed.select(*NEED)
    every = needs
    needs = needs.join(met, on=NEED, how="anti", maintain_order="left")
    edges = _number(edges, needs, known.last)
    fixed = known.fixed.join(every.select(*NEED, "keys"), on=NEED, how="left", maintain_order="left")
    providers = _providers(standing, ground, definition, known)
    caps = limit(_pairs(edges, every, providers, known, ground), definition=definition)
    pairs = costs.swaps(edges)
    gain, ideal = edges["gain"].to_numpy(), needs["ideal"].to_numpy()
    weights = definition.weights
    problem = Problem(
        need=edges["need"].to_numpy(),
        cost=costs.cost(needs, edges, gain, ideal, weights=weights),
        alone=costs.alone(needs, ideal, weights=weights),
        neediest=_neediest(needs, known.fixed),
        receiving=caps.receiving,
        giving=caps.giving,
        crossing=caps.crossing,
        swaps=pairs,
        bonus=costs.bonus(needs, edges, gain, pairs, weights=weights),
    )
    return Arranged(needs, edges, providers, fixed, problem)


def _needs(standing: pl.DataFrame, ground: Ground, definition: Definition) -> pl.DataFrame:
    """All needs, in order, with the gain that the best provider next door would bring, and their weight."""
    rows = standing.filter(pl.col("kind") == "need").rename({"school": "receiver"})
    rows = rows.sort("phase", "theme", "receiver")
    where = ground.schools.select("phase", "authority", "disadvantage", receiver="school")
    rows = rows.join(where, on=["receiver", "phase"], how="left", maintain_order="left")
    more = definition.weights.disadvantage * pl.col("disadvantage").fill_null(0.0) / 100
    # A school of two phases that is a Keys to Success school in one has one adviser for both.
    whole = pl.col("keys").any().over("receiver")
    ideal = pl.Series("ideal", ideals(rows, gain=definition.gain))
    return rows.with_columns(ideal, keys=whole, weight=1.0 + more).select(
        *NEED, "keys", "why", "measure", "spread", "effect", "sd", "cohort", "source", "authority",
        "disadvantage", "ideal", "weight",
    )  # fmt: skip


def _neediest(needs: pl.DataFrame, fixed: pl.DataFrame) -> Ints:
    """A number for each Keys to Success school that nobody helps yet, by need; -1 for the others."""
    alone = pl.col("keys") & ~pl.col("receiver").is_in(fixed["receiver"].unique().implode())
    names = pl.when(alone).then("receiver")
    return needs.select((names.rank("dense").cast(pl.Int64) - 1).fill_null(-1)).to_series().to_numpy()


def _number(edges: pl.DataFrame, needs: pl.DataFrame, last: pl.DataFrame) -> pl.DataFrame:
    """Candidates of the needs still open, each with its need's number, and what a change would be.

    A need whose last partner can help no more has to change: that has no price.
    """
    columns = [*NEED, "keys", "measure"]
    numbered = needs.select(pl.int_range(pl.len()).alias("need"), *columns)
    found = edges.join(numbered, on=NEED, how="inner", maintain_order="left").sort("need", "provider")
    still = last.join(edges, on=[*NEED, "provider"], how="semi")
    if still.is_empty():
        found = found.with_columns(changes=pl.lit(False))
    else:
        before = still.select(*NEED, before="provider")
        found = found.join(before, on=NEED, how="left", maintain_order="left")
        moved = pl.col("before").is_not_null() & (pl.col("before") != pl.col("provider"))
        found = found.with_columns(changes=moved.fill_null(False)).drop("before")
    return found.with_columns(costs.break_ties(found))


def _providers(standing: pl.DataFrame, ground: Ground, definition: Definition, known: Known) -> pl.DataFrame:
    """What each school can give, less what it gives already."""
    found = provide(
        standing,
        ground,
        definition=definition,
        statements=known.statements,
        capacities=known.capacities,
    )
    held = known.fixed.group_by("provider").agg(held=pl.len().cast(pl.Int64))
    # A school that gives already may have no strength any more: what stands is kept, and no more asked.
    gone = held.join(found, on="provider", how="anti").select("provider", days_from=pl.lit("rule"))
    whole = pl.concat([found, gone], how="diagonal").join(held, on="provider", how="left").sort("provider")
    given = pl.col("held").fill_null(0)
    whole = whole.with_columns(pl.col("days").fill_null(given * definition.days.partnership), held=given)
    return whole.with_columns(slots=(pl.coalesce("slots", "held") - given))


def _pairs(
    edges: pl.DataFrame, needs: pl.DataFrame, providers: pl.DataFrame, known: Known, ground: Ground
) -> Pairs:
    """Who stands behind each candidate: authorities and trusts of both sides."""
    places = ground.schools.sort("school", "phase").unique("school", keep="first", maintain_order=True)
    # Names as numbers: what follows groups hundreds of thousands of candidates by them.
    sides = [frame[side] for frame in (edges, known.fixed) for side in ("receiver", "provider")]
    every = pl.concat([places["school"], places["trust"], *sides])
    names = pl.Enum(every.drop_nulls().unique().sort())
    areas = pl.Enum(places["authority"].drop_nulls().unique().sort())
    trust = pl.coalesce("trust", "school").cast(names)
    authority = pl.col("authority").cast(areas)
    school = pl.col("school").cast(names)
    givers = places.select(provider=school, provider_authority=authority, trust=trust)
    takers = places.select(receiver=school, receiver_authority=authority, receiver_trust=trust)
    keys = needs.select(*NEED, "keys", "measure")

    def behind(frame: pl.DataFrame, *more: str) -> pl.DataFrame:
        found = frame.select(*more, *NEED, "provider").with_columns(
            pl.col("receiver", "provider").cast(names)
        )
        found = found.join(givers, on="provider", how="left", maintain_order="left")
        return found.join(takers, on="receiver", how="left", maintain_order="left")

    fixed = known.fixed.join(keys, on=NEED, how="left", maintain_order="left")
    fixed = fixed.with_columns(pl.col("keys").fill_null(False))
    total = (pl.col("slots") + pl.col("held")).alias("slots")
    return Pairs(
        behind(edges, "need", "keys", "measure"),
        behind(fixed, "keys", "measure"),
        needs.select(*NEED, "authority"),
        providers.select("provider", total),
        known.capacities,
    )


def nothing_known() -> Known:
    """Return what is known where nobody said anything."""
    fixed = tables.EDGES.empty().with_columns(state=pl.lit(None, dtype=pl.String))
    last = tables.PROPOSALS.empty().select(*NEED, "provider")
    return Known(tables.STATEMENTS.empty(), tables.CAPACITIES.empty(), fixed, last)

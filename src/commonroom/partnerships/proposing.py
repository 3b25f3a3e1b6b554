"""Propose a plan: from who is strong and who needs, to who could help whom: solved, checked, explained."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import polars as pl

from commonroom.partnerships import account, agreed, arranging, candidates, checking, choosing, fixing, gains
from commonroom.partnerships.account import Case, Past, Redrawn
from commonroom.partnerships.agreed import Agreed
from commonroom.partnerships.arranging import Known
from commonroom.partnerships.candidates import Candidates
from commonroom.partnerships.checking import Given
from commonroom.partnerships.choosing import Choice
from commonroom.partnerships.definition import Definition
from commonroom.partnerships.ground import Ground
from commonroom.partnerships.terms import WAYS, Terms
from commonroom.tables import partnerships as tables


@dataclass(frozen=True)
class Proposal:
    """A plan of partnerships: frames of the tables (tables.partnerships) of these names."""

    standing: pl.DataFrame
    proposals: pl.DataFrame
    alternatives: pl.DataFrame
    unmatched: pl.DataFrame
    providers: pl.DataFrame
    limits: pl.DataFrame
    equity: pl.DataFrame
    plan: pl.DataFrame
    changes: pl.DataFrame

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """Every frame by name."""
        return {part.name: getattr(self, part.name) for part in dataclasses.fields(self)}


def propose(
    standing: pl.DataFrame,
    ground: Ground,
    *,
    definition: Definition,
    terms: Terms,
    agreed: Agreed | None = None,
) -> Proposal:
    """Propose who could help whom with what.

    Arguments: `standing` (tables.partnerships.STANDING), the `ground` (best with all schools there are),
    the `definition` of the plan, the `terms` it is made on, and what is `agreed`. The same arguments
    give the same plan. Raises SaidToPeople where what is agreed already goes beyond a cap.
    Source: METHODS.md section 8.
    """
    said = agreed or Agreed()
    found, known, barred = _weigh(standing, ground, definition, said, terms)
    filled = gains.fill(standing, gain=definition.gain)
    arranged = arranging.arrange(found.edges, filled, ground, definition=definition, known=known)
    count = max(account.DRAWS, terms.redraws)
    # Neither needs the other, and both leave Python alone most of the time.
    with ThreadPoolExecutor(1) as pool:
        drawing = pool.submit(
            account.draw, arranged, standing, definition=definition, count=count, seed=terms.seed
        )
        choice = choosing.choose(arranged, ground, definition=definition, terms=terms)
    drawn = drawing.result()
    case = Case(arranged, choice.solution, ground, definition, standing, drawn, choice.pairs)
    redrawn = account.redraw(case, redraws=terms.redraws) if terms.redraws else None
    told_before = {"proposals": said.last, "unmatched": said.left}
    past = Past(barred=barred, **{name: one for name, one in told_before.items() if one is not None})
    told = account.explain(case, reach=found.reach, past=past, redrawn=redrawn)
    given = Given(known.statements, known.capacities, known.fixed, barred)
    checking.check_plan(told.proposals, standing, ground, definition=definition, given=given)
    if said.last is None:
        # Of a first plan everything would be a change.
        told = replace(told, changes=tables.CHANGES.empty())
    return Proposal(standing=standing, plan=_sum_up(case, choice, redrawn, terms), **vars(told))


def _weigh(
    standing: pl.DataFrame, ground: Ground, definition: Definition, said: Agreed, terms: Terms
) -> tuple[Candidates, Known, pl.DataFrame]:
    """Who could help whom, what is known of agreements, and who is not to be proposed."""
    nothing = arranging.nothing_known()
    barred = agreed.barred(said, date=terms.date)
    stands = agreed.fixed(said, date=terms.date)
    found = candidates.weigh(standing, ground, definition=definition, barred=barred, known=agreed.known(said))
    known = Known(
        statements=nothing.statements if said.statements is None else said.statements,
        capacities=nothing.capacities if said.capacities is None else said.capacities,
        fixed=fixing.weigh(stands, standing, ground, definition=definition)
        if stands.height
        else nothing.fixed,
        last=nothing.last if said.last is None else said.last.select(nothing.last.columns),
    )
    return found, known, barred


def _sum_up(case: Case, choice: Choice, redrawn: Redrawn | None, terms: Terms) -> pl.DataFrame:
    """The plan in one row, and the ways it was not made in beside it, where that was asked for."""
    rows = [account.sum_up(case, way=terms.way, blocking=choice.blocking, redrawn=redrawn)]
    for way in WAYS if terms.compare else ():
        if way != terms.way:
            other = choosing.compare(case.arranged, choice.best, way=way)
            beside = replace(case, solution=other.solution, threes=other.pairs)
            rows.append(account.sum_up(beside, way=way, blocking=other.blocking))
    return tables.PLAN.check(pl.concat(rows))

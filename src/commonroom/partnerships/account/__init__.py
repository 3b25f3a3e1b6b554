"""The account of a plan: who helps whom and why, who else could, who is left alone, and how sure that is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import polars as pl

from commonroom.partnerships.account import (
    alternatives,
    changes,
    equity,
    limits,
    proposals,
    providers,
    unmatched,
)
from commonroom.partnerships.account.case import DRAWS, Case, Past, draw
from commonroom.partnerships.account.redraws import Redrawn, redraw
from commonroom.partnerships.account.total import sum_up

__all__ = ["DRAWS", "Account", "Case", "Past", "Redrawn", "draw", "explain", "redraw", "sum_up"]


@dataclass(frozen=True)
class Account:
    """What explains a plan: frames of the tables (tables.partnerships) of these names."""

    proposals: pl.DataFrame
    alternatives: pl.DataFrame
    unmatched: pl.DataFrame
    providers: pl.DataFrame
    limits: pl.DataFrame
    equity: pl.DataFrame
    changes: pl.DataFrame


def explain(
    case: Case, *, reach: pl.DataFrame, past: Past | None = None, redrawn: Redrawn | None = None
) -> Account:
    """Explain a plan.

    Arguments: `reach` (tables.partnerships.REACH), the `past`, where there is one, and how the plan
    stands when gains are `redrawn`.
    """
    before = past or Past()
    # The two longest of them beside the others: their arithmetic leaves Python alone most of the time.
    with ThreadPoolExecutor(1) as pool:
        others = pool.submit(alternatives.find, case)
        alone = pool.submit(unmatched.explain, case, reach=reach, barred=before.barred)
        stays = None if redrawn is None else redrawn.stays
        told = {
            "proposals": proposals.write(case, last=before.proposals, stays=stays),
            "providers": providers.weigh(case),
            "limits": limits.show(case),
            "equity": equity.compare(case),
            "changes": changes.tell(case, past=before),
        }
    return Account(alternatives=others.result(), unmatched=alone.result(), **told)

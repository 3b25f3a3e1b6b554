"""The account of a comparison: who stands beside whom, who was left out, and how alike both sides were."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from commonroom.impact.comparison.cohort import NO_COMPARISON, USED, WHY, Cohort
from commonroom.impact.comparison.metric import Metric
from commonroom.impact.study import Adjusted, Floats, Ints, Study
from commonroom.tables import impact as tables

_PAIRS = {name: kind for name, kind in tables.COMPARISONS.schema.items() if name != "role"}
_LEFT_OUT = {name: kind for name, kind in tables.LEFT_OUT.schema.items() if name != "role"}
_BALANCE = {name: kind for name, kind in tables.BALANCE.schema.items() if name != "role"}


@dataclass(frozen=True)
class Pairs:
    """Pairs of one cohort, rows of the study: who joined, who stands beside, with what share."""

    joiner: Ints
    other: Ints
    share: Floats
    metric: Metric


def pairs(study: Study, chosen: tuple[Pairs, ...]) -> pl.DataFrame:
    """Return who stands beside whom (tables.impact.COMPARISONS without role), minutes not yet known."""
    frames = [pl.DataFrame(schema=_PAIRS)]
    for one in chosen:
        path = ((one.metric.path[one.joiner] - one.metric.path[one.other]) ** 2).sum(axis=1)
        context = ((one.metric.context[one.joiner] - one.metric.context[one.other]) ** 2).sum(axis=1)
        parts = sum(part.shape[1] > 0 for part in (one.metric.path, one.metric.context))
        family = study.family[one.joiner]
        frames.append(
            pl.DataFrame(
                {
                    "school": study.schools[one.joiner],
                    "comparison": study.schools[one.other],
                    "weight": one.share,
                    "distance": np.sqrt((path + context) / max(parts, 1)),
                    "path_distance": np.sqrt(path),
                    "context_distance": np.sqrt(context),
                    "family": (family == study.family[one.other]) & (family >= 0),
                    "minutes": pl.Series([None] * one.joiner.size, dtype=pl.Float64),
                },
                schema=_PAIRS,
            )
        )
    return pl.concat(frames).sort("school", "comparison")


def left_out(study: Study, cohorts: tuple[Cohort, ...], adjusted: Mapping[int, Adjusted]) -> pl.DataFrame:
    """Return who cannot be used (tables.impact.LEFT_OUT without role), and why.

    A school that took part is there when it has no weight in its own cohort; one of the pool when no
    cohort can use it, with the reason of the last. Schools that are merely less alike than others are not.
    """
    rows: list[tuple[str, str, str, int | None]] = []
    spare = np.ones(study.start.size, dtype=bool)
    last = np.zeros(study.start.size, dtype=np.int64)
    when = np.zeros(study.start.size, dtype=np.int64)
    for one in cohorts:
        spare[one.others] = False
        asked = (one.why != USED) & (study.start != one.start)
        last[asked], when[asked] = one.why[asked], one.year[asked]
        without = (study.start == one.start) & (adjusted[one.start].weights == 0)
        why = np.where(one.why[without] == USED, NO_COMPARISON, one.why[without])
        rows += _rows(study, "joined", np.flatnonzero(without), (why, one.year[without]))
    never = np.flatnonzero(spare & (last != USED) & ~study.joined)
    rows += _rows(study, "comparison", never, (last[never], when[never]))
    return pl.DataFrame(rows, schema=_LEFT_OUT, orient="row").sort("side", "school", descending=[True, False])


def _rows(
    study: Study, side: str, places: Ints, reasons: tuple[Ints, Ints]
) -> list[tuple[str, str, str, int | None]]:
    """Rows of one side."""
    return [
        (side, str(study.schools[place]), WHY[why], year or None)
        for place, why, year in zip(places.tolist(), *(part.tolist() for part in reasons), strict=True)
    ]


def balance(cohorts: tuple[Cohort, ...], adjusted: Mapping[int, Adjusted]) -> pl.DataFrame:
    """Return how alike both sides were before the start (tables.impact.BALANCE without role).

    Cohorts count by their schools. Differences stand beside the standard deviation of the schools they
    could be compared with, the same before and after: a few schools that joined have none worth the name.
    """
    sums: dict[str, Floats] = {}
    for one in cohorts:
        weights = adjusted[one.start].weights
        rows = one.joiners[weights[one.joiners] > 0]
        if not rows.size:
            continue
        beside = one.covariates[one.others]
        mixed = (weights[one.others, None] * beside).sum(axis=0) / weights[one.others].sum()
        found = np.column_stack(
            [one.covariates[rows].mean(axis=0), beside.mean(axis=0), mixed, beside.var(axis=0)]
        )
        for name, values in zip(one.names, found, strict=True):
            sums[name] = sums.get(name, np.zeros(5)) + rows.size * np.append(values, 1.0)
    rows_made = []
    for name, total in sums.items():
        joined, pool, mixed, variance = total[:4] / total[4]
        sd = np.sqrt(variance) or np.nan
        rows_made.append((name, joined, pool, mixed, (joined - pool) / sd, (joined - mixed) / sd))
    return pl.DataFrame(rows_made, schema=_BALANCE, orient="row").with_columns(
        pl.col("before", "after").fill_nan(None)
    )

"""The share of an area's judgements beside that of other areas, with errors clustered on areas."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import polars as pl

from commonroom.impact import blocks
from commonroom.impact.blocks import Trial
from commonroom.impact.study import Estimate, Floats, Ints


def level(rows: pl.DataFrame, *, joined: Collection[str], allowing: Sequence[str] = ()) -> Estimate:
    """Compare the share good in areas that took part with that of other areas, school year by school year.

    Arguments: rows (`placing.label`) of one phase and period; codes of the areas that took part; columns that
    are allowed for: numbers as they are, texts (the previous judgement) as one level for each. Rows where one
    is empty are left out, for both sides alike. The effect is in shares (0.1 is ten points).
    """
    known = rows.drop_nulls(list(allowing))
    return blocks.estimate(
        Trial(
            known["good"].cast(pl.Float64).to_numpy(),
            known["area"].is_in(list(joined)).to_numpy(),
            known["year"].cast(pl.Int64).to_numpy(),
            _numbers(known["area"]),
            _columns(known, allowing),
        )
    )


def change(rows: pl.DataFrame, *, joined: Collection[str], before: str, after: str) -> Estimate:
    """Compare how the share good changed between two periods: a difference in differences by area.

    Arguments: rows (`placing.label`) of one phase; codes of the areas that took part; names of the periods.
    Each area has its own level and the later period its own; other schools are judged in each, so this is
    one of areas, not of schools. Errors are clustered on areas; with few that took part look at `placebos`.
    """
    known = rows.filter(pl.col("period").is_in([before, after]))
    later = (known["period"] == after).to_numpy()
    areas = _numbers(known["area"])
    side = known["area"].is_in(list(joined)).to_numpy() & later
    outcome = known["good"].cast(pl.Float64).to_numpy()
    return blocks.estimate(Trial(outcome, side, areas, areas, later.astype(float)[:, None]))


def _numbers(areas: pl.Series) -> Ints:
    """A number for each area, in order of code (n)."""
    return np.unique(areas.to_numpy(), return_inverse=True)[1].astype(np.int64)


def _columns(rows: pl.DataFrame, allowing: Sequence[str]) -> Floats:
    """What is allowed for (n, p); a text becomes one column for each of its values but the first."""
    columns = [np.empty((rows.height, 0))]
    for name in allowing:
        if rows.schema[name] == pl.String:
            values = rows[name].unique().sort()[1:]
            columns += [(rows[name] == value).cast(pl.Float64).to_numpy()[:, None] for value in values]
        else:
            columns.append(rows[name].cast(pl.Float64).to_numpy()[:, None])
    return np.hstack(columns)

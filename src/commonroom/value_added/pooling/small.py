"""Sums of too few pupils, kept back before anything is written.

**What sums of few pupils give away.** A school's sums are its pupils' count, totals and products.
One pupil follows exactly. Of two, the totals give the mean and the products the distance from it:
both follow. With no more pupils than columns (the constant counted) the products are singular, so
every exact linear relation between the pupils' columns is told. Scores in whole numbers go further:
few combinations of them have the same sums, often only one. So a limit above the number of columns
is the least that makes many different sets of pupils possible, and `pooling.sentences` says when it is not.

**Groups inside a school.** A column of 0 and 1 is a group in disguise: its product with the outcome
is the total outcome of the ones, however large the school; one such pupil follows exactly. Schools
with few ones or few zeros are counted by `thin`, said by `pooling.sentences`, and withheld with `groups`.

**Weights.** A pupil with nearly all the weight of a school is nearly its sums, so a school is also
small when its effective number of pupils, (sum of w)^2 / sum of w^2, is under the limit.

**Subtraction.** A small `by` cell that is withheld follows again if the school's sums without `by`
are to be had elsewhere; so one place shares its sums under one `by` only, and files whose `by`
differ are not pooled. The limit is applied to each file before schools are added together: who gave
one part could take it away again. Small cells are merged only if what is left without the largest
of them is at the limit too, or the largest school could subtract its own.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from commonroom import disclosure
from commonroom.errors import CommonroomError, SaidToPeople
from commonroom.tables.sums import LEFT_OUT, Plan, Sums
from commonroom.value_added.pooling.addition import add, add_left_out

TREATMENTS = ("withhold", "merge", "keep")
WITHHELD = "school withheld"


class NothingLeft(SaidToPeople):
    """Every school has too few pupils, so that nothing may be written."""


@dataclass(frozen=True)
class Counts:
    """What the disclosure limit did: schools kept apart, pupils kept, small cells and their pupils.

    A cell is a school, or a school within each `by`. `treatment` is withheld, merged, merged or
    withheld, kept, or none (there was nothing to treat).
    """

    schools: int
    pupils: int
    small: int
    small_pupils: int
    treatment: str


def withhold_small(
    sums: Sums,
    *,
    limit: int = disclosure.PUPILS,
    small: str = "withhold",
    name: str = "",
    groups: bool = False,
) -> tuple[Sums, Counts]:
    """Return the sums without schools of fewer pupils than `limit`, and how many those were.

    Arguments: the `sums` of one place; the `limit` in pupils; what becomes of `small` cells:
    "withhold" (dropped, counted in `left_out`), "merge" (added into one pseudo-school per `by`,
    "small schools of `name`"; withheld where that is still too few) or "keep"; `groups` treats a
    school with fewer ones or zeros than `limit` in a 0/1 column as small too.
    Raises NothingLeft when no school may stay.
    """
    if small not in TREATMENTS:
        raise CommonroomError(f"small is one of {', '.join(TREATMENTS)}, not {small}.")
    keys = ["school", *sums.plan.by]
    marked = _cells(sums, limit, groups)
    few = sums.frame.join(marked, on=keys, how="semi", nulls_equal=True, maintain_order="left")
    large = sums.frame.join(marked, on=keys, how="anti", nulls_equal=True, maintain_order="left")
    merged, gone = few.clear(), few
    if small == "keep":
        large, gone = sums.frame, few.clear()
    elif small == "merge":
        merged, gone = _merge(replace(sums, frame=few), limit, name, groups)
    kept = pl.concat([large, merged])
    if few.height and kept.is_empty():
        raise NothingLeft(
            f"none of the {few['school'].n_unique()} schools has sums of {limit} pupils or more.",
            where=name,
            remedy="Pool where there are more pupils, or merge small schools.",
        )
    counts = Counts(
        schools=large["school"].n_unique(),
        pupils=int(kept["pupils"].sum()),
        small=few.height,
        small_pupils=int(few["pupils"].sum()),
        treatment=_treatment(few, merged, gone),
    )
    left_out = add_left_out([sums.left_out, _withheld(sums.plan, gone)])
    return replace(sums, frame=kept.sort(keys), left_out=left_out), counts


def thin(sums: Sums, *, limit: int = disclosure.PUPILS) -> pl.DataFrame:
    """Return schools (and `by`) where a 0/1 column has fewer ones or zeros than `limit`, but some.

    One row for each such cell and `variable`, with `pupils` in the smaller group (rounded when
    pupils are weighted). A column is 0/1 in a school when its values and their squares add up to
    the same.
    """
    plan, keys = sums.plan, ["school", *sums.plan.by]
    unit = 10.0 ** (plan.decimals or 0)
    found = []
    for place, variable in enumerate(plan.variables, start=1):
        centre = (
            round(plan.centres[place - 1] * unit) if plan.decimals is not None else plan.centres[place - 1]
        )
        number = pl.col("sum_0_0").cast(pl.Float64)
        total = pl.col(f"sum_0_{place}").cast(pl.Float64) + centre * number
        square = (
            pl.col(f"sum_{place}_{place}").cast(pl.Float64)
            + 2 * centre * pl.col(f"sum_0_{place}").cast(pl.Float64)
            + centre**2 * number
        )
        share = total / (unit * number)
        # Centring far from 0 and 1 costs digits; so the tolerance grows with the centre.
        tolerance = 1e-9 * number * (unit + abs(centre)) ** 2
        group = (pl.min_horizontal(share, 1 - share) * pl.col("pupils")).round().cast(pl.Int64)
        found.append(
            sums.frame.filter(number > 0)
            .filter(((square - unit * total).abs() <= tolerance) & group.is_between(1, limit - 1))
            .select(*keys, variable=pl.lit(variable), pupils=group)
        )
    return pl.concat(found).sort([*keys, "variable"])


def _cells(sums: Sums, limit: int, groups: bool) -> pl.DataFrame:
    """Return school and `by` of cells with fewer pupils than the limit, in number, effect or a group."""
    keys = ["school", *sums.plan.by]
    few = pl.col("pupils") < limit
    if sums.plan.weight:
        weight, squared = pl.col("sum_0_0").cast(pl.Float64), pl.col("weight_squared").cast(pl.Float64)
        few = few | (weight**2 < limit * squared * (1 - 1e-9))
    found = [sums.frame.filter(few).select(keys)]
    if groups:
        found.append(thin(sums, limit=limit).select(keys))
    return pl.concat(found).unique(maintain_order=True)


def _merge(few: Sums, limit: int, name: str, groups: bool) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return small cells as one pseudo-school for each `by`, and those that stay too few even so."""
    by, pupils = list(few.plan.by), pl.col("pupils")
    enough = pupils.sum() - pupils.max() >= limit
    rows = few.frame.filter(enough.over(by) if by else enough)
    merged = add([rows.with_columns(school=pl.lit(f"small schools of {name}"))], few.plan)
    still = _cells(replace(few, frame=merged), limit, groups)
    merged = merged.join(still, on=["school", *by], how="anti", nulls_equal=True, maintain_order="left")
    if by:
        gone = few.frame.join(merged, on=by, how="anti", nulls_equal=True, maintain_order="left")
    else:
        gone = few.frame.clear() if merged.height else few.frame
    return merged, gone


def _treatment(few: pl.DataFrame, merged: pl.DataFrame, gone: pl.DataFrame) -> str:
    if few.is_empty():
        return "none"
    words = [word for word, frame in (("merged", merged), ("withheld", gone)) if frame.height]
    return " or ".join(words) or "kept"


def _withheld(plan: Plan, gone: pl.DataFrame) -> pl.DataFrame:
    if gone.is_empty():
        return LEFT_OUT.empty()
    return pl.DataFrame(
        {"column": [plan.school], "reason": [WITHHELD], "pupils": [int(gone["pupils"].sum())]},
        schema=LEFT_OUT.schema,
    )

"""From the rows that an engine answers to sums: keys as text, counts asserted, who was left out."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from commonroom.errors import CommonroomError, SaidToPeople
from commonroom.store import centres, statement
from commonroom.store.statement import LARGE, MISSING, NAN, NEGATIVE, Reason
from commonroom.tables.sums import EXACT, LEFT_OUT, Plan, Sums

#: What is left of a sum of squares when the outcome is the same for all pupils of a school.
NOTHING = 1e-13

WORDS = {MISSING: "missing", NAN: "not a number", statement.ZERO: "weight of zero"}


class CountsError(CommonroomError):
    """Sums that should be over the same pupils are not: a fault of the engine or of this program."""


def refused(frame: pl.DataFrame, plan: Plan) -> tuple[Reason, int] | None:
    """Return the first reason to refuse the answer (infinite, negative weight), and how many rows have it."""
    found = frame.filter(pl.col("reason") % 10 >= LARGE).group_by("reason").agg(pl.col("pupils").sum())
    known = statement.reasons(plan)
    for code, pupils in found.sort("reason").rows():
        if known[code].kind in (LARGE, NEGATIVE):
            return known[code], pupils
    return None


def gather(frame: pl.DataFrame, plan: Plan, *, where: str) -> Sums:
    """Return the sums that an engine's answer to statement.add_up(plan) holds.

    Arguments: the answer; the plan with its centres (exact sums may have none: they are chosen
    here, from the sums); `where` the pupils are, for sentences.
    Raises SaidToPeople when no pupil is left, or the outcome never varies inside a school, and
    CountsError when two sums are not over the same pupils.
    """
    kind = "integer" if _is_whole(frame["school"]) else "text"
    names = dict(zip((f"g{i}" for i, _ in enumerate(plan.by, 1)), plan.by, strict=True))
    keys = ["school", *plan.by]
    frame = frame.rename(names).with_columns(
        _to_text(frame[given]).alias(names.get(given, given)) for given in ("school", *names)
    )
    _assert_counts(frame, plan)
    summed = _sums(frame.filter(pl.col("reason") == 0), plan)
    left = frame.filter(pl.col("reason") != 0)
    if not summed.height:
        raise _nobody(left, plan, where)
    per_school = left.group_by(keys).agg(pl.col("pupils").sum().alias("left_out"))
    summed = summed.join(per_school, on=keys, how="left").with_columns(pl.col("left_out").fill_null(0))
    if not plan.centres:
        plan = replace(plan, centres=centres.choose_from_sums(summed, plan))
        summed = centres.move(summed, plan, plan.centres)
    columns = [*keys, "pupils", "left_out", "weight_squared", "log_weight", *plan.columns]
    sums = Sums(summed.select(columns).sort(keys), plan, _left_out(left, plan), kind)
    _refuse_constant_outcome(sums, where)
    return sums


def _is_whole(values: pl.Series) -> bool:
    if values.dtype.is_float() or values.dtype.is_decimal():
        known = values.drop_nulls().cast(pl.Float64)
        return bool((known == known.floor()).all())
    return values.dtype.is_integer()


def _to_text(values: pl.Series) -> pl.Series:
    """A key as text: 100200.0 is school 100200, as a table with an empty cell may have made of it."""
    whole = values.dtype.is_float() or values.dtype.is_decimal()
    return (values.cast(pl.Int64) if whole and _is_whole(values) else values).cast(pl.String)


def _assert_counts(frame: pl.DataFrame, plan: Plan) -> None:
    """COUNT(*) = COUNT of each: all sums of a school are over the same pupils."""
    complete = frame.filter(pl.col("reason") == 0)
    for i, variable in enumerate(plan.variables, 1):
        if (complete["pupils"] != complete[f"count_{i}"]).any():
            raise CountsError(f"The sums of {variable} are not over the pupils that were counted.")


def _sums(complete: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    """Every column of the sums in its type; without weights those of weights are counts."""
    kind = pl.Float64 if plan.decimals is None else EXACT
    if not plan.weight:
        complete = complete.with_columns(sum_0_0="pupils", weight_squared="pupils", log_weight=pl.lit(0))
    return complete.with_columns(
        pl.col("pupils").cast(pl.Int64),
        pl.col("weight_squared", "log_weight", *plan.columns).cast(kind),
    )


def _left_out(left: pl.DataFrame, plan: Plan) -> pl.DataFrame:
    known = statement.reasons(plan)
    counts = left.group_by("reason").agg(pl.col("pupils").sum()).sort("reason")
    rows = [(known[code].column, WORDS[known[code].kind], pupils) for code, pupils in counts.rows()]
    return LEFT_OUT.check(pl.DataFrame(rows, schema=LEFT_OUT.schema, orient="row"))


def _nobody(left: pl.DataFrame, plan: Plan, where: str) -> SaidToPeople:
    if not left.height:
        return SaidToPeople(
            "there is no pupil in it, only columns.", where=where, remedy="Give a table with rows."
        )
    reasons = _left_out(left, plan).sort("pupils", "column", descending=[True, False])
    total = reasons["pupils"].sum()
    column, reason, pupils = reasons.row(0)
    if pupils == total and reason == "missing":
        return SaidToPeople(
            f"column {column} is empty for all {total:,} pupils.",
            where=where,
            remedy="Give a column that is filled, or fill it.",
        )
    counts = ", ".join(f"{column} {reason} {count:,}" for column, reason, count in reasons.rows())
    return SaidToPeople(
        f"none of the {total:,} pupils has every value ({counts}).",
        where=where,
        remedy="Leave out the intake column that is mostly empty.",
    )


def _refuse_constant_outcome(sums: Sums, where: str) -> None:
    """Where no school has two outcomes, there is nothing to tell schools' pupils apart by."""
    plan, last = sums.plan, len(sums.plan.variables)
    several = sums.floats.filter(pl.col("pupils") > 1)
    square, total = pl.col(f"sum_{last}_{last}"), pl.col(f"sum_0_{last}")
    within = several.select((square - total**2 / pl.col("sum_0_0")) > NOTHING * square).to_series()
    if several.height and not within.any():
        raise SaidToPeople(
            f"the outcome {plan.outcome} is the same for all pupils of a school, in every school.",
            where=where,
            remedy="Give a column of pupils' own results, not of their school's.",
        )

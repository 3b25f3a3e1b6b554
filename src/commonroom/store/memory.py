"""Pupils as rows in memory, summed in plain Python: slow, and what the engines are checked against."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

import polars as pl

from commonroom.store import answers, centres, faults, statement
from commonroom.store.statement import LARGE, MISSING, NAN, NEGATIVE, ZERO
from commonroom.tables.sums import EXACT, Plan, Sums, check_plan

#: One pupil under the statement's names: keys as they are, numbers as floats, None where missing.
Pupil = dict[str, Any]
Number = int | Fraction


def add_up(rows: Iterable[Mapping[str, Any]], plan: Plan, *, missing: tuple[str, ...] = ()) -> Sums:
    """Return the sums that `plan` asks for of `rows`, one mapping per pupil, added as fractions.

    Texts in `missing` count as empty. Raises what store.pupils.add_up raises.
    """
    check_plan(plan)
    pupils = [_read(row, place, plan, ("", *missing)) for place, row in enumerate(rows, 1)]
    if not plan.centres and plan.decimals is None:
        plan = replace(plan, centres=_look(pupils, plan))
    cells: dict[tuple[Any, ...], list[Pupil]] = defaultdict(list)
    groups = [f"g{i}" for i, _ in enumerate(plan.by, 1)]
    for place, pupil in enumerate(pupils, 1):
        code = _reason(pupil, plan)
        if code % 10 in (LARGE, NEGATIVE):
            reason = statement.reasons(plan)[code]
            row = [(f"row {place}", str(pupil[reason.name]))]
            raise faults.refuse(reason, 1, row, plan=plan, where="rows")
        cells[(pupil["school"], *(pupil[name] for name in groups), code)].append(pupil)
    summed = [(*key, *_sum(cell, plan, complete=key[-1] == 0)) for key, cell in cells.items()]
    return answers.gather(_frame(summed, plan, groups), plan, where="rows")


def _read(row: Mapping[str, Any], place: int, plan: Plan, empty: tuple[str, ...]) -> Pupil:
    pupil = {}
    for name, column in statement.names(plan).items():
        value = row[column]
        if isinstance(value, str):
            value = None if value.strip() in empty else value.strip()
        if name in statement.numbers(plan) and value is not None:
            try:
                value = float(value)
            except ValueError:
                raise faults.text(column, [(f"row {place}", value)], where="rows") from None
        pupil[name] = value
    return pupil


def _reason(pupil: Pupil, plan: Plan) -> int:
    """The code of statement.reasons that says why this pupil is in no sum; 0 for none."""
    for code, reason in statement.reasons(plan).items():
        value = pupil[reason.name]
        number = reason.name in statement.numbers(plan) and value is not None
        met = {
            MISSING: value is None,
            NAN: number and math.isnan(value),
            LARGE: number and abs(value) >= statement.limit(plan),
            NEGATIVE: number and value < 0,
            ZERO: number and math.isfinite(value) and _kept(value, plan) <= 0,
        }
        if met[reason.kind]:
            return code
    return 0


def _kept(value: float, plan: Plan) -> Number:
    """The value that is summed: exactly itself, or a whole number of units."""
    if plan.decimals is None:
        return Fraction(value)
    return math.floor(value * 10.0**plan.decimals + 0.5)


def _look(pupils: list[Pupil], plan: Plan) -> tuple[float, ...]:
    complete = (pupil for pupil in pupils if _reason(pupil, plan) == 0)
    first = list(islice(complete, statement.LOOKED))
    means, sds = [], []
    for name in statement.numbers(plan)[: len(plan.variables)]:
        values = [pupil[name] for pupil in first]
        means.append(statistics.fmean(values) if values else None)
        sds.append(statistics.stdev(values) if len(values) > 1 else None)
    return centres.choose(means, sds)


def _sum(cell: list[Pupil], plan: Plan, *, complete: bool) -> list[Any]:
    """Of one school (and `by` and reason): the columns of the statement's answer after its keys."""
    totals = dict.fromkeys(("weight_squared", "log_weight", *plan.columns), Fraction(0))
    for pupil in cell if complete else ():
        weight = _kept(pupil["w"], plan) if plan.weight else 1
        values: list[Number] = [1]
        zero = (0.0,) * len(plan.variables)
        for name, centre in zip(statement.numbers(plan), plan.centres or zero, strict=False):
            unit = Fraction(centre) if plan.decimals is None else statement.to_units(centre, plan.decimals)
            values.append(_kept(pupil[name], plan) - unit)
        for (i, j), column in zip(plan.products, plan.columns, strict=True):
            totals[column] += weight * values[i] * values[j]
        totals["weight_squared"] += weight * weight
        totals["log_weight"] += Fraction(_log(pupil["w"], plan)) if plan.weight else 0
    if plan.decimals is not None and any(abs(total) >= statement.FIT for total in totals.values()):
        raise faults.too_large(plan, where="rows")
    sums = [float(total) if plan.decimals is None else Decimal(int(total)) for total in totals.values()]
    return [len(cell), *(len(cell) if complete else 0 for _ in plan.variables), *sums]


def _log(weight: float, plan: Plan) -> float:
    """Log w; in exact sums as a whole number of units, by the steps of the statement, to the last bit."""
    if plan.decimals is None:
        return math.log(weight)
    root = _kept(weight, plan) / 10.0**plan.decimals
    for _ in range(statement.ROOTS):
        root = math.sqrt(root)
    t = (root - 1) / (root + 1)
    series = 1 + t * t * (1 / 3 + t * t * (1 / 5 + t * t / 7))
    return math.floor(2.0 ** (statement.ROOTS + 1) * t * series * 10.0**plan.decimals + 0.5)


def _frame(rows: list[tuple[Any, ...]], plan: Plan, groups: list[str]) -> pl.DataFrame:
    kind = pl.Float64 if plan.decimals is None else EXACT
    schema: dict[str, Any] = dict.fromkeys(("school", *groups))
    counts = (f"count_{i}" for i, _ in enumerate(plan.variables, 1))
    schema |= dict.fromkeys(("reason", "pupils", *counts), pl.Int64)
    schema |= dict.fromkeys(("weight_squared", "log_weight", *plan.columns), kind)
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    return pl.DataFrame(
        [
            pl.Series(name, list(values), dtype=schema[name])
            for name, values in zip(schema, columns, strict=True)
        ]
    )

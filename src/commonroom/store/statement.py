"""The one statement: a plan as ANSI SQL over a view `pupils`, the same text on every engine.

An engine makes a view `pupils` of the user's table, with plain names: `school`, `g1`, `g2`, ... (the
plan's `by`, each of any type), `x1`, `x2`, ... (intake), `y` and, where the plan weighs, `w` (doubles;
NULL is missing). Nothing else differs from engine to engine, so nothing else can.
"""

# ruff: noqa: S608 - names of columns and files are quoted where they become SQL

from __future__ import annotations

from dataclasses import dataclass

from commonroom.tables.sums import Plan

#: Values as large as this are not numbers of a pupil, and their products would leave a double.
LIMIT = 1e100

#: An exact sum of this size does not fit the digits that it is kept in.
FIT = 10**38

#: How many pupils are looked at to choose centres.
LOOKED = 100_000

#: Halvings of log w before its series: w ** (1 / 1024) lies so near 1 that three terms are enough.
ROOTS = 10

MISSING, NAN, LARGE, NEGATIVE, ZERO = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Reason:
    """Why a pupil is in no sum: `code` in the answer, the view's `name` and the user's `column`."""

    code: int
    name: str
    column: str
    kind: int


def add_up(plan: Plan, *, wide: bool = False) -> str:
    """Return the statement that answers `plan`, in one pass over the view `pupils`.

    One row per school, `by` and `reason`: 0 for pupils who are complete, whose sums these are; else
    a code of `reasons`. `pupils` counts rows, and count_1, count_2, ... the numbers in the sums, which
    must equal it (METHODS.md section 5, trap 1: a SUM skips its own NULLs). Sums are of values less
    plan.centres (0 where there are none), or of integers in units of 10 ** -plan.decimals. These are
    given 18 digits, or more in the `wide` statement: the same sums, slower, for an engine whose product
    of two numbers of 18 digits has 18 digits too and which said that one does not fit.
    """
    keys = ", ".join(("school", *_groups(plan), "reason"))
    columns = ",\n  ".join(
        (
            keys,
            "COUNT(*) AS pupils",
            *(f"COUNT(u{i}) AS count_{i}" for i, _ in enumerate(plan.variables, 1)),
            *_weights(plan),
            *(
                f"SUM({_product(plan, i, j, 38 if wide else 20)}) AS sum_{i}_{j}"
                for i, j in plan.products
                if j
            ),
        )
    )
    return f"SELECT\n  {columns}\nFROM (\n{_centred(plan, 20 if wide else 18)}\n) AS centred\nGROUP BY {keys}"


def count_reasons(plan: Plan) -> str:
    """Return the statement that only counts pupils by reason: no product of theirs is made."""
    marked = f"SELECT {_reason(plan)} AS reason FROM pupils"
    return f"SELECT reason, COUNT(*) AS pupils\nFROM (\n{marked}\n) AS marked\nGROUP BY reason"


def look(plan: Plan) -> str:
    """Return the statement of a look at the first complete pupils: mean_1, sd_1, ... of the variables."""
    columns = ", ".join(
        f"AVG({name}) AS mean_{i}, STDDEV_SAMP({name}) AS sd_{i}"
        for i, name in enumerate(numbers(plan), 1)
        if name != "w"
    )
    inside = f"SELECT * FROM pupils\n  WHERE {_is_complete(plan)}\n  LIMIT {LOOKED}"
    return f"SELECT {columns}\nFROM (\n  {inside}\n) AS looked"


def reasons(plan: Plan) -> dict[int, Reason]:
    """Return what each code of `reason` means."""
    found = []
    for place, (name, column) in enumerate(names(plan).items(), 1):
        kinds = (MISSING,) if name not in numbers(plan) else (MISSING, NAN, LARGE)
        kinds = (*kinds, NEGATIVE, ZERO) if name == "w" else kinds
        found += [Reason(10 * place + kind, name, column, kind) for kind in kinds]
    return {reason.code: reason for reason in found}


def names(plan: Plan) -> dict[str, str]:
    """Return the view's columns and the user's, in the order in which reasons are looked for."""
    given = dict(zip(("school", *_groups(plan)), (plan.school, *plan.by), strict=True))
    values = [*plan.variables, plan.weight] if plan.weight else plan.variables
    return given | dict(zip(numbers(plan), values, strict=True))


def numbers(plan: Plan) -> tuple[str, ...]:
    """Return the names of the view's columns that are numbers: the variables, then the weight."""
    intake = (f"x{i}" for i, _ in enumerate(plan.intake, 1))
    return (*intake, "y", *(("w",) if plan.weight else ()))


def limit(plan: Plan) -> float:
    """Return the size from which a value is refused: not finite, or not exact in 18 digits."""
    return LIMIT if plan.decimals is None else 10.0 ** (17 - plan.decimals)


def _groups(plan: Plan) -> tuple[str, ...]:
    return tuple(f"g{i}" for i, _ in enumerate(plan.by, 1))


def _is_complete(plan: Plan) -> str:
    """A condition that no NULL, NaN, infinity or too large number meets, on every engine."""
    keys = (f"{name} IS NOT NULL" for name in ("school", *_groups(plan)))
    values = (f"ABS({name}) < {literal(limit(plan))}" for name in numbers(plan))
    weight = (f"{_rounded(plan, 'w')} > 0",) if plan.weight else ()
    return "\n    AND ".join((*keys, *values, *weight))


def _reason(plan: Plan) -> str:
    """The first reason why a pupil is in no sum; engines take NaN for larger than any number."""
    tests = {
        MISSING: "{name} IS NULL",
        NAN: "{name} > 0 AND -{name} > 0",
        LARGE: f"NOT ABS({{name}}) < {literal(limit(plan))}",
        NEGATIVE: "{name} < 0",
        ZERO: f"NOT {_rounded(plan, '{name}')} > 0",
    }
    whens = "\n    ".join(
        f"WHEN {tests[reason.kind].format(name=reason.name)} THEN {code}"
        for code, reason in reasons(plan).items()
    )
    return f"CASE\n    WHEN {_is_complete(plan)} THEN 0\n    {whens}\n    END"


def _rounded(plan: Plan, name: str) -> str:
    """A value as it is summed: itself, or a whole number of units; engines' ROUND differ, FLOOR agrees."""
    return name if plan.decimals is None else f"FLOOR({name} * 1E{plan.decimals} + 0.5E0)"


def _centred(plan: Plan, digits: int) -> str:
    groups = "".join(f"{name}, " for name in _groups(plan))
    marked = f"  SELECT pupils.*, {_reason(plan)} AS reason\n  FROM pupils"
    centres = plan.centres or (0.0,) * len(plan.variables)
    values = [
        f"{_value(plan, name, centre, digits)} AS u{i}"
        for i, (name, centre) in enumerate(zip(numbers(plan), centres, strict=False), 1)
    ]
    if plan.weight and plan.decimals is None:
        values += ["w AS v", "CASE WHEN reason = 0 THEN LN(w) END AS log_w"]
    if plan.weight and plan.decimals is not None:
        values += [f"{_value(plan, 'w', 0, digits)} AS v", f"{_log(plan)} AS log_w"]
        marked = f"  SELECT marked.*, {_root(plan)} AS root\n  FROM (\n{marked}\n  ) AS marked"
    columns = ",\n    ".join(values)
    return f"  SELECT school, {groups}reason,\n    {columns}\n  FROM (\n{marked}\n  ) AS pupils_marked"


def _value(plan: Plan, name: str, centre: float, digits: int) -> str:
    if plan.decimals is None:
        return f"{name} - {literal(centre)}"
    units = f"CAST({_rounded(plan, name)} AS BIGINT) - {to_units(centre, plan.decimals)}"
    return f"CAST(CASE WHEN reason = 0 THEN {units} END AS DECIMAL({digits}, 0))"


def _root(plan: Plan) -> str:
    value = f"CASE WHEN reason = 0 THEN {_rounded(plan, 'w')} / 1E{plan.decimals} END"
    return "SQRT(" * ROOTS + value + ")" * ROOTS


def _log(plan: Plan) -> str:
    """Log w in units, out of +, *, / and SQRT alone: engines agree on those to the last bit, not on LN."""
    t = "((root - 1E0) / (root + 1E0))"
    series = f"(1E0 + {t} * {t} * ({literal(1 / 3)} + {t} * {t} * ({literal(1 / 5)} + {t} * {t} / 7E0)))"
    log = f"{literal(2.0 ** (ROOTS + 1))} * {t} * {series}"
    return f"CAST(FLOOR(({log}) * 1E{plan.decimals} + 0.5E0) AS DECIMAL(18, 0))"


def _weights(plan: Plan) -> tuple[str, ...]:
    if not plan.weight:
        return ()
    return "SUM(v) AS sum_0_0", "SUM(v * v) AS weight_squared", "SUM(log_w) AS log_weight"


def _product(plan: Plan, i: int, j: int, digits: int) -> str:
    factors = [*(("v",) if plan.weight else ()), *((f"u{i}",) if i else ()), f"u{j}"]
    if plan.decimals is not None and len(factors) == 3:
        return f"CAST(v * u{i} AS DECIMAL({digits}, 0)) * u{j}"
    return " * ".join(factors)


def literal(value: float) -> str:
    """Return a double as SQL, to the last bit: with an exponent, no engine takes it for a decimal."""
    text = repr(float(value))
    text = text if "e" in text else f"{text}E0"
    return f"({text})" if text.startswith("-") else text


def to_units(value: float, decimals: int) -> int:
    """Return `value` as a whole number of units of 10 ** -decimals."""
    return round(value * 10.0**decimals)

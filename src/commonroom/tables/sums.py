"""Sums of pupils per school: the question (a frozen plan), the answer, and the table they are kept in."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import combinations_with_replacement

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.tables import Column, Table

#: Decimals kept of every value when sums are exact.
DECIMALS = 6

#: The type of exact sums: whole numbers of units of 10 ** -Plan.scales.
EXACT = pl.Decimal(38, 0)

#: Most decimals of a plan, and the size that a centre stays under.
MOST_DECIMALS, LARGEST = 9, 1e8

#: Columns of the sums beside the keys and the sums themselves.
_FIXED = ("pupils", "left_out", "weight_squared", "log_weight")


@dataclass(frozen=True)
class Plan:
    """What to sum over the pupils of every school: one question, the same wherever it is asked.

    `school`, `outcome`, `intake`, `weight` and `by` are columns of the pupils' table (`weight` may be
    empty). `centres` has a constant for each of `variables` that is taken off before multiplying;
    empty until they are chosen. `decimals`: sums are exact, of values rounded to that many decimals;
    None for floating point. `meanings` say what each column is, so that two files can be compared.
    """

    school: str
    outcome: str
    intake: tuple[str, ...]
    weight: str = ""
    by: tuple[str, ...] = ()
    centres: tuple[float, ...] = ()
    decimals: int | None = None
    meanings: tuple[tuple[str, str], ...] = ()

    @property
    def variables(self) -> tuple[str, ...]:
        """The numbers of a pupil: intake in order, then the outcome."""
        return (*self.intake, self.outcome)

    @property
    def products(self) -> tuple[tuple[int, int], ...]:
        """Pairs of which weighted products are summed; 0 is the constant 1, i is `variables[i - 1]`."""
        return tuple(combinations_with_replacement(range(len(self.variables) + 1), 2))

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the sums of `products`, in order: `sum_0_0` is the sum of weights."""
        return tuple(f"sum_{first}_{second}" for first, second in self.products)

    @property
    def scales(self) -> dict[str, int]:
        """How many decimals exact sums have, by column: a kept integer is the sum * 10 ** decimals."""
        one, weight = self.decimals or 0, (self.decimals or 0) * bool(self.weight)
        return {
            "weight_squared": 2 * weight,
            "log_weight": weight,
            **{
                name: weight + one * ((first > 0) + (second > 0))
                for name, (first, second) in zip(self.columns, self.products, strict=True)
            },
        }


LEFT_OUT = Table(
    "sums_left_out",
    "Pupils who are in no sum, and why: a pupil with several reasons is counted under the first.",
    ("column", "reason"),
    (
        Column("column", pl.String, "Column of the pupils' table"),
        Column("reason", pl.String, "missing, not a number, weight of zero, or school withheld"),
        Column("pupils", pl.Int64, "Number of pupils", "pupils"),
    ),
)

CONTRIBUTORS = Table(
    "sums_contributors",
    "Who contributed what to pooled sums.",
    ("contributor",),
    (
        Column("contributor", pl.String, "Name of the file, without its folder"),
        Column("digest", pl.String, "SHA-256 of the file"),
        Column("schools", pl.Int64, "Schools whose sums are kept apart", "schools"),
        Column("pupils", pl.Int64, "Pupils in the sums that were taken", "pupils"),
        Column("small", pl.Int64, "Schools (and `by`) under the disclosure limit", "schools"),
        Column("small_pupils", pl.Int64, "Pupils of those", "pupils"),
        Column("treatment", pl.String, "What was done with small ones: withheld or merged"),
    ),
)


def check_plan(plan: Plan) -> Plan:
    """Return `plan` if it can be asked; raise SaidToPeople when it contradicts itself.

    Every column is named once (a `by` column may be intake too), none of `by` has the name of a
    column of the sums, centres are given for all variables or for none and are finite, decimals are
    between 0 and 9, and meanings are of columns that are there.
    """
    single = [plan.school, plan.outcome, *plan.intake, *([plan.weight] if plan.weight else [])]
    columns = [*single, *plan.by]
    for column in columns:
        if not column.strip():
            raise _unasked("the name of a column is empty", "Name each column as it stands in the table")
        if (
            single.count(column) + (column in (plan.school, plan.outcome, plan.weight) and column in plan.by)
            > 1
        ):
            raise _unasked(
                f"column {column} is used twice", "Give each of school, outcome, intake and weight its own"
            )
        if plan.by.count(column) > 1:
            raise _unasked(f"column {column} is used twice", "Name it once in --by")
    if not plan.intake:
        raise _unasked("there is no intake", "Say what pupils brought with them, such as prior attainment")
    if taken := [column for column in plan.by if column in ("school", *_FIXED, *plan.columns)]:
        raise _unasked(f"column {taken[0]} of --by has the name of a column of the sums", "Rename it")
    if plan.centres and len(plan.centres) != len(plan.variables):
        raise _unasked("some columns have a centre and some have none", "Give all or none")
    if not all(math.isfinite(centre) and abs(centre) < LARGEST for centre in plan.centres):
        raise _unasked("a centre is not a number", "Give a constant near the mean")
    if plan.decimals is not None and not 0 <= plan.decimals <= MOST_DECIMALS:
        raise _unasked(f"{plan.decimals} decimals cannot be kept", f"Give 0 to {MOST_DECIMALS}")
    if unknown := [column for column, _ in plan.meanings if column not in columns]:
        raise _unasked(f"column {unknown[0]} has a meaning and is not used", "Leave it out, or mend its name")
    return plan


def _unasked(what: str, remedy: str) -> SaidToPeople:
    return SaidToPeople(f"{what}.", where="plan", remedy=f"{remedy}.")


@dataclass(frozen=True)
class Sums:
    """The answer to a plan: one row per school (and `by`), and who was left out.

    `frame` has school, the `by` columns as text, pupils, left_out, weight_squared (sum of w*w),
    log_weight (sum of log w) and the plan's sums (Float64, or Decimal(38, 0) when they are exact);
    `left_out` is tables.sums.LEFT_OUT. `kind` is "text" or "integer": what the pupils' table says a
    school is. `contributors` is tables.sums.CONTRIBUTORS, empty unless the sums were pooled.
    """

    frame: pl.DataFrame
    plan: Plan
    left_out: pl.DataFrame
    kind: str = "text"
    contributors: pl.DataFrame = field(default_factory=lambda: CONTRIBUTORS.empty())

    @property
    def floats(self) -> pl.DataFrame:
        """The frame with every sum as a Float64 in its own unit, whether it was kept exact or not."""
        if self.plan.decimals is None:
            return self.frame
        return self.frame.with_columns(
            pl.col(name).cast(pl.Float64) / 10.0**decimals for name, decimals in self.plan.scales.items()
        )

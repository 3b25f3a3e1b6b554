"""What to sum over pupils, said in the words of the table that they are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from commonroom.errors import SaidToPeople
from commonroom.tables.sums import DECIMALS, Plan, check_plan


@dataclass(frozen=True)
class PlanOptions:
    """What a plan may say besides its columns.

    `weight` is a column of precision weights; `centres` has a constant near the mean for every
    variable (none: they are chosen when pupils are summed); `meanings` say what a column is, so that
    files are pooled only if they mean the same; `exact` sums are of values rounded to `decimals`,
    and the same to the last bit wherever they are made.
    """

    weight: str = ""
    centres: Mapping[str, float] = field(default_factory=dict)
    meanings: Mapping[str, str] = field(default_factory=dict)
    exact: bool = False
    decimals: int = DECIMALS


def plan(
    *,
    school: str,
    outcome: str,
    intake: Sequence[str],
    by: Sequence[str] = (),
    options: PlanOptions | None = None,
) -> Plan:
    """Return the plan of sums that value added needs, over the columns of a table of pupils.

    Arguments: the columns of the `school`, the `outcome`, what pupils brought with them (`intake`),
    and what to keep apart within a school (`by`: the year, disadvantaged or not); `options`.
    Raises SaidToPeople when a column is named twice, none is intake, or a centre has no column.
    METHODS.md section 5.
    """
    told = options or PlanOptions()
    variables = (*_names(intake), outcome)
    decimals = told.decimals if told.exact else None
    return check_plan(
        Plan(
            school=school,
            outcome=outcome,
            intake=_names(intake),
            weight=told.weight,
            by=_names(by),
            centres=_centres(told.centres, variables, decimals),
            decimals=decimals,
            meanings=tuple(sorted((column, meaning) for column, meaning in told.meanings.items())),
        )
    )


def _names(given: Sequence[str]) -> tuple[str, ...]:
    """Names as a tuple: one name alone is a text, not a sequence of letters."""
    return (given,) if isinstance(given, str) else tuple(given)


def _centres(
    given: Mapping[str, float], variables: tuple[str, ...], decimals: int | None
) -> tuple[float, ...]:
    if not given:
        return ()
    missing = [column for column in variables if column not in given]
    unknown = [column for column in given if column not in variables]
    if missing or unknown:
        what = f"{unknown[0]} has a centre and is not summed" if unknown else f"{missing[0]} has no centre"
        raise SaidToPeople(
            f"column {what}.", where="plan", remedy=f"Give one for each of {', '.join(variables)}, or none."
        )
    centres = (float(given[column]) for column in variables)
    return tuple(centre if decimals is None else round(centre, decimals) for centre in centres)

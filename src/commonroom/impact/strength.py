"""How strong the evidence is, in five steps: a published rule, and nothing but a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import polars as pl

Answered: TypeAlias = Literal["helped", "harmed", "no_difference", "unclear"]

NONE, WEAK, SUGGESTIVE, MODERATE, STRONG = range(1, 6)

#: Fewest of each for a step above the one named: below the number the step is the most there can be.
SCHOOLS = {WEAK: 5, SUGGESTIVE: 20, MODERATE: 30}
CLUSTERS = {SUGGESTIVE: 5, MODERATE: 15}
COMPARISON = {WEAK: 10, SUGGESTIVE: 30, MODERATE: 100}
#: Share of the schools that took part that count.
COUNTED = {WEAK: 0.5, SUGGESTIVE: 0.8, MODERATE: 0.9}

#: The most there can be when a check says so: by reason, the checks, and the step by verdict.
CHECKS: Mapping[str, tuple[tuple[str, ...], Mapping[str, int]]] = {
    "unbalanced": (("balance",), {"fails": WEAK, "unclear": MODERATE, "cannot": MODERATE}),
    "differed_before": (("pretrend",), {"fails": SUGGESTIVE, "unclear": MODERATE, "cannot": MODERATE}),
    "placebo_date": (("placebo_date",), {"fails": WEAK, "unclear": MODERATE, "cannot": MODERATE}),
    "one_carries": (("leave_one_out",), {"fails": WEAK, "unclear": SUGGESTIVE, "cannot": SUGGESTIVE}),
    "lost": (("attrition", "closures"), {"fails": WEAK, "unclear": SUGGESTIVE, "cannot": MODERATE}),
    "near": (("interference",), {"fails": WEAK, "unclear": SUGGESTIVE, "cannot": MODERATE}),
    "chance": (("permutation", "wild"), {"fails": SUGGESTIVE, "unclear": MODERATE}),
    "fragile": (("honest",), {"fails": SUGGESTIVE, "unclear": MODERATE, "cannot": MODERATE}),
}
#: Checks that look for what a lottery rules out.
RULED_OUT = ("unbalanced", "differed_before", "placebo_date", "fragile")
#: Sizes of a later difference, relative to those before, below which an answer is fragile, or fails.
STANDS, FALLS = 1.0, 0.5
#: p values that are believed, shared out among all the questions that were asked.
SURE = 0.05


@dataclass(frozen=True)
class Facts:
    """What is known of an answer beside its checks.

    `effect`, `low`, `high`, `smallest` (the smallest effect that matters) and `detectable` (the smallest that
    the design could see with the power asked): sd of schools, NaN where unknown; `p`; schools that count,
    and that were asked to (`asked`); `clusters`; `comparison` schools; `planned`: whether the plan was dated
    before the outcomes were published; `deviations` from it; `questions`: how many were asked; `randomised`:
    whether a lottery chose who took part.
    """

    effect: float
    low: float
    high: float
    p: float
    smallest: float
    detectable: float
    schools: int
    asked: int
    clusters: int
    comparison: int
    planned: bool
    deviations: int = 0
    questions: int = 1
    randomised: bool = False


@dataclass(frozen=True)
class Strength:
    """The step of evidence (1 to 5), what keeps it from a higher one (guards.reasons.STEPS), the verdict."""

    step: int
    reasons: tuple[str, ...]
    verdict: Answered


def judge(facts: Facts, guards: pl.DataFrame) -> Strength:
    """Return the step of evidence of an answer: the least of the ceilings below, STRONG where there is none.

    Arguments: the `facts`, and the rows of the checks (tables.impact.GUARDS, with or without role). Strength
    speaks of evidence, not of the size of an effect: that nothing changed can be strongly supported, too.

    | reason | at most weak | at most suggestive | at most moderate |
    |---|---|---|---|
    | wide | interval holds none and what matters | | |
    | one_school | under 5 schools count | | |
    | few_schools | | under 20 | under 30 |
    | few_clusters | | under 5 partnerships | under 15 |
    | few_comparison | under 10 comparison schools | under 30 | under 100 |
    | many_left_out | under .5 of those that took part count | under .8 | under .9 |
    | unplanned | | | no plan dated before the outcomes |
    | deviates | | | something was done otherwise than planned |
    | underpowered | | | effect below what could be seen, and that above what matters |
    | several_questions | | p times the questions asked is .05 or more | |
    | unbalanced | balance fails | | unclear, or cannot be looked at |
    | differed_before | | both sides differ in years held out | there are none |
    | placebo_date | an effect of the same sign at an earlier date | | of the other, none held out; unknown |
    | no_earlier_years | | neither of the last two can be tried | |
    | one_carries | sign changes without one cluster | interval then holds zero; one cluster | |
    | lost | lost schools could undo it | with chance they could; sides closed unlike | not known |
    | near | sign changes without near schools | the answer changes | cannot be tried |
    | chance | | dealing the work to others says otherwise by far | says otherwise |
    | fragile | | a later difference half of the largest before undoes it | one as large; not known |

    With no effect, or none with an interval, the step is NONE (no_comparison).
    Where a lottery chose who took part, the reasons of RULED_OUT and no_earlier_years do not count. "No
    difference" is fragile when the bound at that size is no longer within the smallest effect that matters.
    """
    verdict = answered(facts)
    if not np.isfinite([facts.effect, facts.low, facts.high]).all() or facts.schools == 0:
        return Strength(NONE, ("no_comparison",), "unclear")
    ceilings = _of_numbers(facts, verdict) | _of_checks(facts, guards, verdict)
    step = min(ceilings.values(), default=STRONG)
    return Strength(step, tuple(name for name, most in ceilings.items() if most == step < STRONG), verdict)


def answered(facts: Facts) -> Answered:
    """Return what an interval says: too small to matter first, then its side of zero."""
    if -facts.smallest < facts.low and facts.high < facts.smallest:
        return "no_difference"
    if facts.low > 0:
        return "helped"
    return "harmed" if facts.high < 0 else "unclear"


def _of_numbers(facts: Facts, verdict: Answered) -> dict[str, int]:
    """Ceilings that come from the numbers of an answer."""
    found = {
        "wide": WEAK if verdict == "unclear" else STRONG,
        "one_school": WEAK if facts.schools < SCHOOLS[WEAK] else STRONG,
        "few_schools": _least(facts.schools, {step: least for step, least in SCHOOLS.items() if step > WEAK}),
        "few_clusters": _least(facts.clusters, CLUSTERS),
        "few_comparison": _least(facts.comparison, COMPARISON),
        "many_left_out": _least(facts.schools / max(facts.asked, facts.schools), COUNTED),
        "unplanned": STRONG if facts.planned else MODERATE,
        "deviates": MODERATE if facts.deviations else STRONG,
    }
    if verdict in ("helped", "harmed"):
        seen = facts.detectable <= max(abs(facts.effect), np.nan_to_num(facts.smallest))
        found["underpowered"] = STRONG if seen else MODERATE
        found["several_questions"] = STRONG if facts.p * facts.questions < SURE else SUGGESTIVE
    return found


def _least(number: float, wanted: Mapping[int, float]) -> int:
    """The most there can be with so many."""
    return min((step for step, least in wanted.items() if number < least), default=STRONG)


def _of_checks(facts: Facts, guards: pl.DataFrame, verdict: Answered) -> dict[str, int]:
    """Ceilings that come from the checks."""
    said = {reason: _worst(guards, names) for reason, (names, _) in CHECKS.items()}
    if verdict == "no_difference":
        said["fragile"] = _stays(facts, guards)
    found = {reason: CHECKS[reason][1].get(said[reason], STRONG) for reason in CHECKS}
    if said["placebo_date"] == "unclear" and said["differed_before"] == "holds":
        # Schools fell before they were chosen; years held out show that they had not come another way.
        found["placebo_date"] = STRONG
    untried = said["differed_before"] == said["placebo_date"] == "cannot"
    found["no_earlier_years"] = SUGGESTIVE if untried else STRONG
    if facts.randomised:
        return {
            reason: most for reason, most in found.items() if reason not in (*RULED_OUT, "no_earlier_years")
        }
    return found


def _worst(guards: pl.DataFrame, names: tuple[str, ...]) -> str:
    """The worst verdict of some checks: `cannot` only where none of them was tried."""
    there = set(guards.filter(pl.col("guard").is_in(names))["verdict"])
    for verdict in ("fails", "unclear", "holds"):
        if verdict in there:
            return verdict
    return "shown" if there == {"shown"} else "cannot"


def _stays(facts: Facts, guards: pl.DataFrame) -> str:
    """Up to which size of a later difference there is still none that matters."""
    rows = guards.filter(
        pl.col("guard") == "honest", pl.col("at").str.starts_with("relative"), pl.col("low").is_not_null()
    )
    if rows.is_empty():
        return "cannot"
    inside = rows.filter(pl.col("low") > -facts.smallest, pl.col("high") < facts.smallest)
    most = inside["value"].to_numpy().max(initial=-1.0)
    return "holds" if most >= STANDS else "unclear" if most >= FALLS else "fails"

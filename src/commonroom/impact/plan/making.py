"""From what is asked to a plan: the parts put together, and the sentences that follow from them."""

from __future__ import annotations

import datetime
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.impact.definition import Definition
from commonroom.impact.outcomes import Outcome
from commonroom.impact.plan import document
from commonroom.impact.plan.document import Design, Plan, Role
from commonroom.impact.power import Power

#: The smallest effect that matters, in sd of schools, unless somebody says otherwise.
SMALLEST = 0.1
ROLES = ("receiver", "provider")


@dataclass(frozen=True)
class Asked:
    """What somebody wants to know.

    `outcome`: the measure and its figures so far; `window`: the first and last year of it that count;
    `smallest` effect that matters, in sd of schools; `name` of the work. A `question` and what would count
    as `failure` follow from the rest where they are empty.
    """

    outcome: Outcome
    window: tuple[int, int]
    roles: tuple[str, ...] = ("receiver",)
    design: Design = "matched"
    smallest: float = SMALLEST
    name: str = "the work"
    question: str = ""
    failure: str = ""


@dataclass(frozen=True)
class Facts:
    """When the plan is made, from which version of the evidence, and the seed of its draws."""

    date: datetime.date
    evidence: str
    seed: int


def make(
    asked: Asked,
    *,
    events: pl.DataFrame,
    definition: Definition,
    facts: Facts,
    power: Mapping[str, Power] | None = None,
) -> Plan:
    """Write down a plan.

    Arguments: what is `asked`; `events` (tables.impact.EVENTS); the `definition` it goes by; the `facts`;
    the `power` of each role, where it was found. Raises SaidToPeople for a window that ends before it
    begins, an effect that matters of 0 or less, and roles that there are not.
    """
    _check(asked)
    measure, years = asked.outcome.measure, asked.outcome.years
    known = years.filter(pl.col("year") < asked.window[0])
    # The spread of schools in the last year before the window: what people know when they plan.
    spread = (known if known.height else years).sort("year")["sd"].to_list()
    scale = None if not spread else float(spread[-1] if known.height else spread[0])
    smallest = document.Effect(sd=asked.smallest, points=_points(asked.smallest, scale))
    counted = document.digest(events)
    parts = {
        "question": asked.question or _question(asked, counted),
        "failure": asked.failure or _failure(asked, smallest, definition.inference.level),
    }
    made = Plan(
        name=asked.name,
        **parts,
        date=facts.date,
        outcome=document.Outcome(
            measure=measure.name,
            label=measure.label,
            phase=cast("document.Phase", asked.outcome.phase),
            unit=measure.unit,
            direction=measure.direction,
        ),
        roles=cast("tuple[Role, ...]", tuple(role for role in ROLES if role in asked.roles)),
        events=counted,
        design=asked.design,
        comparison=definition.comparison,
        estimator=definition.estimator,
        inference=definition.inference,
        window=document.Window(first=asked.window[0], last=asked.window[1]),
        smallest=smallest,
        power=tuple(_seen(role, found, scale) for role, found in sorted((power or {}).items(), reverse=True)),
        data=document.Data(
            last_outcome=max(years["year"].to_list(), default=None),
            evidence=facts.evidence,
        ),
        definition=document.Named(name=definition.name, sha256=_hash(definition)),
        seed=facts.seed,
    )
    # Every field is written down, also one that has a default.
    return Plan.model_validate(made.model_dump())


def _check(asked: Asked) -> None:
    first, last = asked.window
    if first > last:
        raise SaidToPeople(
            f"the window ends in {last}, before it begins in {first}.",
            where="--window",
            remedy="Give the first and the last year of the outcome, such as 2027-2029.",
        )
    if not asked.smallest > 0:
        raise SaidToPeople(
            f"the smallest effect that matters is {asked.smallest:g}.",
            where="--smallest",
            remedy=f"Give it above 0, in standard deviations of schools, such as {SMALLEST}.",
        )
    if not asked.roles or set(asked.roles) - set(ROLES):
        raise SaidToPeople(
            f"there is no role {' or '.join(sorted(set(asked.roles) - set(ROLES))) or 'to ask about'}.",
            where="--role",
            remedy="Take receiver, provider or both.",
        )


def _question(asked: Asked, events: document.Events) -> str:
    measure, (first, last) = asked.outcome.measure, asked.window
    counts = {role: sum(one.schools for one in events.joined if one.role == role) for role in asked.roles}
    part = {"receiver": "received help", "provider": "gave help"}
    who = " and ".join(f"the {counts[role]} that {part[role]}" for role in ROLES if role in counts)
    years = f"in {first}" if first == last else f"from {first} to {last}"
    verb = "raise" if measure.direction == "higher" else "lower"
    return (
        f"Did {asked.name} {verb} {measure.label} in {asked.outcome.phase} schools, {who}, {years}, "
        "beside schools like them that were on the same path before?"
    )


def _failure(asked: Asked, smallest: document.Effect, level: float) -> str:
    unit = {"%": "percentage points"}.get(asked.outcome.measure.unit, asked.outcome.measure.unit)
    points = "" if smallest.points is None else f" ({smallest.points:.2g} {unit})"
    return (
        f"It failed if the whole {level:.0%} interval of the effect, turned so that more is better, is below "
        f"{smallest.sd:g} standard deviations of schools{points}; and did harm if it is all below 0."
    )


def _points(sd: float | None, scale: float | None) -> float | None:
    return None if sd is None or scale is None else sd * scale


def _seen(role: str, power: Power, scale: float | None) -> document.Seen:
    return document.Seen(
        role=cast("Role", role),
        power=power.power,
        sd=power.sd,
        points=_points(power.sd, scale),
        error=power.error,
        missed=power.missed,
        false_alarms=power.false_alarms if math.isfinite(power.false_alarms) else None,
        programmes=power.programmes,
    )


def _hash(definition: Definition) -> str:
    content = json.dumps(definition.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()

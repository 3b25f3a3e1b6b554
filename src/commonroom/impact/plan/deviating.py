"""Where what was done differs from what was planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from commonroom.impact.plan import document
from commonroom.impact.plan.document import Plan
from commonroom.tables import impact as tables

#: Parts of a plan that are compared field by field, and those that are compared as one.
APART = ("comparison", "estimator", "inference")
WHOLE = ("measure", "phase", "roles", "design", "window", "smallest")
#: So many schools of a list are named.
NAMED = 10


def deviations(
    plan: Plan,
    done: Plan,
    *,
    events: tuple[pl.DataFrame, pl.DataFrame] | None = None,
    why: Mapping[str, str] | None = None,
) -> pl.DataFrame:
    """Return where what was `done` differs from the `plan` (tables.impact.DEVIATIONS), in order of the plan.

    Arguments: the `plan` as it was locked; what was `done`, made as a plan of the same parts (`make`); the
    `events` as planned and as done (without them only their number is compared); `why`, by field, where
    somebody gave a reason. That the outcome was known when it was planned is a deviation of the date. The
    name, the sentences, the power, the evidence and the program may change: they decide nothing.
    """
    reasons = why or {}
    rows = [
        {"field": field, "planned": planned, "done": now, "why": reasons.get(field)}
        for field, planned, now in _differences(plan, done, events)
    ]
    return tables.DEVIATIONS.check(pl.DataFrame(rows, schema=tables.DEVIATIONS.schema))


def _differences(
    plan: Plan, done: Plan, events: tuple[pl.DataFrame, pl.DataFrame] | None
) -> Iterator[tuple[str, str, str]]:
    if not plan.is_before_outcomes:
        yield (
            "date",
            f"before the outcomes of {plan.window.first}",
            f"on {plan.date}, when outcomes up to {plan.data.last_outcome} were known",
        )
    for field in WHOLE:
        planned, now = _say(plan, field), _say(done, field)
        if planned != now:
            yield field, planned, now
    if plan.events.sha256 != done.events.sha256:
        yield from _events(*events) if events else [("events", _count(plan), _count(done))]
    parts = [found for part in APART for found in _parts(plan, done, part)]
    yield from parts
    # The rest of a definition is its guards, power and steps of evidence.
    if not parts and plan.definition.sha256 != done.definition.sha256:
        planned, now = (f"{one.definition.name} {one.definition.sha256[:12]}" for one in (plan, done))
        yield "definition", planned, now


def _say(plan: Plan, field: str) -> str:
    """One field of a plan in words."""
    if field == "window":
        return f"{plan.window.first} to {plan.window.last}"
    if field == "smallest":
        return f"{plan.smallest.sd:g} sd of schools"
    if field == "roles":
        return " and ".join(plan.roles)
    return str(getattr(plan.outcome if field in ("measure", "phase") else plan, field))


def _parts(plan: Plan, done: Plan, part: str) -> Iterator[tuple[str, str, str]]:
    planned, now = (getattr(one, part).model_dump(mode="json") for one in (plan, done))
    for name, value in planned.items():
        if value != now[name]:
            yield f"{part}.{name}", _text(value), _text(now[name])


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _count(plan: Plan) -> str:
    starts = ", ".join(f"{one.schools} {one.role}s from {one.start}" for one in plan.events.joined)
    return f"{starts or 'nobody'} (events {plan.events.sha256[:12]})"


def _events(planned: pl.DataFrame, done: pl.DataFrame) -> Iterator[tuple[str, str, str]]:
    """Schools added, gone, or with another start, and whatever else changed."""
    before, now = (
        document.canonical(frame).group_by("role", "school").agg(pl.col("start").min()).sort("role", "school")
        for frame in (planned, done)
    )
    keys = ["role", "school"]
    if (added := now.join(before, on=keys, how="anti")).height:
        yield "events_added", "not there", _list(added.sort(keys)["school"].to_list())
    if (removed := before.join(now, on=keys, how="anti")).height:
        yield "events_removed", _list(removed.sort(keys)["school"].to_list()), "not there"
    moved = before.join(now, on=keys, suffix="_now").filter(pl.col("start") != pl.col("start_now")).sort(keys)
    if moved.height:
        yield (
            "events_start",
            _list(moved.select(pl.format("{} from {}", "school", "start")).to_series().to_list()),
            _list(moved.select(pl.format("{} from {}", "school", "start_now")).to_series().to_list()),
        )
    if before.equals(now):
        yield (
            "events_details",
            "partnerships, themes, practices and ends as planned",
            "some of them are others",
        )


def _list(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"

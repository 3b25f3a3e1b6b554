"""Findings as data: one row for each result, for the evidence base and for the matching."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import polars as pl

from commonroom.impact.plan import Plan
from commonroom.partnerships import gains
from commonroom.tables import impact as tables

#: Evidence below this step (suggestive) teaches the matching nothing: no comparison was possible, or a guard
#: failed, and then the error is not what the standard error says. Asking for more would choose the large
#: effects among the small ones; how sure a result is counts by its standard error anyway.
ENOUGH = 3
#: Of fewer schools than this share, the gap of those whose gap is known says nothing of all.
KNOWN = 0.5


@dataclass(frozen=True)
class Source:
    """Where results are from.

    `who`: the name of the work; the `plan`, None where there was none; `deviations` from it; `evidence`: the
    version it rests on; the `date` of the evaluation.
    """

    who: str
    plan: Plan | None
    deviations: int
    evidence: str
    date: datetime.date


def rows(
    headline: pl.DataFrame, *, events: pl.DataFrame, source: Source, standing: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return one finding for each role of a headline (tables.impact.FINDINGS).

    Arguments: the `headline` (tables.impact.HEADLINE) of an evaluation; its `events`; the `source`; the
    `standing` of schools as it was before the start (tables.partnerships.STANDING), from which the gap of
    those that were helped is known: `predicted`, the mean gain had each closed all of its own in the measure
    that counts. It is empty of providers, and where the gap of fewer than half of the schools is known.
    """
    headline = tables.HEADLINE.check(headline)
    made = [
        _row(result, events.filter(role=result["role"]), source, standing) for result in headline.to_dicts()
    ]
    frame = pl.DataFrame(made, schema=tables.FINDINGS.schema, orient="row")
    return tables.FINDINGS.check(frame).sort(tables.FINDINGS.keys)


def to_gains(findings: pl.DataFrame) -> pl.DataFrame:
    """Return what partnerships.gains.learn may learn from findings: effect, se and predicted (sd of schools).

    Receivers' results of evidence of step ENOUGH or more, whose gap is known. Several measures of one plan
    are one piece of evidence about the same schools: their mean, with the mean of their standard errors, as
    if they erred together. A gain is of a year: what was `predicted` counts once for each year of work that
    lies behind an effect (an effect of the first to the third year is one of two years on average).
    """
    usable = (
        tables.FINDINGS.check(findings)
        .filter(pl.col("role") == "receiver", pl.col("strength") >= ENOUGH)
        .filter(pl.col("effect").is_finite(), pl.col("se").is_finite() & (pl.col("se") > 0))
        .filter(pl.col("predicted").is_finite() & (pl.col("predicted") > 0))
    )
    years = (pl.col("last_year") - pl.col("first_year")) / 2 + 1
    learnt = usable.with_columns(predicted=pl.col("predicted") * years)
    # Works without a plan are told apart by their names.
    one = learnt.group_by("plan", "who").agg(pl.col(gains.FINDING).mean()).sort("plan", "who")
    return one.select(gains.FINDING)


def _row(
    result: dict[str, object], mine: pl.DataFrame, source: Source, standing: pl.DataFrame | None
) -> dict[str, object]:
    """One finding; what a headline and a finding have both is taken as it is."""
    told = {name: result[name] for name in tables.FINDINGS.schema if name in result}
    gap = None
    if standing is not None and result["role"] == "receiver":
        gap = _gap(mine, standing.filter(measure=result["measure"], phase=result["phase"]))
    return told | {
        "plan": "" if source.plan is None else source.plan.hash,
        "who": source.who,
        "theme": _agreed(mine["theme"]),
        "practice": _agreed(mine["practice"]),
        "predicted": gap,
        "deviations": source.deviations,
        "evidence": source.evidence,
        "date": source.date,
    }


def _agreed(said: pl.Series) -> str:
    """What all rows say; empty where they say several things, or one says nothing."""
    words = said.unique().to_list()
    return str(words[0]) if len(words) == 1 and words[0] is not None else ""


def _gap(mine: pl.DataFrame, standing: pl.DataFrame) -> float | None:
    """Mean gap of those that took part to schools alike (sd of schools); None where too few are known."""
    schools = mine.select("school").unique()
    # Several themes may rest on one measure: they say the same of a school.
    known = (
        schools.join(standing.drop_nulls(["effect", "sd"]), on="school")
        .sort("school", "theme")
        .unique("school", keep="first", maintain_order=True)
    )
    if known.height < KNOWN * max(schools.height, 1) or known.is_empty():
        return None
    return float(gains.gap(known["effect"].to_numpy(), known["sd"].to_numpy()).mean())

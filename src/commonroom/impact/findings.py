"""Findings as data: one row for each result, for the evidence base and for the matching."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import polars as pl

from commonroom.impact.plan import Plan

#: Evidence weaker than this step teaches the matching nothing.
ENOUGH = 4


@dataclass(frozen=True)
class Source:
    """Where a result is from: the name of the work, the plan (None where there was none), how many
    deviations from it, the version of the evidence and the date of the evaluation."""

    who: str
    plan: Plan | None
    deviations: int
    evidence: str
    date: datetime.date


def rows(
    headline: pl.DataFrame, *, events: pl.DataFrame, source: Source, standing: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return one finding for each role of a headline (tables.impact.FINDINGS)."""
    raise NotImplementedError


def to_gains(findings: pl.DataFrame) -> pl.DataFrame:
    """Return effect, se and predicted of the findings that partnerships.gains.learn may learn from."""
    raise NotImplementedError

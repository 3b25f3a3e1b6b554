"""The folder of an evaluation: its plan, written once; its results, whole or not at all; its findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

PLAN, EVENTS, EVALUATION, FINDINGS = "plan.yaml", "events.csv", "evaluation.json", "findings.csv"


@dataclass(frozen=True)
class Planned:
    """A plan as it was locked: its text, the events as planned, and the hash of the plan."""

    text: str
    events: pl.DataFrame
    plan: str


@dataclass(frozen=True)
class Written:
    """What was written: the folder, and files of people's own that were set aside."""

    folder: Path
    kept: tuple[str, ...] = ()


def write_plan(
    folder: Path, planned: Planned, *, frames: Mapping[str, pl.DataFrame], texts: Mapping[str, bytes]
) -> Written:
    """Write a plan into a folder that has none (frames as CSV, texts as they are), whole or not at all."""
    raise NotImplementedError


def read_plan(folder: Path) -> Planned | None:
    """The plan of a folder; None where there is none; SaidToPeople where it was changed or is damaged."""
    raise NotImplementedError


def write_results(
    folder: Path,
    frames: Mapping[str, pl.DataFrame],
    *,
    texts: Mapping[str, bytes],
    about: Mapping[str, object],
) -> Written:
    """Write the results of an evaluation in place of those before, whole or not at all; the plan stays."""
    raise NotImplementedError


def read_findings(file: Path) -> pl.DataFrame:
    """The findings in a file, or in the findings.csv of a folder (tables.impact.FINDINGS)."""
    raise NotImplementedError


def add_findings(file: Path, findings: pl.DataFrame) -> pl.DataFrame:
    """Add findings to a file; one of the same plan, role and measure takes the place of the one there."""
    raise NotImplementedError

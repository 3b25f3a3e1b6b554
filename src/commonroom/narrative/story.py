"""What the report tells: frames that may be shown, and the facts of the build they are from."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

from commonroom.disclosure import Released
from commonroom.panel import Measure, System
from commonroom.partnerships.definition import Definition

HEADLINE = {"secondary": "attainment8", "primary": "rwm_expected"}


@dataclass(frozen=True)
class Facts:
    """Facts of the build: the system, the day, the version, the measures by name.

    `evidence` names the version of the evidence; `headline` is the measure that stands for each
    phase, in the order of the report; `notes` are the build's own sentences on what it did not do.
    `themes` are labels of themes in English and Welsh, by name, where they are not the program's own, and
    `plan` is what a plan of partnerships goes by, where that is not the program's own.
    """

    system: System
    date: datetime.date
    version: str
    measures: Mapping[str, Measure]
    evidence: str = ""
    headline: Mapping[str, str] = field(default_factory=lambda: dict(HEADLINE))
    notes: tuple[str, ...] = ()
    themes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    plan: Definition | None = None


@dataclass(frozen=True)
class Story:
    """Everything the report shows, already released; a part that is None says that it is not there.

    From the panel (`narrative.begin` fills these): `schools`, `glance`, `coverage`, `releases`,
    `left_out`, `joins` (by rule), `joined` (each one of the system), `problems`, `missing`. From the
    other words, one row per school of the system unless said otherwise: see
    docs/explanation/report.md for the columns of each. `partnerships` has the frames of a plan by name
    (narrative.partnerships.Shown) and `schools`, with the place of each. `returns` is what the lowest and the
    highest fifth of the system did next (narrative.impact.returns), `findings` those of evaluations.
    """

    facts: Facts
    schools: Released
    glance: Released
    coverage: Released
    releases: Released
    left_out: Released
    joins: Released
    problems: Released
    missing: Released
    map: Released | None = None
    families: Released | None = None
    nearest: Released | None = None
    groups: Released | None = None
    judged: Released | None = None
    better: Released | None = None
    gap: Released | None = None
    floor: Released | None = None
    forecast: Released | None = None
    unknown: Released | None = None
    joined: Released | None = None
    pupils: Released | None = None
    partnerships: Mapping[str, Released] | None = None
    returns: Released | None = None
    findings: Released | None = None

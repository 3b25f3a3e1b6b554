"""What the evidence was made with, kept inside it: measures, the system, the learned presets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from commonroom import families, panel
from commonroom.store.evidence import Evidence

LEARNED = "learned"


def table(
    measures: Mapping[str, panel.Measure], system: panel.System, learned: Mapping[str, families.Preset]
) -> pl.DataFrame:
    """One row per definition: kind (measure, system, preset), name, and its content as JSON."""
    rows = [("measure", name, one.model_dump_json()) for name, one in measures.items()]
    rows.append(("system", system.name, system.model_dump_json()))
    rows += [("preset", phase, one.model_dump_json()) for phase, one in learned.items()]
    return pl.DataFrame(rows, schema=["kind", "name", "content"], orient="row")


def measures(evidence: Evidence) -> dict[str, panel.Measure]:
    """The measures by name, in the order they were given."""
    found = evidence.table("definitions", where={"kind": "measure"})
    return {
        name: panel.Measure.model_validate_json(content)
        for name, content in found.select("name", "content").iter_rows()
    }


def presets(evidence: Evidence) -> dict[str, families.Preset]:
    """The learned preset of each phase."""
    found = evidence.table("definitions", where={"kind": "preset"})
    return {
        phase: families.Preset.model_validate_json(content)
        for phase, content in found.select("name", "content").sort("name").iter_rows()
    }


def system(evidence: Evidence) -> panel.System:
    """The system that the evidence is of."""
    found = evidence.table("definitions", where={"kind": "system"})
    return panel.System.model_validate_json(found["content"][0])


def preset(evidence: Evidence, name: str | None, *, phase: str) -> families.Preset:
    """A preset by name or file; the learned one of the phase when none is named or it is."""
    if name not in (None, LEARNED):
        return families.load_preset(Path(name) if Path(str(name)).suffix else str(name))
    found = evidence.table("definitions", where={"kind": "preset", "name": phase})
    return families.Preset.model_validate_json(found["content"][0])

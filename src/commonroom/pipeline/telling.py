"""From the evidence to the report, and the demo from nothing to the report."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import commonroom
from commonroom import narrative, panel
from commonroom.panel import measures
from commonroom.pipeline import definitions
from commonroom.pipeline.building import build
from commonroom.store import evidence, impact
from commonroom.store.writing import put

#: Tables of the evidence that the report does not tell of.
UNTOLD = ("definitions", "comparable", "value_added_schools", "expected")


@dataclass(frozen=True)
class Summary:
    """What the demo says on a terminal, and where its report is."""

    sentences: tuple[str, ...]
    report: Path


def story(folder: Path, *, findings: Path | None = None) -> narrative.Story:
    """The story that the evidence in force can tell, released, with the findings of a file."""
    opened = evidence.open(folder)
    tables = {name: opened.table(name) for name in opened.manifest.tables if name not in UNTOLD}
    if findings is not None:
        # What an evaluation writes down was released then.
        tables["findings"] = impact.read_findings(findings)
    return narrative.gather(tables, facts=facts(opened))


def facts(opened: evidence.Evidence) -> narrative.Facts:
    """Facts of the build that evidence is of."""
    known = definitions.measures(opened)
    phases = sorted(opened.table("comparable", columns=["phase"])["phase"].unique(), reverse=True)
    heads = {phase: head for phase in phases if (head := measures.headline(known, phase=phase))}
    written = (opened.path / "manifest.json").stat().st_mtime
    return narrative.Facts(
        system=definitions.system(opened),
        date=datetime.datetime.fromtimestamp(written, datetime.UTC).date(),
        version=commonroom.__version__,
        measures=known,
        evidence=opened.version,
        headline=heads,
        notes=opened.manifest.sentences,
    )


def tell(
    folder: Path, *, language: Literal["en", "cy"] = "en", out: Path, findings: Path | None = None
) -> Path:
    """Write the report of the evidence in `folder` to `out`, whole or not at all; returns `out`.

    `findings`: a file of findings of impact to tell of.
    """
    text = narrative.tell(story(folder, findings=findings), language=language)
    put(text.encode(), Path(out), what="report")
    return Path(out)


def demo(
    folder: Path, out: Path, *, system: str = "greater-manchester", report: Callable[[str, float], None]
) -> Summary:
    """Build the evidence of a system from the bundled figures and write its report."""
    built = build(system=system, folder=folder, report=lambda step, done: report(step, 0.9 * done))
    report("Writing the report", 0.9)
    told = story(folder)
    put(narrative.tell(told, language="en").encode(), Path(out), what="report")
    report("Done", 1.0)
    return Summary((*_sentences(told), f"Evidence {built.version} is in {folder}."), Path(out))


def _sentences(told: narrative.Story) -> list[str]:
    """The system at a glance, in a sentence for each headline measure."""
    schools = told.schools.frame.filter(kind=panel.COMPARED)
    phases = ", ".join(f"{schools.filter(phase=phase).height:,} {phase}" for phase in told.facts.headline)
    said = [f"{told.facts.system.label}: {schools['school'].n_unique():,} schools compared ({phases})."]
    frame = told.glance.frame
    for phase, name in told.facts.headline.items():
        rows = {row["place"]: row for row in frame.filter(phase=phase, measure=name).sort("year").to_dicts()}
        if rows.get("difference", {}).get("value") is None:
            continue
        measure, here, apart = told.facts.measures[name], rows["system"], rows["difference"]
        beside = (
            f" ({apart['value']:+.1f} beside the nation, 95 % range "
            f"{apart['low']:+.1f} to {apart['high']:+.1f})"
        )
        alone = here["schools"] == rows["nation"]["schools"]
        said.append(
            f"{measure.label}, {here['year']}: {here['value']:.1f} {measure.unit}{'' if alone else beside}."
        )
    return said

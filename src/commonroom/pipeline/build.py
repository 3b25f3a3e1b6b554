"""The steps in order: from a source to a version of the evidence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from threadpoolctl import threadpool_limits

from commonroom import families, panel
from commonroom.panel import measures as measured
from commonroom.panel import systems
from commonroom.pipeline import added, alike, given
from commonroom.store import evidence
from commonroom.store.manifest import Manifest, hash_definitions

Report = Callable[[str, float], None]
PHASES = ("secondary", "primary")
SEED = 0


def _silent(_step: str, _share: float) -> None:
    """Report to nobody."""


@dataclass(frozen=True)
class _Phase:
    """What is known of one phase: its families now, those of the year before, what was learned."""

    now: alike.Alike
    before: alike.Alike | None
    learned: families.Learned


def build(
    *,
    source: str = given.BUNDLED,
    system: str = "greater-manchester",
    folder: Path,
    mapping: Path | None = None,
    report: Report = _silent,
) -> evidence.Evidence:
    """Build the evidence of a system beside what is there, and put it in force.

    Arguments: a `source` (see given.read) and its `mapping`, a `system` (name or file), the evidence
    `folder`; `report` is told each step and the share done. Raises SaidToPeople; nothing is then changed.
    """
    report("Reading the source", 0.0)
    known = systems.load(system)
    read = given.read(source, mapping=mapping)
    report("Building the panel", 0.05)
    built = panel.build(read.inputs, measures=read.measures, system=known)
    # Sums in another order differ in the last bit: one thread inside each step, so that two builds
    # of the same inputs are the same; steps run beside each other instead.
    with threadpool_limits(limits=1):
        tables, notes = _derive(built, read, report)
    report("Writing the evidence", 0.95)
    evidence.write(folder, tables, manifest=_manifest(read, known, built, mapping, system, notes))
    report("Done", 1.0)
    return evidence.open(folder)


def _derive(
    built: panel.Panel, read: given.Given, report: Report
) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """All tables of the evidence, and sentences on what was not done."""
    names = ("schools", "outcomes", "context", "joins", "problems", "left_out")
    tables = {name: getattr(built, name) for name in names}
    parts: dict[str, list[pl.DataFrame]] = {}
    report("Estimating what schools add", 0.1)
    heads = {phase: head for phase in PHASES if (head := _headline(built, read, phase))}
    estimates = added.estimate(built, read.measures.values(), phases=heads)
    tables |= added.tables(estimates)
    notes = list(estimates.notes)
    for number, (phase, head) in enumerate(heads.items()):
        report(f"Finding families ({phase})", 0.4 + 0.25 * number)
        found = _phase(built, phase, head)
        claimed = added.claims(built, estimates, found.now.found, phase=phase, measures=read.measures)
        frames = alike.tables(found.now, found.before) | alike.learned(found.now, found.learned)
        if claimed is not None:
            frames |= {"better": claimed.schools, "better_spread": claimed.spread}
        for name, frame in frames.items():
            parts.setdefault(name, []).append(frame)
        notes += [*found.now.notes, *found.learned.notes]
    tables |= {name: pl.concat(frames, how="diagonal") for name, frames in parts.items()}
    return tables, notes


def _headline(built: panel.Panel, read: given.Given, phase: str) -> str | None:
    """The headline measure of a phase, if the panel has any figure of it."""
    known = {name: m for name, m in read.measures.items() if panel.years(built, measure=name)}
    return measured.headline(known, phase=phase)


def _phase(built: panel.Panel, phase: str, head: str) -> _Phase:
    """Families of one phase under every published preset and the learned one, now and a year before."""
    latest, before = alike.years(built, measure=head)
    schools = panel.comparable(built, phase=phase, year=latest)
    learned = families.learn(schools, alike.outcomes(built, head, latest), phase=phase, seed=SEED)
    presets = [learned.preset, *alike.presets(phase)]
    now = alike.find(schools, phase=phase, year=latest, presets=presets)
    then = None
    if before is not None:
        earlier = panel.comparable(built, phase=phase, year=before)
        then = alike.find(earlier, phase=phase, year=before, presets=presets)
    return _Phase(now, then, learned)


def _manifest(
    read: given.Given,
    system: panel.System,
    built: panel.Panel,
    mapping: Path | None,
    named: str,
    notes: list[str],
) -> Manifest:
    """What the version is made of."""
    left = built.left_out.group_by("why").agg(pl.col("figures").sum()).sort("why")
    return Manifest(
        system=system.name,
        source=read.name,
        inputs=dict(read.files),
        definitions=hash_definitions() | (hash_definitions([named]) if Path(named).suffix else {}),
        parameters={"seed": SEED, "mapping": mapping.name if mapping else None},
        left_out=dict(left.iter_rows()),
        problems=built.problems.height,
        sentences=tuple(notes),
    )

"""The steps in order: from a source to a version of the evidence."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from threadpoolctl import threadpool_limits

from commonroom import panel, performance
from commonroom.panel import measures as measured
from commonroom.panel import systems
from commonroom.pipeline import added, alike, definitions, given, grounds, planning
from commonroom.store import evidence
from commonroom.store.manifest import Manifest, hash_definitions

Report = Callable[[str, float], None]
#: Tables with a row per school that are made for all schools and kept for those of the system.
PER_SCHOOL = (
    "value_added_schools",
    "value_added_pupils",
    "performance_map",
    "performance_gaps",
    "better",
    "expected",
)
PHASES = ("secondary", "primary")


def _silent(_step: str, _share: float) -> None:
    """Report to nobody."""


def build(
    *,
    source: given.Source = given.SHIPPED,
    system: str = "greater-manchester",
    folder: Path,
    report: Report = _silent,
) -> evidence.Evidence:
    """Build the evidence of a system beside what is there, and put it in force.

    Arguments: a `source` (see given.read), a `system` (name or file), the evidence `folder`; `report` is
    told each step and the share done. Raises SaidToPeople; nothing is then changed.
    """
    report("Reading the source", 0.0)
    known = _compared(systems.load(system), source.mapping)
    read = given.read(source)
    report("Building the panel", 0.05)
    built = panel.build(read.inputs, measures=read.measures, system=known)
    # Sums in another order differ in the last bit: one thread inside each step, so that two builds
    # of the same inputs are the same; steps run beside each other instead.
    with threadpool_limits(limits=1):
        tables, notes = _derive(built, read, known, report)
    report("Writing the evidence", 0.95)
    evidence.write(
        folder,
        tables,
        manifest=_manifest(
            read, built, notes, system=system, mapping=str(source.mapping) if source.mapping else None
        ),
    )
    report("Done", 1.0)
    return evidence.open(folder)


def _compared(system: panel.System, mapping: Path | None) -> panel.System:
    """The system with the name of what it is compared with: not England, where a table was brought along."""
    if mapping is None or "nation" in system.model_fields_set:
        return system
    return system.model_copy(update={"nation": "the data", "nation_cy": "y data"})


def _derive(
    built: panel.Panel, read: given.Given, system: panel.System, report: Report
) -> tuple[dict[str, pl.DataFrame], list[str]]:
    """All tables of the evidence, and sentences on what was not done."""
    names = ("schools", "outcomes", "context", "joins", "problems", "left_out")
    tables = {name: getattr(built, name) for name in names}
    report("Estimating what schools add, and finding families", 0.15)
    heads = {phase: head for phase in PHASES if (head := _headline(built, read, phase))}
    # Neither half needs the other, and the arithmetic of both leaves Python alone most of the time.
    with ThreadPoolExecutor(2) as pool:
        values = pool.submit(_added, built, read, heads)
        families_of = pool.submit(_alike, built, heads)
        found, estimates = families_of.result(), values.result()
    tables |= estimates.tables
    notes = [*estimates.added.notes, *(note for one in found.values() for note in one.notes)]
    report("Comparing schools with their families", 0.75)
    parts: dict[str, list[pl.DataFrame]] = {}
    with ThreadPoolExecutor(2) as pool:
        done = pool.map(lambda one: _of_phase(built, read, estimates.added, one), found.values())
        for frames in done:
            for name, frame in frames.items():
                parts.setdefault(name, []).append(frame)
    tables |= {name: pl.concat(frames, how="diagonal") for name, frames in parts.items()}
    learned = {phase: one.learned.preset for phase, one in found.items()}
    if read.pupils is not None:
        tables["value_added_pupils"] = added.of_pupils(built, read.pupils)
    tables["definitions"] = definitions.table(read.measures, system, learned)
    tables = _of_the_system(tables | _performance(built, read, tables))
    report("Finding who could help whom", 0.9)
    first = planning.tables(tables, grounds.Known(read.measures, learned))
    return tables | first, [*notes, *planning.notes(tables)]


@dataclass(frozen=True)
class _Values:
    """Estimates, and their tables with those of the left-out years."""

    added: added.Added
    tables: dict[str, pl.DataFrame]


def _added(built: panel.Panel, read: given.Given, heads: dict[str, str]) -> _Values:
    """What schools add, on every measure; years left out, on the headline measures."""
    estimates = added.estimate(built, read.measures.values(), phases=heads)
    left_out = added.left_out_years(built, heads, measures=read.measures)
    return _Values(estimates, added.tables(estimates) | left_out)


def _alike(built: panel.Panel, heads: dict[str, str]) -> dict[str, alike.Alike]:
    """Families of every phase."""
    return {phase: alike.find(built, phase=phase, measure=head) for phase, head in heads.items()}


def _of_the_system(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """What was derived of each school, for the schools of the system; the panel stays whole."""
    inside = tables["schools"].filter("in_system").select("school")
    return {
        name: frame.join(inside, on="school", how="semi", maintain_order="left")
        if name in PER_SCHOOL
        else frame
        for name, frame in tables.items()
    }


def _headline(built: panel.Panel, read: given.Given, phase: str) -> str | None:
    """The headline measure of a phase, if the panel has any figure of it."""
    compared = built.schools.filter(pl.col("kind") == panel.COMPARED)
    told = built.outcomes.filter((pl.col("phase") == phase) & pl.col("value").is_not_null())
    there = set(told.join(compared, on="school", how="semi")["measure"].unique())
    return measured.headline({n: m for n, m in read.measures.items() if n in there}, phase=phase)


def _of_phase(
    built: panel.Panel, read: given.Given, estimates: added.Added, found: alike.Alike
) -> dict[str, pl.DataFrame]:
    """Families of one phase, what they are worth, and who does better than theirs."""
    frames = alike.tables(found)
    estimated = estimates.estimates.get((found.phase, found.measure))
    frames |= alike.positions(found, built, estimated.noise if estimated else None)
    frames["families_judged"] = alike.judged(found, built)
    claimed = added.claims(built, estimates, found.found, phase=found.phase, measures=read.measures)
    if claimed is not None:
        frames |= {"better": claimed.schools, "better_spread": claimed.spread}
    return frames


def _performance(
    built: panel.Panel, read: given.Given, tables: dict[str, pl.DataFrame]
) -> dict[str, pl.DataFrame]:
    """The performance map of every measure, the gap and the floor, over mainstream schools."""
    compared = built.schools.filter(pl.col("kind") == panel.COMPARED)
    gaps = performance.gap(built.outcomes, schools=compared, measures=read.measures)
    found = {
        "performance_gap": gaps.places,
        "performance_gaps": gaps.schools,
        "performance_floor": performance.floor(built.outcomes, schools=compared, measures=read.measures),
    }
    if "value_added_schools" in tables:
        found["performance_map"] = performance.map(tables["value_added_schools"])
    return found


def _manifest(read: given.Given, built: panel.Panel, notes: list[str], **named: str | None) -> Manifest:
    """What the version is made of; `named` are the system and the mapping as they were asked for."""
    left = built.left_out.group_by("why").agg(pl.col("figures").sum()).sort("why")
    files = [name for name in named.values() if name and Path(name).suffix]
    return Manifest(
        system=str(named["system"]),
        source=read.name,
        inputs=dict(read.files),
        definitions=hash_definitions() | (hash_definitions(files) if files else {}),
        parameters={"seed": alike.SEED, **named},
        left_out=dict(left.iter_rows()),
        problems=built.problems.height,
        sentences=tuple(notes),
    )

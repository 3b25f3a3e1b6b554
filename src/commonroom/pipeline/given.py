"""What a build is given: a source read whole, with the hash of every file it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from commonroom import panel, sources
from commonroom.errors import SaidToPeople
from commonroom.panel import measures
from commonroom.sources import bundled
from commonroom.store import estimates, manifest
from commonroom.tables import value_added as tables

BUNDLED = "bundled"
#: How many problems a refusal lists before it stops.
LISTED = 10


@dataclass(frozen=True)
class Source:
    """Where figures are from: `bundled`, or a file or folder; the `mapping` of a table, if it is one.

    `usable_only`: whether to go on with the figures that can be used when some cannot. `pupils`: a
    file of estimates from pupils' own results (`value-added estimate SUMS --out FILE`), if there is one.
    """

    where: str = BUNDLED
    mapping: Path | None = None
    usable_only: bool = False
    pupils: Path | None = None


SHIPPED = Source()


@dataclass(frozen=True)
class Given:
    """A source: what it said, the measures that may be in it, and its files with their hashes.

    `pupils` is what schools add by their pupils' own results (tables.value_added.PUPILS), if it was given.
    """

    name: str
    inputs: panel.Inputs
    measures: Mapping[str, panel.Measure]
    files: Mapping[str, manifest.Input]
    pupils: pl.DataFrame | None = None


def read(source: Source) -> Given:
    """Read a source: the bundled figures, official files, or a table with its mapping.

    Raises SaidToPeople when the source is not there, nothing in it can be used, or some figures cannot
    be used and the caller has not said to go on without them: all of them are then said at once.
    """
    if source.pupils is None:
        return _read(source)
    pupils = _pupils(source.pupils)
    found = _read(source)
    own = {_name(source.pupils): manifest.Input(sha256=manifest.hash_file(source.pupils), rows=pupils.height)}
    return replace(found, files={**found.files, **own}, pupils=pupils)


def _pupils(file: Path) -> pl.DataFrame:
    """What schools add, from a file of estimates: what lasts over years, for the average pupil."""
    frame, about = estimates.read(file)
    terms = frame["term"].unique().to_list()
    term = next(name for name in ("persistent", "average pupil", "intercept") if name in terms)
    plan = about["plan"]
    meanings = dict(plan["meanings"])
    rows = frame.filter(term=term).with_columns(
        low="low95",
        high="high95",
        outcome=pl.lit(meanings.get(plan["outcome"], plan["outcome"])),
        intake=pl.lit("; ".join(meanings.get(name, name) for name in plan["intake"])),
        source=pl.lit(f"Sums of pupils: {Path(about['source']).name}"),
    )
    return tables.PUPILS.check(rows)


def _read(source: Source) -> Given:
    if source.where == BUNDLED:
        return _given(source.where, bundled.read(), sorted(bundled.FOLDER.glob("*.parquet")))
    path = Path(source.where)
    if not path.exists():
        raise SaidToPeople(
            "there is no such file or folder.", where=source.where, remedy="Give its path, or say bundled."
        )
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    if source.mapping is None:
        found = sources.england.read(path)
    else:
        found = sources.table.read(path, mapping=source.mapping)
        files = [*files, source.mapping]
    if not source.usable_only:
        _refuse(found.problems, source.where)
    return _given(source.where, found, files)


def _refuse(problems: pl.DataFrame, where: str) -> None:
    """Say all figures that cannot be used, at once, and what would be left out."""
    lost = problems.filter(pl.col("left_out") > 0)
    if lost.is_empty():
        return
    rows = lost.head(LISTED).select("file", "row", "column", "what", "remedy").rows()
    said = "; ".join(" ".join(str(part) for part in row if part is not None) for row in rows)
    more = f"; and {lost.height - LISTED} more" if lost.height > LISTED else ""
    raise SaidToPeople(
        f"{lost['left_out'].sum()} figures cannot be used: {said}{more}",
        where=where,
        remedy="Mend the file, or say --usable-only to go on without them.",
    )


def _given(name: str, reading: sources.Reading, files: list[Path]) -> Given:
    """The source as the panel takes it; measures of a mapping stand before those that ship."""
    inputs = panel.Inputs(reading.schools, reading.figures, reading.links, reading.problems)
    own = {measure.name: measure for measure in reading.measures}
    return Given(
        name=name,
        inputs=inputs,
        measures=own or measures.load(),
        files={_name(file): _input(file, inputs.figures) for file in files if file.is_file()},
    )


def _name(file: Path) -> str:
    """A file by its folder and name: downloads of two years bear the same name."""
    return f"{file.parent.name}/{file.name}"


def _input(file: Path, figures: pl.DataFrame) -> manifest.Input:
    """One file: its hash; the releases and the rows are those of the reading as a whole."""
    releases = tuple(sorted(figures["release"].drop_nulls().unique()))
    return manifest.Input(sha256=manifest.hash_file(file), rows=figures.height, releases=releases)

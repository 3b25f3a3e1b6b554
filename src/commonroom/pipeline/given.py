"""What a build is given: a source read whole, with the hash of every file it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from commonroom import panel, sources
from commonroom.errors import SaidToPeople
from commonroom.panel import measures
from commonroom.sources import bundled
from commonroom.store import manifest

BUNDLED = "bundled"


@dataclass(frozen=True)
class Given:
    """A source: what it said, the measures that may be in it, and its files with their hashes."""

    name: str
    inputs: panel.Inputs
    measures: Mapping[str, panel.Measure]
    files: Mapping[str, manifest.Input]


def read(source: str, *, mapping: Path | None = None) -> Given:
    """Read a source: `bundled`, or a file or folder of official files, or a table with its `mapping`.

    Raises SaidToPeople when the source is not there or nothing in it can be used.
    """
    if source == BUNDLED:
        return _given(source, bundled.read(), sorted(bundled.FOLDER.glob("*.parquet")))
    path = Path(source)
    if not path.exists():
        raise SaidToPeople(
            "there is no such file or folder.", where=source, remedy="Give its path, or say bundled."
        )
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    if mapping is None:
        return _given(source, sources.england.read(path), files)
    return _given(source, sources.table.read(path, mapping=mapping), [*files, mapping])


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

"""What is in files, before anything is built from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from commonroom import disclosure, sources
from commonroom.disclosure import Released, Rule


def read(paths: Sequence[Path]) -> tuple[Released, Released]:
    """What was recognised in official files (figures by release, variable and year), and the problems."""
    found = sources.england.read(list(paths))
    parts = [
        found.figures.group_by("release", "phase", "variable", "year").agg(
            schools=pl.col("school").n_unique(),
            figures=pl.col("value").count(),
            missing=pl.col("missing").count(),
        ),
        *(
            frame.group_by("release").agg(
                phase=pl.lit("all"), variable=pl.lit(name), schools=pl.col("school").n_unique()
            )
            for name, frame in (("school", found.schools), ("link", found.links))
            if frame.height
        ),
    ]
    counts = pl.concat(parts, how="diagonal_relaxed").sort("release", "phase", "variable", "year")
    return _plain(counts), _plain(found.problems)


def suggest(path: Path) -> str:
    """A first mapping of a table, as the text of a YAML file."""
    return sources.suggest(path)


def _plain(frame: pl.DataFrame) -> Released:
    """Release counts of figures: no pupil is behind them."""
    return disclosure.release(frame, rule=Rule(keys=()))

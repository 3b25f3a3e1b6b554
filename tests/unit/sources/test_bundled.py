from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from commonroom.errors import SaidToPeople
from commonroom.panel import measures
from commonroom.sources import bundled
from commonroom.tables.panel import CONTEXT_VARIABLES

MEGABYTE = 1e6


def test_the_bundled_panel_is_small_long_and_has_a_release_on_every_row() -> None:
    assert sum(path.stat().st_size for path in bundled.FOLDER.glob("*.parquet")) < 8 * MEGABYTE
    reading = bundled.read()
    assert reading.figures["release"].null_count() == 0
    assert reading.figures.height > 1_000_000
    known = {*measures.load(), *CONTEXT_VARIABLES}
    assert set(reading.figures["variable"].unique()) <= known
    assert "Open Government Licence" in (bundled.FOLDER / "README.md").read_text("utf-8")


def test_its_figures_are_those_that_were_published() -> None:
    figures = bundled.read().figures
    headline = figures.filter((pl.col("variable") == "attainment8") & pl.col("value").is_not_null())
    counts = dict(headline.group_by("year").len().sort("year").iter_rows())
    assert counts[2024] == 4066
    assert counts[2025] == 4031
    one = figures.filter(
        (pl.col("school") == "136105") & (pl.col("year") == 2019) & (pl.col("variable") == "attainment8")
    )
    assert one.select("value", "cohort").row(0) == (43.2, 219.0)


def test_a_damaged_installation_is_one_sentence(tmp_path: Path) -> None:
    for path in bundled.FOLDER.glob("*.parquet"):
        shutil.copy(path, tmp_path)
    (tmp_path / "figures.parquet").write_bytes(b"PAR1 torn")
    with pytest.raises(SaidToPeople, match="Install commonroom again"):
        bundled.read(tmp_path)

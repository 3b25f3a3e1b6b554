"""The England panel that ships with the program (open data, data/england/README.md)."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.sources.reading import Reading
from commonroom.tables import sources

FOLDER = Path(__file__).parents[1] / "data" / "england"


def read(folder: Path = FOLDER) -> Reading:
    """The bundled figures, schools and links; raises SaidToPeople when the installation is damaged."""
    try:
        figures, schools, links = (
            pl.read_parquet(folder / f"{name}.parquet") for name in ("figures", "schools", "links")
        )
    except (OSError, pl.exceptions.PolarsError) as error:
        raise SaidToPeople(
            f"the bundled data cannot be read ({error}).",
            where=str(folder),
            remedy="Install commonroom again.",
        ) from None
    return Reading(
        schools=sources.SCHOOLS.check(schools),
        figures=sources.FIGURES.check(figures),
        links=sources.LINKS.check(links),
        problems=sources.PROBLEMS.empty(),
    )

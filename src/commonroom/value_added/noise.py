"""How much of a school-year's figure is the chance of one cohort."""

from __future__ import annotations

import numpy as np
import polars as pl

from commonroom.panel import Measure
from commonroom.tables import Column, Table
from commonroom.value_added import school_years

NOISE = Table(
    "noise",
    "One row per school and year of a measure: the variance of the noise of its cohort.",
    ("school", "year"),
    (
        Column("school", pl.String, "Identity of the school"),
        Column("year", pl.Int32, "Year", "year"),
        Column("variance", pl.Float64, "Variance of cohort noise", "squared sd within year"),
        Column("spread", pl.Float64, "One sd within the year", "unit of the measure"),
    ),
)


def noise(
    outcomes: pl.DataFrame, context: pl.DataFrame, *, measure: Measure, phase: str, components: pl.DataFrame
) -> pl.DataFrame:
    """The variance of cohort noise of each school-year, in squared standard deviations within the year.

    Arguments: as for `estimate`, and the `components` it found. A share's is binomial times the fitted
    multiplier; a score's is inversely proportional to its cohort. Returns the table NOISE.
    Source: METHODS.md sections 4 and 6.
    """
    panel = school_years.arrange(outcomes, context, measure=measure, phase=phase)
    size = float(components.filter(pl.col("component") == "noise")["value"][0])
    places, times = np.nonzero(panel.seen)
    frame = pl.DataFrame(
        {
            "school": np.array(panel.schools)[places],
            "year": panel.years[times],
            "variance": size * panel.noise[places, times],
            "spread": panel.spreads[times],
        }
    )
    return NOISE.check(frame.sort("school", "year"))

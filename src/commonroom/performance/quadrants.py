"""The performance map: where a school stands and moves, and how sure that is."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtr

from commonroom.disclosure import Rule
from commonroom.tables.performance import MAP, QUADRANTS

Floats = NDArray[np.float64]

#: Half an 80 % range, and an 80 % ellipse in two dimensions, in standard deviations.
RANGE_80, ELLIPSE_80 = 1.2815515655446004, 1.7941225779941015
#: Below this probability a quadrant is drawn grey.
SAID = 0.6
CORRELATION = "attainment_improvement_correlation"
#: Largest correlation that is believed: beyond it an ellipse is a line.
LARGEST = 0.99

_NAMES = ("school", "phase", "measure", "start", "end", "reference", "pupils")
#: What may be shown of a map: nothing about a year of fewer than six pupils.
MAP_RULE = Rule(
    keys=("school", "phase", "measure"),
    figures={
        column.name: "pupils"
        for column in MAP.columns
        if column.name == "pupils" or not column.name.startswith(_NAMES)
    },
    official=True,
)


def map(
    schools: pl.DataFrame, *, members: pl.DataFrame | None = None, reference: str = "nation"
) -> pl.DataFrame:
    """Attainment by improvement for every school and measure, with the probability of each quadrant.

    Arguments: `schools` (tables.value_added.SCHOOLS), in the unit of the measure; `reference`: whose
    means divide the quadrants: `nation` (all of them), `system` or `family`, then with `members`:
    school and in_system (true, false) or family (its name, empty where none: such schools are left
    out). The correlation of the two estimates is taken from `attainment_improvement_correlation` where
    there is one; else it is what it would be if the level were as well known at the start of the span as
    at its end, sd of improvement / (2 sd of attainment): the last level is in both, so 0 would be wrong.
    Returns tables.performance.MAP. Sides are sides of the axes, never a verdict. METHODS.md section 7.
    """
    frame = schools.sort("phase", "measure", "school").select(
        "school", "phase", "measure",
        start="from_year", end="year", pupils="cohort", reference=pl.lit(reference),
        attainment="attainment_unit", attainment_sd="attainment_unit_sd",
        improvement="improvement_unit", improvement_sd="improvement_unit_sd",
        given=pl.col(CORRELATION) if CORRELATION in schools.columns else pl.lit(None, dtype=pl.Float64),
    )  # fmt: skip
    frame = _refer(frame, members, reference)
    half = pl.col("improvement_sd") / (2 * pl.col("attainment_sd"))
    frame = frame.with_columns(
        correlation=pl.coalesce("given", half).fill_nan(0.0).clip(-LARGEST, LARGEST),
        **{
            f"{name}_{end}": pl.col(name) + sign * RANGE_80 * pl.col(f"{name}_sd")
            for name in ("attainment", "improvement")
            for end, sign in (("low", -1), ("high", 1))
        },
    )
    columns = [
        frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        for name in ("attainment", "improvement", "attainment_sd", "improvement_sd", "correlation")
    ]
    middle = [frame[f"reference_{name}"].to_numpy() for name in ("attainment", "improvement")]
    chances = _chances(columns[0] - middle[0], columns[1] - middle[1], *columns[2:])
    major, minor, angle = _ellipse(*columns[2:])
    best = chances.argmax(axis=1)
    found = frame.with_columns(
        *(pl.Series(name, chances[:, place], nan_to_null=True) for place, name in enumerate(QUADRANTS)),
        major=pl.Series(major, nan_to_null=True),
        minor=pl.Series(minor, nan_to_null=True),
        angle=pl.Series(angle, nan_to_null=True),
        quadrant=pl.Series([QUADRANTS[place] for place in best], dtype=pl.String),
        probability=pl.Series(chances.max(axis=1, initial=0.0), nan_to_null=True),
    )
    known = pl.col("probability").is_not_null()
    return MAP.check(
        found.with_columns(
            pl.when(known).then("quadrant").alias("quadrant"), said=pl.col("probability") >= SAID
        )
    )


def _refer(frame: pl.DataFrame, members: pl.DataFrame | None, reference: str) -> pl.DataFrame:
    """Add the means of the reference: of all schools, of the system's, or of each family's own."""
    over: list[str] = ["phase", "measure"]
    inside = pl.lit(True)
    if reference != "nation" and members is not None:
        column = {"system": "in_system"}.get(reference, reference)
        frame = frame.join(members.select("school", mark=column), on="school", maintain_order="left")
        if reference == "system":
            inside = pl.col("mark")
        else:
            frame, over = frame.filter(pl.col("mark").is_not_null()), [*over, "mark"]
    return frame.with_columns(
        pl.when(inside).then(name).mean().over(over).alias(f"reference_{name}")
        for name in ("attainment", "improvement")
    )


def _chances(right: Floats, up: Floats, right_sd: Floats, up_sd: Floats, correlation: Floats) -> Floats:
    """Probability of the four QUADRANTS (J x 4) of bivariate normals about (right, up).

    The integral over the correlation (Drezner and Wesolowsky 1990), by Gauss and Legendre.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        h, k = np.clip(right / right_sd, -38, 38), np.clip(up / up_sd, -38, 38)
    nodes, weights = np.polynomial.legendre.leggauss(48)
    reach = np.arcsin(correlation)[:, None]
    turn = reach * (nodes + 1) / 2
    sine = np.sin(turn)
    h_, k_ = h[:, None], k[:, None]
    inner = np.exp(-(h_**2 + k_**2 - 2 * h_ * k_ * sine) / (2 * (1 - sine**2)))
    shared = (inner * weights).sum(axis=1) * reach[:, 0] / (4 * np.pi)
    both = np.clip(ndtr(h) * ndtr(k) + shared, 0.0, 1.0)
    found = np.column_stack([both, ndtr(k) - both, ndtr(h) - both, 1 - ndtr(h) - ndtr(k) + both])
    bounded: Floats = np.clip(found, 0.0, 1.0)
    return bounded


def _ellipse(right_sd: Floats, up_sd: Floats, correlation: Floats) -> tuple[Floats, Floats, Floats]:
    """Half axes of the 80 % ellipse and the angle of the long one, in degrees."""
    across, along = right_sd**2, up_sd**2
    shared = correlation * right_sd * up_sd
    middle, apart = (across + along) / 2, np.hypot((across - along) / 2, shared)
    major = ELLIPSE_80 * np.sqrt(middle + apart)
    minor = ELLIPSE_80 * np.sqrt(np.maximum(middle - apart, 0))
    return major, minor, np.degrees(np.arctan2(2 * shared, across - along) / 2)

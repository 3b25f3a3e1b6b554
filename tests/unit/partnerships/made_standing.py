"""Standing made for gains and candidates: only the columns that they read."""

from __future__ import annotations

import polars as pl
from scipy.special import ndtr

from commonroom.partnerships.definition import Gain


def model(**changes: float) -> Gain:
    """A model with round numbers."""
    parts = {"closes": 0.15, "closes_sd": 0.10, "unlike": 1.0, "tiring": 90.0, "said": 0.5}
    return Gain.model_validate({**parts, "source": "made up.", **changes})


def standing(*rows: tuple[str, str, float | None, float | None]) -> pl.DataFrame:
    """Rows of school, kind, effect and sd, all of primary reading."""
    return themed(*((school, "reading", kind, effect, sd) for school, kind, effect, sd in rows))


def themed(*rows: tuple[str, str, str, float | None, float | None], phase: str = "primary") -> pl.DataFrame:
    """Rows of school, theme, kind, effect and sd."""
    columns = [
        {
            "school": school,
            "phase": phase,
            "theme": theme,
            "effect": effect,
            "sd": sd,
            "probability": None if effect is None or sd is None else float(ndtr(effect / sd)),
            "kind": kind,
        }
        for school, theme, kind, effect, sd in rows
    ]
    numbers = {"effect": pl.Float64, "sd": pl.Float64, "probability": pl.Float64}
    names = {"school": pl.String, "phase": pl.String, "theme": pl.String, "kind": pl.String}
    return pl.DataFrame(columns, schema=names | numbers)

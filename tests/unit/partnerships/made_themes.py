"""Made-up themes and figures: few enough to check by hand."""

from __future__ import annotations

from typing import Any

import polars as pl

from commonroom.partnerships.themes import Themes
from commonroom.tables.better import BETTER
from commonroom.tables.partnerships import STATEMENTS

FILE: dict[str, Any] = {
    "name": "made",
    "label": "Made up",
    "label_cy": "Dychmygol",
    "evidence": {"probability": 0.95, "agreement": 0.9},
    "headline": "attainment",
    "themes": {
        "attainment": {
            "label": "Attainment",
            "label_cy": "Cyrhaeddiad",
            "primary": {"measure": "rwm_expected", "also": ["rwm_higher"]},
            "secondary": {"measure": "attainment8"},
        },
        "eal": {
            "label": "EAL",
            "label_cy": "SIY",
            "primary": {
                "measure": "rwm_expected",
                "among": {"variable": "eal", "percentile": 75},
                "note": "All pupils.",
                "note_cy": "Pob disgybl.",
            },
        },
        "mobility": {
            "label": "Mobility",
            "label_cy": "Symudedd",
            "primary": {
                "measure": "rwm_expected",
                "among": {"variable": "stability", "percentile": 75, "fewest": True},
                "note": "All pupils.",
                "note_cy": "Pob disgybl.",
            },
        },
        "science": {
            "label": "Science",
            "label_cy": "Gwyddoniaeth",
            "primary": {"note": "Only words.", "note_cy": "Geiriau yn unig."},
        },
    },
    "source": "made up for tests",
    "date": "2026-11-22",
}


def themes() -> Themes:
    """The made-up themes."""
    return Themes.model_validate(FILE)


def figures(*rows: dict[str, Any]) -> pl.DataFrame:
    """Rows of BETTER: what is not said is sure, claimed, of the headline measure of primary schools."""
    usual = {
        "phase": "primary", "measure": "rwm_expected", "effect": 0.8, "sd": 0.2, "probability": 0.99,
        "better": True, "agreement": 1.0, "claim": True, "cohort": 30.0, "years": 2,
        "spread": 15.0, "source": "tables of 2025",
    }  # fmt: skip
    said = [usual | row for row in rows]
    plus = {"spread": pl.Float64, "source": pl.String}
    return pl.DataFrame([{name: row.get(name) for name in [*BETTER.schema, *plus]} for row in said],
                        schema=BETTER.schema | plus)  # fmt: skip


def schools(*names: str, phase: str = "primary", eal: float = 50.0, stability: float = 50.0) -> pl.DataFrame:
    """Schools of the plan, all in the middle of the nation where nothing else is said."""
    return pl.DataFrame(
        {"school": names, "phase": phase, "eal": eal, "stability": stability, "disadvantage": 50.0},
        schema_overrides={"school": pl.String, "phase": pl.String},
    )


def words(*rows: tuple[str, str, str], phase: str = "primary") -> pl.DataFrame:
    """What schools say: school, theme, and what."""
    return pl.DataFrame(
        [(school, phase, theme, says, None, None) for school, theme, says in rows],
        schema=STATEMENTS.schema, orient="row",
    )  # fmt: skip

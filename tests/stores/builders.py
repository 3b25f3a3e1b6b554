"""Small evidence for the tests of the store."""

from __future__ import annotations

import datetime

import polars as pl

from commonroom.store.manifest import Input, Manifest

SCHOOLS = pl.DataFrame(
    {
        "school": ["100", "101", "102", "103"],
        "name": ["Alder High", "Birch Academy", None, 'O"Hara {1}'],
        "year": pl.Series([2023, 2024, 2024, 2025], dtype=pl.Int32),
        "value": [46.5, None, float("nan"), -0.25],
        "opened": [datetime.date(2001, 9, 1), None, None, None],
        "in_system": [True, False, None, True],
    }
).with_columns(kind=pl.Series(["mainstream"] * 4, dtype=pl.Enum(["mainstream", "special"])))
FAMILIES = pl.DataFrame({"school": ["100", "100"], "neighbour": ["101", "103"], "rank": [1, 2]})
TABLES = {"schools": SCHOOLS, "families": FAMILIES}


def make_manifest(seed: int = 0) -> Manifest:
    """A manifest; another `seed` makes another version."""
    return Manifest(
        system="greater-manchester",
        source="bundled",
        inputs={"figures": Input(sha256="ab", rows=4, releases=("DfE 2023/24",))},
        definitions={"systems/england": "cd"},
        parameters={"seed": seed, "k": 50},
        left_out={"outside the range of the measure": 3},
        problems=3,
        sentences=("Welsh ŵ is kept.",),
    )

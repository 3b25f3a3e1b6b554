"""Where schools stand: places, likeness, and travel, as a plan needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from commonroom.families.placement import Placement


@dataclass(frozen=True)
class Ground:
    """The schools of a plan and what lies between them.

    `schools`: one row per school and phase, with school, phase, name, authority, trust (empty where not
    known), easting and northing (metres; empty where not known), pupils and disadvantage (percentile in
    the phase among the nation's, empty where not known). `placed` and `calipers` (by phase): where schools
    stand on the criteria of likeness, and the family distance that counts as 1. `minutes`
    (tables.partnerships.MINUTES): travel that somebody measured, or nothing.
    """

    schools: pl.DataFrame
    placed: Mapping[str, Placement]
    calipers: Mapping[str, float]
    minutes: pl.DataFrame | None = None

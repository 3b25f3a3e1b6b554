"""A made-up district: ninety schools in three authorities, five years, as a CSV with its mapping."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

YEARS = (2020, 2021, 2022, 2023, 2024)
MAPPING = """\
title: District results (made up)
source: made up for tests
date: 2024-10-01
school: School ID
name: School Name
authority: Network
year: Year
phase: {column: Level, values: {ES: primary, HS: secondary}}
location: {latitude: Latitude, longitude: Longitude}
outcomes:
  reading:
    column: Meets Reading
    label: Pupils who meet the standard in reading
    label_cy: Disgyblion sy'n cyrraedd y safon mewn darllen
    unit: "%"
    kind: share
    cohort: Tested
    direction: higher
  missed_days:
    column: Missed
    label: Days missed
    label_cy: Dyddiau a gollwyd
    unit: "%"
    kind: share
    cohort: Tested
    direction: lower
context: {pupils: Enrollment, fsm: Low Income, eal: Learning English}
"""
SYSTEM = """\
name: district
label: Our district
label_cy: Ein hardal
authorities: [Network 1, Network 2]
source: made up for tests
date: 2024-10-01
"""


def rows(schools: int = 90) -> pl.DataFrame:
    """One row per school and year; every seventh school is a high school."""
    random = np.random.default_rng(7)
    level = random.normal(0, 8, schools)
    poor = random.uniform(10, 90, schools)
    found = []
    for number in range(schools):
        tested = int(random.integers(30, 150))
        for year in YEARS:
            share = 75 - 0.4 * poor[number] + level[number] + random.normal(0, 200 / tested)
            found.append(
                {
                    "School ID": f"{610000 + number}",
                    "School Name": f"{['Elm', 'Oak', 'Ash', 'Lime', 'Beech'][number % 5]} School {number}",
                    "Network": f"Network {1 + number % 12}",
                    "Year": year,
                    "Level": "HS" if number % 7 == 0 else "ES",
                    "Enrollment": tested * 6,
                    "Low Income": f"{poor[number]:.1f}%",
                    "Learning English": f"{random.uniform(0, 40):.1f}%",
                    "Tested": tested,
                    "Meets Reading": f"{min(max(share, 1), 99):.1f}",
                    "Missed": f"{random.uniform(2, 9):.1f}",
                    "Latitude": 41.6 + 0.004 * number,
                    "Longitude": -87.7 + 0.002 * (number % 10),
                }
            )
    return pl.DataFrame(found)


def write(folder: Path, frame: pl.DataFrame | None = None) -> tuple[Path, Path, Path]:
    """Write the table, its mapping and the system; return their paths."""
    table, mapping, system = folder / "district.csv", folder / "district.yaml", folder / "system.yaml"
    (rows() if frame is None else frame).write_csv(table)
    mapping.write_text(MAPPING, "utf-8")
    system.write_text(SYSTEM, "utf-8")
    return table, mapping, system

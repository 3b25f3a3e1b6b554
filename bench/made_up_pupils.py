"""Made-up pupils of made-up schools, for measuring speed: no real pupil is in them.

A folder of Parquet parts of at most 2,500,000 pupils, written part by part on two processes, so that
memory does not grow with the number of pupils (1e8 pupils: 2.7 GB of files, 0.6 GB of memory).
The pupils are in no order: a school's pupils are spread over all parts, the harder case for a GROUP BY.
Nothing is missing. Every number follows from the seed and the number of the part.

    python bench/made_up_pupils.py FOLDER --pupils 10000000 --schools 25000

writes FOLDER/pupils-10000000-25000/part-000.parquet and so on, and beside it the truth per school.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

PART = 2_500_000
SEED = 20260801
INTAKE = ("prior", "deprivation", "disadvantaged", "eal", "sen", "girl")
#: The truth: coefficients of the intake, and of each school's own level and slope on `prior`.
INTERCEPT, COEFFICIENTS = 0.1, (0.62, -0.08, -0.21, 0.09, -0.35, 0.11)
LEVEL_SD, SLOPE_SD, CORRELATION, PUPIL_SD = 0.28, 0.09, 0.3, 0.68


@dataclass(frozen=True)
class Schools:
    """Made-up schools: `drawn` names a school at random in proportion to its size."""

    urn: np.ndarray
    level: np.ndarray
    slope: np.ndarray
    prior: np.ndarray
    deprivation: np.ndarray
    eal: np.ndarray
    drawn: np.ndarray


def schools(number: int, *, seed: int = SEED) -> Schools:
    """Draw schools of very different sizes and intakes, with a known level and slope each."""
    rng = np.random.default_rng([seed, number])
    size = np.exp(rng.normal(0, 0.6, number))
    ends = np.floor(np.cumsum(size) / size.sum() * (number * 64)).astype(np.int64)
    level, other = rng.normal(size=(2, number))
    return Schools(
        urn=np.arange(100_000, 100_000 + number, dtype=np.int32),
        level=LEVEL_SD * level,
        slope=SLOPE_SD * (CORRELATION * level + np.sqrt(1 - CORRELATION**2) * other),
        prior=rng.normal(0, 0.35, number),
        deprivation=rng.normal(0, 0.7, number),
        eal=rng.beta(0.4, 1.6, number),
        drawn=np.repeat(np.arange(number, dtype=np.int32), np.diff(ends, prepend=0)),
    )


def part(number: int, size: int, *, of: Schools, seed: int = SEED) -> pl.DataFrame:
    """Make one part: school, six columns of intake (two continuous, four of 0 and 1), outcome."""
    rng = np.random.Generator(np.random.SFC64([seed, of.urn.size, number]))
    school = of.drawn[rng.integers(0, of.drawn.size, size)]
    prior = of.prior[school] + 0.94 * rng.standard_normal(size)
    deprivation = of.deprivation[school] + 0.7 * rng.standard_normal(size)
    flags = [
        rng.random(size) < 1 / (1 + np.exp(1.4 - 1.2 * deprivation)),
        rng.random(size) < of.eal[school],
        rng.random(size) < 0.16,
        rng.random(size) < 0.49,
    ]
    outcome = INTERCEPT + of.level[school] + PUPIL_SD * rng.standard_normal(size)
    outcome += (COEFFICIENTS[0] + of.slope[school]) * prior + COEFFICIENTS[1] * deprivation
    for coefficient, flag in zip(COEFFICIENTS[2:], flags, strict=True):
        outcome += coefficient * flag
    columns = dict(zip(INTAKE, (prior, deprivation, *(f.astype(np.int8) for f in flags)), strict=True))
    return pl.DataFrame({"school": of.urn[school], **columns, "outcome": outcome})


def _write(number: int, *, folder: Path, pupils: int, of: Schools) -> None:
    frame = part(number, min(PART, pupils - number * PART), of=of)
    frame.write_parquet(
        folder / f"part-{number:03d}.parquet", compression="snappy", statistics=False, row_group_size=250_000
    )


def write(folder: Path, *, pupils: int, schools_number: int) -> Path:
    """Write so many pupils under `folder`, unless they are there already; the folder of their parts."""
    made = folder / f"pupils-{pupils}-{schools_number}"
    if made.exists():
        return made
    of = schools(schools_number)
    beside = folder / f"{made.name}.unfinished"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    work = partial(_write, folder=beside, pupils=pupils, of=of)
    # One thread each: two processes share the machine.
    os.environ["POLARS_MAX_THREADS"] = "1"
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as workers:
        list(workers.map(work, range(-(-pupils // PART))))
    truth = {"school": of.urn, "level": of.level, "slope": of.slope}
    pl.DataFrame(truth).write_parquet(folder / f"{made.name}-truth.parquet")
    os.replace(beside, made)
    return made


def frames(made: Path) -> Iterator[pl.DataFrame]:
    """The parts of a folder in order."""
    for path in sorted(made.glob("*.parquet")):
        yield pl.read_parquet(path)


def write_columns(made: Path, folder: Path) -> Path:
    """Write each column as a bare binary file, for programs that read no Parquet (R's readBin)."""
    target = folder / f"{made.name}-columns"
    if target.exists():
        return target
    beside = folder / f"{target.name}.unfinished"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    rows = 0
    for frame in frames(made):
        rows += frame.height
        for column in frame:
            values = column.to_numpy().astype(np.int32 if column.name == "school" else np.float64)
            with (beside / f"{column.name}.bin").open("ab") as file:
                values.tofile(file)
    (beside / "about.json").write_text(json.dumps({"rows": rows}))
    os.replace(beside, target)
    return target


def main() -> None:
    """Write made-up pupils from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pupils", type=int, default=1_000_000)
    parser.add_argument("--schools", type=int, default=25_000)
    parser.add_argument("--columns", action="store_true", help="each column as a bare binary file, too")
    asked = parser.parse_args()
    made = write(asked.folder, pupils=asked.pupils, schools_number=asked.schools)
    print(write_columns(made, asked.folder) if asked.columns else made)


if __name__ == "__main__":
    main()

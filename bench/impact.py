"""Effects by cohort and year beside csdid and diff-diff on 25,000 schools x 10 years, and 999 permutations.

Every design is asked of all three in the same run, warm, on one thread: whether estimates and standard errors
are the same, and how long the fit of all cells with their influence functions takes. Ours is timed from the
long table as the peers are, and from the arrays that a study holds. diff-diff's doubly robust estimator with
covariates is another one (tests/oracle/test_impact_csdid.py). Needs the peers: `make setup-peers`.
Run: python bench/impact.py [--write] [--schools 25000]
"""

# ruff: noqa: E402 - threads are limited before numpy is imported
from __future__ import annotations

import os

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ[_name] = "1"

import argparse
import functools
import importlib.metadata
import importlib.util
import json
import statistics
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from commonroom.impact import chance, staggered
from commonroom.impact.study import NEVER, Adjusted, Cells, Study

import impact_peers as peers  # isort: skip - it stands beside this script

ROOT = Path(__file__).parents[1]
STORE = ROOT / "docs" / "reference" / "measured" / "impact.json"
YEARS, SEED, COVARIATES, RUNS = tuple(range(2010, 2020)), 2021, 4, 5
#: Asked: differences, times as fast as the faster peer, seconds of permutations and of a small call.
ASKED = {"apart": 1e-10, "faster": 4, "999 permutations": 3.0, "40 joiners": 0.01}


def seconds(works: dict[str, Callable[[], Any]], runs: int = RUNS) -> dict[str, float]:
    """Median seconds of each of some works, done in turn, after one round that warms."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for run in range(runs + 1):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            found[name] += [time.perf_counter() - start] if run else []
    return {name: statistics.median(times) for name, times in found.items()}


def arrange(frame: pl.DataFrame) -> Study:
    """The study of a long table: one row per school and year, every school in every year."""
    years = frame["year"].unique().sort().to_numpy()
    school, year = (frame[name].to_numpy() for name in ("school", "year"))
    if not ((np.diff(school) > 0) | ((np.diff(school) == 0) & (np.diff(year) > 0))).all():
        frame = frame.sort("school", "year")
    first = frame.gather_every(years.size)
    names = [name for name in frame.columns if name.startswith("x")]
    unknown = np.full(len(first), np.nan)
    return Study(
        schools=first["school"].to_numpy(),
        years=years,
        figures=frame["figure"].to_numpy().reshape(-1, years.size),
        start=first["start"].to_numpy(),
        cluster=first["cluster"].to_numpy(),
        area=first["cluster"].to_numpy() // 40,
        pupils=unknown,
        context=first.select(names).to_numpy(),
        variables=tuple(names),
        family=np.full(len(first), -1),
        easting=unknown,
        northing=unknown,
    )


def rows(cells: Cells, study: Study) -> dict[str, peers.Rows]:
    """Our cells and aggregations, as the peers' are laid out."""
    own = np.arange(study.start.size)
    se = np.sqrt((cells.influence**2).sum(axis=0)) / own.size
    found = {"cells": peers.tidy(zip(cells.cohort, cells.year, cells.effect, se, strict=True))}
    for kind in peers.CSDID:
        added = staggered.aggregate(cells, study, kind=kind)
        errors = staggered.spread(added, cluster=own)
        found[kind] = peers.tidy(zip([0] * added.at.size, added.at, added.effect, errors, strict=True))
    return found


def apart(mine: dict[str, peers.Rows], theirs: dict[str, peers.Rows]) -> dict[str, dict[str, float]]:
    """Largest differences of effects and of standard errors, by kind."""
    found = {}
    for kind, wanted in theirs.items():
        one, other = np.array(mine[kind]), np.array(wanted)
        if not np.array_equal(one[:, :2], other[:, :2]):
            raise SystemExit(f"{kind}: the cells are not the same")
        effect, se = np.abs(one - other)[:, 2:].max(axis=0).tolist()
        found[kind] = {"effect": effect, "se": se}
    return found


def judge(design: dict[str, str], frame: pl.DataFrame, theirs: Any) -> dict[str, Any]:
    """One design of all three: differences and seconds."""
    study, names = arrange(frame), [f"x{number}" for number in range(COVARIATES)]
    some = design["covariates"] != "none"
    asked = {"method": design["method"], "controls": design["controls"]}

    def ours(of: Study) -> Cells:
        return staggered.estimate(of, covariates=of.context if some else None, **asked)  # type: ignore[arg-type]

    asks = {
        peer: functools.partial(fit, theirs, design=design, covariates=names if some else [])
        for peer, (fit, _) in peers.PEERS.items()
    }
    mine = rows(ours(study), study)
    found: dict[str, Any] = {**design, "cells": len(mine["cells"])}
    found["apart"] = {peer: apart(mine, read(asks[peer]())) for peer, (_, read) in peers.PEERS.items()}
    found["seconds"] = seconds(
        {"ours": lambda: ours(arrange(frame)), "ours from arrays": lambda: ours(study), **asks}
    )
    fastest = min(found["seconds"][peer] for peer in asks)
    found["faster"] = fastest / found["seconds"]["ours"]
    found["faster from arrays"] = fastest / found["seconds"]["ours from arrays"]
    return found


def others(study: Study) -> dict[str, float]:
    """Seconds of what comes after the cells, and of the small calls of which power makes thousands."""
    cells = staggered.estimate(study)
    dynamic = staggered.aggregate(cells, study, kind="dynamic")
    works: dict[str, Callable[[], Any]] = {
        "999 permutations": lambda: chance.permute(study, strata=study.area % 90, draws=999, seed=SEED),
        "dynamic": lambda: staggered.aggregate(cells, study, kind="dynamic"),
        "bands": lambda: staggered.bands(dynamic, cluster=study.cluster, draws=999, level=0.95, seed=SEED),
    }
    for schools in (3_000, 15_000):
        small, adjusted = matched(schools)
        works[f"40 joiners among {schools}"] = functools.partial(staggered.estimate, small, adjusted=adjusted)
    return seconds(works)


def matched(schools: int) -> tuple[Study, dict[int, Adjusted]]:
    """Forty schools that join in one year beside 400 matched ones, with eleven covariates, seven years."""
    made = peers.made(schools, YEARS[:7], seed=SEED, covariates=8)
    start = np.where(np.arange(schools) < 40, YEARS[4], NEVER)
    frame = peers.table(made | {"start": start})
    study = arrange(pl.DataFrame({name: frame[name].to_numpy() for name in frame.columns}))
    covariates = np.column_stack([study.figures[:, 1:4], study.context])
    weights = np.where(np.arange(schools) < 40, 1.0, np.where(np.arange(schools) < 440, 0.1, 0.0))
    names = tuple(f"c{number}" for number in range(covariates.shape[1]))
    return study, {YEARS[4]: Adjusted(covariates, weights, names)}


def designs() -> list[dict[str, str]]:
    """Without covariates all methods are one; before the start, the year before."""
    varying = [design for design in peers.designs() if design["base"] == "varying"]
    return [{**each, "covariates": "none" if each["covariates"] == "none" else "four"} for each in varying]


def main() -> None:
    """Measure, say and, when asked, store."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--schools", type=int, default=25_000)
    said = parser.parse_args()
    lacking = [name for name in ("csdid", "diff_diff") if importlib.util.find_spec(name) is None]
    if lacking:
        raise SystemExit(f"Not installed: {', '.join(lacking)}. Run `make setup-peers` first.")
    warnings.simplefilter("ignore")
    theirs = peers.table(peers.made(said.schools, YEARS, seed=SEED, covariates=COVARIATES))
    frame = pl.DataFrame({name: theirs[name].to_numpy() for name in theirs.columns})
    store: dict[str, Any] = {
        "script": "bench/impact.py", "schools": said.schools, "years": len(YEARS), "seed": SEED,
        "asked": ASKED, "versions": {peer: importlib.metadata.version(peer) for peer in peers.PEERS},
        "designs": [],
    }  # fmt: skip
    for design in designs():
        found = judge(design, frame, theirs)
        store["designs"].append(found)
        largest = {
            peer: max(value for kind in found["apart"][peer].values() for value in kind.values())
            for peer in peers.PEERS
        }
        spent = {name: round(value, 3) for name, value in found["seconds"].items()}
        words = " ".join(design[word] for word in ("method", "controls", "covariates"))
        print(f"{words}: {spent}, {found['faster']:.1f} times as fast; apart {largest}", flush=True)
    store["others"] = others(arrange(frame))
    print({name: round(value, 4) for name, value in store["others"].items()})
    if said.write:
        commit = ["git", "rev-parse", "--short", "HEAD"]
        store["commit"] = subprocess.run(
            commit, cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
        text = json.dumps(
            json.loads(json.dumps(store), parse_float=lambda each: float(f"{float(each):.4g}")), indent=1
        )
        STORE.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())

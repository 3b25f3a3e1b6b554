"""Fifty exact neighbours of 25,000 schools beside scikit-learn's brute force; memory at 100,000; groups.

Every figure is the median of five runs in turns with its peer in one process, once with one thread
and once with two. `find` is the whole verb (scales, caliper, match quality, gaps); `neighbours` its
search alone, which is what scikit-learn does. Equality is checked on every run. --write stores it.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

ROOT = Path(__file__).parents[1]
STORE = ROOT / "docs" / "reference" / "measured" / "families_speed.json"
SCHOOLS, MANY, PRIMARIES, VARIABLES, K, RUNS = 25_000, 100_000, 16_000, 12, 50, 5


def schools(size: int, *, unknown: float = 0.0) -> pl.DataFrame:
    """Made-up schools on independent normal criteria (the hardest case: nothing can be skipped)."""
    rng = np.random.default_rng(7)
    values = rng.normal(size=(size, VARIABLES))
    values[rng.random(values.shape) < unknown] = np.nan
    columns = {f"v{number}": values[:, number] for number in range(VARIABLES)}
    return pl.DataFrame({"school": [f"{100000 + n}" for n in range(size)], **columns}).fill_nan(None)


def definition() -> object:
    """A preset of twelve equal criteria."""
    from commonroom.families import Preset, Variable

    variables = tuple(Variable(name=f"v{n}", weight=1 / VARIABLES) for n in range(VARIABLES))
    return Preset(
        name="bench", label="Bench", phase="any", variables=variables, source="bench", date=date(2026, 1, 1)
    )


def seconds(work: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def speed() -> dict[str, float]:
    """Against brute force, in turns."""
    from sklearn.neighbors import NearestNeighbors

    from commonroom import families
    from commonroom.families.nearest import nearest
    from commonroom.families.placement import place

    frame, preset = schools(SCHOOLS), definition()
    placed = place(frame, preset=preset)
    points = placed.values * placed.factors
    times: dict[str, list[float]] = {"find": [], "neighbours": [], "sklearn": []}
    for _ in range(RUNS):
        took, (index, distance) = seconds(
            lambda: nearest(placed.values, placed.factors, placed.weights, k=K, share=preset.share)
        )
        times["neighbours"].append(took)
        took, (far, near) = seconds(
            lambda: NearestNeighbors(n_neighbors=K + 1, algorithm="brute").fit(points).kneighbors(points)
        )
        times["sklearn"].append(took)
        took, found = seconds(lambda: families.find(frame, preset=preset))
        times["find"].append(took)
        # sqrt(S / V) with V = 1 here; scikit-learn's first neighbour is the school itself.
        assert np.array_equal(index, near[:, 1:])
        assert np.abs(distance - far[:, 1:]).max() < 1e-9
        assert np.abs(found.neighbours["distance"].to_numpy() - far[:, 1:].ravel()).max() < 1e-9
    return {name: round(statistics.median(took), 3) for name, took in times.items()}


def memory(unknown: float) -> dict[str, float]:
    """Peak of the whole process at 100,000 schools, and of the imports and the frame alone."""
    from commonroom import families

    frame, preset = schools(MANY, unknown=unknown), definition()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    took, _ = seconds(lambda: families.find(frame, preset=preset))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    return {"seconds": round(took, 1), "gigabytes_before": round(before, 3), "gigabytes": round(peak, 3)}


def groups() -> dict[str, float]:
    """A national partition and the next year's, with ten per cent of criteria unknown."""
    from commonroom import families

    frame, preset = schools(PRIMARIES, unknown=0.1), definition()
    took, first = seconds(lambda: families.group(frame, preset=preset))
    again, second = seconds(lambda: families.group(frame, preset=preset, last=first.families))
    return {
        "seconds": round(took, 1),
        "seconds_with_last_year": round(again, 1),
        "families": first.report.height,
        "within": round(float(first.report["within"].mean()), 4),
        "optimum": round(float(first.report["optimum"].mean()), 4),
        "moved_when_nothing_changed": int(second.families["moved"].sum()),
    }


PARTS = {
    "speed": speed,
    "memory": lambda: memory(0.0),
    "memory_unknown": lambda: memory(0.1),
    "groups": groups,
}


def child(part: str, threads: int) -> dict[str, float]:
    """Measure one part in a process of its own with so many threads."""
    settings = {name: str(threads) for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")}
    output = subprocess.run(
        [sys.executable, __file__, part],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return json.loads(output)


def main() -> None:
    """Measure everything and say it beside what was asked."""
    if sys.argv[1:2] and sys.argv[1] in PARTS:
        print(json.dumps(PARTS[sys.argv[1]]()))
        return
    found: dict[str, dict[str, float]] = {}
    for threads in (1, 2):
        times = child("speed", threads)
        ratios = {
            f"{name}_ratio": round(times[name] / times["sklearn"], 3) for name in ("neighbours", "find")
        }
        found[f"threads_{threads}"] = {**times, **ratios, "ratio_asked": 1.1}
        print(f"{SCHOOLS:,} schools, {threads} thread(s): scikit-learn {times['sklearn']:.2f} s; equal")
        print(
            f"  neighbours {ratios['neighbours_ratio']:.2f} times that (asked 1.1),"
            f" the whole find {ratios['find_ratio']:.2f}"
        )
    for part in ("memory", "memory_unknown"):
        found[part] = {**child(part, 1), "gigabytes_asked": 1.0}
        gigabytes, took = found[part]["gigabytes"], found[part]["seconds"]
        print(f"{MANY:,} schools ({part}): {gigabytes:.2f} GB (asked 1), {took:.0f} s")
    found["groups"] = {**child("groups", 1), "seconds_asked": 20.0}
    print(f"{PRIMARIES:,} schools in families: {found['groups']['seconds']:.1f} s; asked 20 s")
    if "--write" in sys.argv:
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
        STORE.parent.mkdir(parents=True, exist_ok=True)
        STORE.write_text(
            json.dumps({"script": "bench/families_speed.py", "commit": commit, **found}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()

"""Value added from ten and a hundred million made-up pupils, beside lme4 and beside a bare scan.

    make bench-value-added          or  python bench/value_added.py [--small] [--folder F] [--write]

Seconds and memory are of whole processes, from the command line to the file of estimates, Python's
start included; medians of at least three runs, in turns with the peers:
- lme4: only its lmer() call is timed (reading and preparing are not); memory is of its process.
- the bare scan: a process that imports only duckdb and asks for the same counts and sums of products
  per school, with the same threads, without centring, without a filter, and throws them away.
The curve has 25,000 schools at every number of pupils; a second one has 400 pupils in every school.
Made-up pupils are kept in --folder (3.5 GB); --resume takes what was already measured at this commit.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
HERE = ROOT / "bench"
STORE = ROOT / "docs" / "reference" / "measured" / "value_added.json"
THREADS = 2
ESTIMATES = "estimates.parquet"
INTAKE = ("prior", "deprivation", "disadvantaged", "eal", "sen", "girl")
COLUMNS = ("--school", "school", "--outcome", "outcome", "--intake", ",".join(INTAKE))
#: What was asked: times faster than lme4, share of its memory, times the bare scan, slope by intercept,
#: gigabytes at 1e8, growth beside linear, seconds of a refit (intercept, slope).
ASKED = {
    "faster_than_lme4": 80.0, "memory_of_lme4": 0.1, "of_bare_scan": 1.6, "slope_of_intercept": 1.6,
    "gigabytes": 2.0, "growth": 1.1, "refit_intercept": 0.2, "refit_slope": 1.5,
}  # fmt: skip

RATIOS = ("faster_than_lme4", "memory_of_lme4", "of_bare_scan", "slope_of_intercept")

BARE = """
import sys
import duckdb
threads, schools, *columns = sys.argv[2:]
x = [f"CAST({c} AS DOUBLE)" for c in columns]
sums = ["COUNT(*)", *(f"SUM({a})" for a in x), *(f"SUM({a} * {b})" for i, a in enumerate(x) for b in x[i:])]
con = duckdb.connect(config={"threads": threads})
con.execute(
    f"SELECT {schools}, {', '.join(sums)} FROM read_parquet('{sys.argv[1]}/*.parquet') GROUP BY {schools}"
).fetchnumpy()
"""

REFIT = """
import json, sys, time
from pathlib import Path
from commonroom import value_added
from commonroom.store import sums
found = sums.read(Path(sys.argv[1]))
times, model = [], value_added.Model(slope=tuple(sys.argv[2:]))
for run in range(4):
    start = time.perf_counter()
    value_added.estimate(found, model=model)
    times.append(time.perf_counter() - start)
print(json.dumps(times))
"""


LIKELIHOOD = """
import sys
from pathlib import Path
from commonroom.store import estimates
print(estimates.read(Path(sys.argv[1]))[1]["fit"][0]["log_likelihood"])
"""


@dataclass
class Log:
    """What was measured so far, kept after every run so that a stopped measurement goes on."""

    path: Path
    found: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, name: str, run: int, work: Callable[[], dict[str, Any]]) -> None:
        """Do the work unless that run is known, and say what it took."""
        rows = self.found.setdefault(name, [])
        if run < len(rows):
            return
        rows.append(work())
        self.path.write_text(json.dumps(self.found))
        took, gigabytes = rows[-1]["seconds"], rows[-1].get("gigabytes", 0.0)
        print(f"  {name} {run + 1}: {took:.2f} s, {gigabytes:.2f} GB", flush=True)

    def median(self, name: str, key: str = "seconds") -> float:
        """The median of a figure over the runs."""
        return statistics.median(row[key] for row in self.found[name])


def process(command: list[str], *, folder: Path) -> dict[str, Any]:
    """Seconds, largest resident memory (GB) and output of one process and its children."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    with tempfile.TemporaryFile(dir=folder) as output, tempfile.TemporaryFile(dir=folder) as said:
        start = time.perf_counter()
        child = subprocess.Popen(command, stdout=output, stderr=said, env={**os.environ, **threads})
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0), said.seek(0)
        if status:
            sys.exit(f"{' '.join(command[:5])} ... failed:\n{said.read().decode()[-2000:]}")
        return {
            "seconds": seconds, "processor": usage.ru_utime + usage.ru_stime,
            "gigabytes": usage.ru_maxrss / 1e6, "output": output.read().decode(),
        }  # fmt: skip


def pupils(number: int, schools: int, folder: Path, *, columns: bool = False) -> Path:
    """The folder of so many made-up pupils, made in a process of its own unless it is there."""
    made = folder / f"pupils-{number}-{schools}"
    command = [sys.executable, str(HERE / "made_up_pupils.py"), str(folder)]
    wanted = ["--pupils", str(number), "--schools", str(schools)]
    subprocess.run(
        [*command, *wanted, *(["--columns"] if columns else [])], check=True, stdout=subprocess.DEVNULL
    )
    return made


def estimate(given: Path, *options: str, folder: Path) -> dict[str, Any]:
    """The whole command, from pupils (or sums) to the file of estimates."""
    command = [sys.executable, "-m", "commonroom", "value-added", "estimate", str(given)]
    return process([*command, *options, "--out", str(folder / ESTIMATES)], folder=folder)


def likelihood(given: Path, *, folder: Path) -> dict[str, Any]:
    """The log-likelihood of a random intercept, beside lme4's."""
    estimate(given, *COLUMNS, folder=folder)
    found = process([sys.executable, "-c", LIKELIHOOD, str(folder / ESTIMATES)], folder=folder)
    return {**found, "loglik": float(found["output"])}


def bare(given: Path, *, folder: Path) -> dict[str, Any]:
    """The same sums asked of DuckDB and thrown away."""
    wanted = [str(given), str(THREADS), "school", *INTAKE, "outcome"]
    return process([sys.executable, "-c", BARE, *wanted], folder=folder)


def lme4(given: Path, number: int, *, folder: Path) -> dict[str, Any]:
    """lme4's own fit of a random intercept: its seconds are of lmer() alone."""
    whole = process(
        ["Rscript", str(HERE / "lme4_fit.R"), f"{given}-columns", str(number), "none"], folder=folder
    )
    return {**whole, **json.loads(whole["output"])}


def speed(log: Log, number: int, asked: argparse.Namespace) -> dict[str, float]:
    """Ten million pupils: intercept, slope and exact sums in turns with the bare scan and lme4."""
    given = pupils(number, asked.schools, asked.folder, columns=asked.lme4_runs > 0)
    for run in range(asked.runs):
        log.add("bare", run, lambda: bare(given, folder=asked.folder))
        log.add("intercept", run, lambda: estimate(given, *COLUMNS, folder=asked.folder))
        log.add("slope", run, lambda: estimate(given, *COLUMNS, "--slope", "prior", folder=asked.folder))
        log.add("exact", run, lambda: estimate(given, *COLUMNS, "--exact", folder=asked.folder))
        if run < asked.lme4_runs:
            log.add("lme4", run, lambda: lme4(given, number, folder=asked.folder))
    found = {"pupils": number, "schools": asked.schools, "runs": asked.runs, "lme4_runs": asked.lme4_runs}
    for name in ("bare", "intercept", "slope", "exact"):
        found |= {f"{name}_seconds": log.median(name), f"{name}_gigabytes": log.median(name, "gigabytes")}
    found["of_bare_scan"] = found["intercept_seconds"] / found["bare_seconds"]
    found["slope_of_intercept"] = found["slope_seconds"] / found["intercept_seconds"]
    found["exact_of_float"] = found["exact_seconds"] / found["intercept_seconds"]
    found["of_bare_scan_processor"] = log.median("intercept", "processor") / log.median("bare", "processor")
    if asked.lme4_runs:
        log.add("likelihood", 0, lambda: likelihood(given, folder=asked.folder))
        ours, theirs = (log.found[name][0]["loglik"] for name in ("likelihood", "lme4"))
        found["log_likelihood"], found["log_likelihood_apart"] = ours, abs(ours / theirs - 1)
        found |= {"lme4_seconds": log.median("lme4"), "lme4_gigabytes": log.median("lme4", "gigabytes")}
        found["faster_than_lme4"] = found["lme4_seconds"] / found["intercept_seconds"]
        found["memory_of_lme4"] = found["intercept_gigabytes"] / found["lme4_gigabytes"]
    return found


def curve(log: Log, sizes: dict[int, int], asked: argparse.Namespace) -> list[dict[str, float]]:
    """Time and memory at each tenfold number of pupils (schools at each), beside linear growth."""
    rows: list[dict[str, float]] = []
    for number, schools in sizes.items():
        given = pupils(number, schools, asked.folder)
        name = f"curve-{number}-{schools}"
        for run in range(asked.runs):
            log.add(name, run, lambda given=given: estimate(given, *COLUMNS, folder=asked.folder))
        row = {"pupils": number, "schools": schools, "seconds": log.median(name)}
        row["gigabytes"] = log.median(name, "gigabytes")
        if rows:
            row["times_the_tenth"] = row["seconds"] / rows[-1]["seconds"]
            row["growth_beside_linear"] = row["seconds"] / rows[0]["seconds"] / (number / rows[0]["pupils"])
        rows.append(row)
    return rows


def refit(log: Log, number: int, asked: argparse.Namespace) -> dict[str, float]:
    """From stored sums, no pupil touched: in one process after the first fit, and the whole command."""
    given = pupils(number, asked.schools, asked.folder)
    path = asked.folder / f"sums-{number}-{asked.schools}.parquet"
    command = [sys.executable, "-m", "commonroom", "value-added", "sum", str(given), *COLUMNS]
    log.add("sum", 0, lambda: process([*command, "--out", str(path)], folder=asked.folder))
    found: dict[str, float] = {}
    for name, slope in (("intercept", ()), ("slope", ("prior",))):
        inside = [sys.executable, "-c", REFIT, str(path), *slope]
        options = ["--slope", *slope] if slope else []
        for run in range(asked.runs):
            log.add(f"refit_{name}", run, lambda inside=inside: process(inside, folder=asked.folder))
            log.add(f"refit_{name}_process", run, lambda o=options: estimate(path, *o, folder=asked.folder))
        times = [json.loads(row["output"]) for row in log.found[f"refit_{name}"]]
        found[f"refit_{name}_first"] = statistics.median(took[0] for took in times)
        found[f"refit_{name}"] = statistics.median(took for row in times for took in row[1:])
        found[f"refit_{name}_process"] = log.median(f"refit_{name}_process")
    return found


def show(found: dict[str, Any]) -> None:
    """Print every figure beside what was asked."""
    fast = found["speed"]
    print(f"\n{fast['pupils']:,} pupils, {fast['schools']:,} schools, {len(INTAKE)} columns of intake")
    for name in ("bare", "intercept", "slope", "exact", "lme4"):
        if f"{name}_seconds" in fast:
            print(f"  {name:10s} {fast[f'{name}_seconds']:8.2f} s {fast[f'{name}_gigabytes']:6.2f} GB")
    for key in (*RATIOS, "of_bare_scan_processor", "exact_of_float"):
        if key in fast:
            print(f"  {key.replace('_', ' '):24s} {fast[key]:7.3f}  (asked {ASKED.get(key, '-')})")
    if "lme4_seconds" in fast:
        print(f"  the two log-likelihoods differ by {fast['log_likelihood_apart']:.1e} of themselves")
    for name in ("curve", "curve_by_size"):
        print("\n    pupils   schools   seconds     GB   by the tenth   beside linear (asked 1.1)")
        for row in found.get(name, []):
            more = [f"{row[key]:15.2f}" for key in ("times_the_tenth", "growth_beside_linear") if key in row]
            size = f"{row['pupils']:10,} {row['schools']:9,} {row['seconds']:9.2f} {row['gigabytes']:6.2f}"
            print(size + "".join(more))
    again = found["refit"]
    for name in ("refit_intercept", "refit_slope"):
        print(
            f"\n{name.replace('_', ', ')}: {again[name]:.3f} s (asked {ASKED[name]}); the first of a process"
            f" {again[f'{name}_first']:.3f}; the whole command {again[f'{name}_process']:.2f}"
        )


def main() -> None:
    """Measure everything and say it beside what was asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "commonroom-bench")
    parser.add_argument("--small", action="store_true", help="try everything at a hundredth of the size")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--lme4-runs", type=int, default=3)
    parser.add_argument("--schools", type=int, default=0)
    parser.add_argument("--resume", action="store_true", help="go on from what was measured at this commit")
    parser.add_argument("--write", action="store_true", help="store the figures in docs/reference/measured")
    asked = parser.parse_args()
    if not shutil.which("Rscript"):
        print("Rscript is not installed: nothing is set beside lme4.")
        asked.lme4_runs = 0
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    size, asked.schools = (10**5, asked.schools or 250) if asked.small else (10**7, asked.schools or 25_000)
    asked.folder.mkdir(parents=True, exist_ok=True)
    log = Log(asked.folder / f"measured-{commit}-{size}.json")
    if asked.resume and log.path.exists():
        log.found = json.loads(log.path.read_text())
    busy = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load {busy:.1f}; above 0.5 other work disturbs what is measured")
    found: dict[str, Any] = {"speed": speed(log, size, asked)}
    sizes = (size // 10, size, size * 10)
    found["curve"] = curve(log, dict.fromkeys(sizes, asked.schools), asked)
    found["curve_by_size"] = curve(log, {number: number // 400 for number in sizes}, asked)
    found["refit"] = refit(log, size, asked)
    show(found)
    if asked.write:
        about = {"script": "bench/value_added.py", "commit": commit, "threads": THREADS}
        about["machine"] = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
        about["load_when_started"] = round(busy, 2)
        STORE.parent.mkdir(parents=True, exist_ok=True)
        rounded = json.loads(json.dumps(found), parse_float=lambda text: float(f"{float(text):.5g}"))
        STORE.write_text(json.dumps({**about, "asked": ASKED, **rounded}, indent=1) + "\n")


if __name__ == "__main__":
    main()

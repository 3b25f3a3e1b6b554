"""Time and memory of the demo, whole process: Greater Manchester and all England (make bench-demo).

The peer in the same run is the scan of the same bundled figures alone (read and build the panel),
so that a slow machine is seen as such. Prints medians of three runs; --write stores them.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
STORE = ROOT / "docs" / "reference" / "measured" / "demo.json"
ASKED = {"greater-manchester": (25.0, 1.5), "england": (120.0, 3.0)}
PANEL = (
    "from commonroom import panel\n"
    "from commonroom.panel import measures, systems\n"
    "from commonroom.sources import bundled\n"
    "r = bundled.read()\n"
    "panel.build(panel.Inputs(r.schools, r.figures, r.links, r.problems),"
    " measures=measures.load(), system=systems.load('england'))\n"
)


def run(command: list[str]) -> tuple[float, float]:
    """Seconds and the largest resident memory (GB) of one process and its children."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command[:4])} ... failed with status {status}")
    return time.perf_counter() - start, usage.ru_maxrss / 1e6


def measure(command: list[str], runs: int = 3) -> tuple[float, float]:
    """Medians over some runs."""
    found = [run(command) for _ in range(runs)]
    return statistics.median(seconds for seconds, _ in found), statistics.median(gb for _, gb in found)


def main() -> None:
    """Measure both systems beside the panel alone."""
    scan, _ = measure([sys.executable, "-c", PANEL])
    rows = {}
    for system, (seconds_asked, memory_asked) in ASKED.items():
        with tempfile.TemporaryDirectory() as folder:
            options = ["--evidence", f"{folder}/evidence", "--out", f"{folder}/report.html"]
            demo = [sys.executable, "-m", "commonroom", "demo", "--no-serve", "--system", system, *options]
            seconds, memory = measure(demo)
            size = Path(f"{folder}/report.html").stat().st_size / 1e6
        rows[system] = {
            "seconds": round(seconds, 2), "seconds_asked": seconds_asked,
            "gigabytes": round(memory, 3), "gigabytes_asked": memory_asked,
            "times_the_panel_alone": round(seconds / scan, 2), "report_megabytes": round(size, 2),
        }  # fmt: skip
        print(
            f"{system}: {seconds:.1f} s (asked {seconds_asked:.0f}), {memory:.2f} GB (asked {memory_asked})"
        )
        print(
            f"  {seconds / scan:.1f} times reading the figures and building the panel; report {size:.2f} MB"
        )
    if "--write" in sys.argv:
        commit = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.strip()
        STORE.parent.mkdir(parents=True, exist_ok=True)
        STORE.write_text(json.dumps({"script": "bench/demo.py", "commit": commit, "systems": rows}, indent=1))


if __name__ == "__main__":
    main()

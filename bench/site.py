"""The site with all England: server time by kind of page, a steady hundred requests a second, first paint.

Usage: python bench/site.py [--evidence FOLDER] [--seconds 60] [--threads 2] [--write]   (make bench-site)

Builds the evidence of all England if it is not there, serves it with `commonroom serve` (two gunicorn
workers, of as many threads as said) on SQLite and on PostgreSQL, and lets wrk ask a mix of search, school,
family and system pages of schools drawn with a fixed seed. Server times are those of the site's own
Server-Timing header, whole times those of wrk; the peer in the same run is /health, the least that the same
server can answer. First paint is Chromium's own figure.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
STORE = ROOT / "docs/reference/measured/site.json"
PORT = 8741
#: A little more than has to be reached: a connection waits a set while, however long its page took.
PACE, CONNECTIONS = 110, 24
ASKED = {"p95_ms": 60, "requests_a_second": 100, "errors": 0, "page_kilobytes": 150, "first_paint_ms": 1000}
#: How people come: they look for a school, read about it, about schools like it and its standing family.
SHARES = {"find": 0.25, "school": 0.35, "alike": 0.2, "family": 0.1, "system": 0.1}


def family(school: dict[str, Any]) -> str:
    """The address of the standing family of a school, empty where it is in none."""
    found = next((one for one in school["phases"] if one["family"]), None)
    return f"/families/{found['phase']}/{found['family']['code']}/" if found else ""


def paths(pages: Path) -> list[str]:
    """Addresses to ask for: as many of each kind as its share, of schools drawn at random."""
    from commonroom.pipeline import shown as published

    shown = published.open(pages)
    # Those that are compared have schools alike; the others have a short page of their own.
    draw = random.Random(20261122)
    some = draw.sample([row["number"] for row in shown.register()], 6000)
    schools = [shown.school(number) for number in some]
    rows = [one for one in schools if one and any(phase["compared"] for phase in one["phases"])]
    families = sorted({family(one) for one in rows} - {""})
    made = []
    for kind, share in SHARES.items():
        for _ in range(int(4000 * share)):
            school = draw.choice(rows)
            words = re.findall(r"\w+", school["name"])
            made.append(
                {
                    "find": f"/schools/?q={draw.choice(words)}+{draw.choice(words)}",
                    "school": f"/schools/{school['number']}/",
                    "alike": f"/schools/{school['number']}/alike/",
                    "family": draw.choice(families),
                    "system": "/system/",
                }[kind]
            )
    draw.shuffle(made)
    return [path.encode("ascii", "ignore").decode() for path in made]


@contextlib.contextmanager
def serving(evidence: Path, work: Path, *, database: str, threads: int) -> Iterator[str]:
    """The site, served as a person would, until it is no longer needed."""
    environment = os.environ | {"COMMONROOM_WORK": str(work), "DATABASE_URL": database}
    environment |= {"COMMONROOM_ORIGIN": f"http://127.0.0.1:{PORT}"}
    command = [sys.executable, "-m", "commonroom", "serve", "--evidence", str(evidence), "--port", str(PORT)]
    command += ["--threads", str(threads)]
    log = (work / "serve.log").open("w")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
    address = f"http://127.0.0.1:{PORT}"
    try:
        for _ in range(1200):
            if server.poll() is not None:
                sys.exit((work / "serve.log").read_text())
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{address}/health", timeout=5).read()
                break
            time.sleep(0.5)
        yield address
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def ask(address: str, listed: Path, *, pace: int, seconds: int, folder: Path) -> dict[str, object]:
    """Let wrk ask for the listed pages, and sum up what came back."""
    # Each connection waits so long on average that all together keep the pace (a page takes about 10 ms).
    wait = 0 if pace == 0 else max(1, round(1000 * CONNECTIONS / pace) - 10)
    for old in folder.glob("answers.*"):
        old.unlink()
    command = [
        "wrk", "--threads", str(CONNECTIONS), "--connections", str(CONNECTIONS), "--latency",
        "--duration", f"{seconds}s", "--timeout", "10s", "--script", str(Path(__file__).with_suffix(".lua")),
        address, "--", str(listed), str(wait), str(folder / "answers"),
    ]  # fmt: skip
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    errors = sum(int(number) for number in re.findall(r"(?:connect|read|write|timeout) (\d+)", said))
    times: dict[str, list[float]] = {}
    sizes: dict[str, list[int]] = {}
    for file in folder.glob("answers.*"):
        for line in file.read_text().splitlines():
            kind, duration, status, size = line.split()
            errors += status != "200"
            times.setdefault(kind, []).append(float(duration))
            sizes.setdefault(kind, []).append(int(size))
    total = sum(map(len, times.values()))
    return {
        "requests_a_second": round(total / seconds, 1),
        "errors": errors,
        # From the first byte asked to the last answered, waiting for a worker included.
        "whole_ms": {f"p{share}": _milliseconds(said, share) for share in (50, 90, 99)},
        "kinds": {
            kind: {
                "requests": len(found),
                "p50_ms": round(statistics.median(found), 1),
                "p95_ms": round(statistics.quantiles(found, n=20)[18], 1),
                "most_ms": round(max(found), 1),
                "most_kilobytes": round(max(sizes[kind]) / 1000, 1),
            }
            for kind, found in sorted(times.items())
            if len(found) > 20
        },
    }


def _milliseconds(said: str, share: int) -> float | None:
    found = re.search(rf"^\s*{share}%\s+([\d.]+)(us|ms|s)\s*$", said, re.MULTILINE)
    if found is None:
        return None
    return round(float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]], 1)


#: Chromium's own figure, waited for: a function, since the site lets nobody evaluate a text.
FIRST_PAINT = """() => new Promise(done => new PerformanceObserver(list => {
    const [paint] = list.getEntriesByName("first-contentful-paint");
    if (paint) done(paint.startTime);
}).observe({type: "paint", buffered: true}))"""


def paint(address: str, listed: list[str]) -> dict[str, float]:
    """First contentful paint in headless Chromium, ms, and what a first visit brings, kB: worst of each.

    Kilobytes are those that travel; the program of the charts comes only when a reader explores one.
    """
    from playwright.sync_api import sync_playwright

    kinds = {
        "find": r"/schools/\?q=",
        "school": r"/schools/\d+/$",
        "alike": "/alike/",
        "family": "/families/",
        "system": "/system/",
    }
    found: dict[str, float] = {}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for kind, part in kinds.items():
            some = [path for path in listed if re.search(part, path)]
            worst, heaviest = 0.0, 0.0
            for path in some[:5]:
                context = browser.new_context()
                page = context.new_page()
                page.goto(address + path, wait_until="load")
                worst = max(worst, page.evaluate(FIRST_PAINT))
                heaviest = max(
                    heaviest,
                    page.evaluate(
                        "['navigation', 'resource'].flatMap(kind => performance.getEntriesByType(kind))"
                        ".reduce((sum, one) => sum + one.transferSize, 0) / 1000"
                    ),
                )
                context.close()
            found |= {f"{kind}_ms": round(worst), f"{kind}_kilobytes": round(heaviest, 1)}
        browser.close()
    return found


def measure(evidence: Path, work: Path, *, database: str, seconds: int, threads: int) -> dict[str, object]:
    """Serve from one database, ask at the pace that is wanted, then as fast as can be, then /health alone."""
    with serving(evidence, work, database=database, threads=threads) as address:
        listed = paths(work / "pages")
        every = work / "paths.txt"
        every.write_text("\n".join(listed) + "\n")
        least = work / "least.txt"
        least.write_text("/health\n")
        ask(address, every, pace=PACE, seconds=10, folder=work)  # warm: templates, pages of the file
        found: dict[str, object] = {
            "steady": ask(address, every, pace=PACE, seconds=seconds, folder=work),
            "flat_out": ask(address, every, pace=0, seconds=max(10, seconds // 3), folder=work),
            "least": ask(address, least, pace=0, seconds=10, folder=work),
            "paint": paint(address, listed),
        }
    return found


def main() -> None:
    """Measure on SQLite and on PostgreSQL; print, and store when asked to."""
    words = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    words.add_argument("--evidence", type=Path, default=ROOT / "evidence-england")
    words.add_argument("--seconds", type=int, default=60)
    words.add_argument("--threads", type=int, default=2)
    words.add_argument("--write", action="store_true")
    given = words.parse_args()
    if not (given.evidence / "current").exists():
        build = [sys.executable, "-m", "commonroom", "panel", "build", "--system", "england"]
        subprocess.run([*build, "--evidence", str(given.evidence)], check=True)
    sys.path.insert(0, str(ROOT / "tests"))
    import postgres

    programs = postgres.find()
    if programs is None:
        sys.exit("PostgreSQL is needed: install Debian's postgresql.")
    found: dict[str, object] = {"script": "bench/site.py", "asked": ASKED, "pace": PACE}
    how = {"seconds": given.seconds, "threads": given.threads}
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        found["sqlite"] = measure(given.evidence, work, database="", **how)
        with postgres.serve(programs) as address:
            found["postgresql"] = measure(given.evidence, work, database=address, **how)
    found["commit"] = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
    text = json.dumps(found, indent=1) + "\n"
    print(text)
    if given.write:
        STORE.write_text(text)


if __name__ == "__main__":
    main()

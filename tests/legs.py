"""All tests, three legs side by side: what analyses, the site, stores; then the site on its other database.

Usage: python tests/legs.py [--measure]   (make test; --measure: under coverage)

Prints what pytest says, each line with its leg, at the end again what failed and how each part closed, and
exits with 1 when a leg failed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SITE, STORES = ("tests/web", "tests/journeys"), ("tests/stores",)
#: Legs that run at once: one more than the least machine has cores, since stores wait as much as they work.
AT_ONCE = 3
#: Programs that each take all cores wait for each other: with one thread of each both end sooner.
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS")
PYTEST = ("-m", "pytest", "-q")
BESIDE_POSTGRES = (sys.executable, str(Path(__file__).with_name("postgres.py")))


# What is worth saying again below thousands of lines: a failed test, and the line that closes a part.
CLOSING = re.compile(r"(FAILED|ERROR) tests/|=* ?\d+ (passed|failed|error).* in [\d.]+s")


def run(leg: str, command: tuple[str, ...], closing: list[str]) -> int:
    """Run the command of a leg, note what closes it, and return its exit code."""
    begun = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert begun.stdout is not None
    for line in begun.stdout:
        said = f"{leg:<8} {line}"
        print(said, end="", flush=True)
        if CLOSING.match(line):
            closing.append(said)
    return begun.wait()


def main(words: list[str]) -> int:
    """Run all legs, and return 1 when one failed."""
    measured = ("-m", "coverage", "run") if "--measure" in words else ()
    python = (sys.executable, *measured, *PYTEST)
    legs = {
        "analysis": (*python, *(f"--ignore={folder}" for folder in (*SITE, *STORES))),
        "site": (*python, *SITE),
        "stores": (*python, *STORES),
        "postgres": (*BESIDE_POSTGRES, *python, "tests/web"),
    }
    closing: list[str] = []
    # What all legs read (tests/conftest.py) is made by the first that needs it.
    with tempfile.TemporaryDirectory(prefix="legs") as shared, ThreadPoolExecutor(AT_ONCE) as pool:
        os.environ["MADE_FOR_ALL_LEGS"] = shared
        each = str(max(1, (os.cpu_count() or 1) // AT_ONCE))
        os.environ |= {name: os.environ.get(name, each) for name in THREADS}
        codes = list(pool.map(run, legs, legs.values(), [closing] * len(legs)))
    print("", "".join(sorted(closing)), sep="\n", end="")
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

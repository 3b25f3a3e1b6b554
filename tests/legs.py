"""All tests, two legs side by side: the site, what analyses, then the site on its other database.

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

SITE = ("tests/web", "tests/journeys", "tests/stores")
#: Legs that run at once: as many as the least machine has cores.
AT_ONCE = 2
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
        "site": (*python, *SITE),
        "analysis": (*python, *(f"--ignore={folder}" for folder in SITE)),
        "postgres": (*BESIDE_POSTGRES, *python, "tests/web"),
    }
    closing: list[str] = []
    # What all legs read (tests/conftest.py) is made by the first that needs it.
    with tempfile.TemporaryDirectory(prefix="legs") as shared, ThreadPoolExecutor(AT_ONCE) as pool:
        os.environ["MADE_FOR_ALL_LEGS"] = shared
        codes = list(pool.map(run, legs, legs.values(), [closing] * len(legs)))
    print("", "".join(sorted(closing)), sep="\n", end="")
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""All tests, in two legs side by side: what analyses, and the site, which runs on both databases.

Usage: python tests/legs.py [--measure]   (make test; --measure: under coverage)

Prints what pytest says, each line with its leg, at the end again what failed and how each part closed, and
exits with 1 when a leg failed.
"""

from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

SITE = ("tests/web", "tests/journeys", "tests/stores")
PYTEST = ("-m", "pytest", "-q")
BESIDE_POSTGRES = (sys.executable, str(Path(__file__).with_name("postgres.py")))


# What is worth saying again below thousands of lines: a failed test, and the line that closes a part.
CLOSING = re.compile(r"(FAILED|ERROR) tests/|=* ?\d+ (passed|failed|error).* in [\d.]+s")


def run(leg: str, commands: list[tuple[str, ...]], closing: list[str]) -> int:
    """Run the commands of a leg one after the other, note what closes them, return the worst code."""
    worst = 0
    for command in commands:
        begun = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert begun.stdout is not None
        for line in begun.stdout:
            said = f"{leg:<8} {line}"
            print(said, end="", flush=True)
            if CLOSING.match(line):
                closing.append(said)
        worst = max(worst, abs(begun.wait()))
    return worst


def main(words: list[str]) -> int:
    """Run both legs, and return 1 when one failed."""
    measured = ("-m", "coverage", "run") if "--measure" in words else ()
    python = (sys.executable, *measured, *PYTEST)
    legs = {
        "analysis": [(*python, *(f"--ignore={folder}" for folder in SITE))],
        "site": [(*python, *SITE), (*BESIDE_POSTGRES, *python, "tests/web")],
    }
    closing: list[str] = []
    with ThreadPoolExecutor(len(legs)) as pool:
        codes = list(pool.map(run, legs, legs.values(), [closing] * len(legs)))
    print("", "".join(sorted(closing)), sep="\n", end="")
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

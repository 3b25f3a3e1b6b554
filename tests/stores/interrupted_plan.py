"""Write a plan over a copy of what is there, and stop at the first, second, third ... file operation.

Usage: python interrupted_plan.py kill|fail write|record TEMPLATE ROOT. Makes ROOT/1, ROOT/2 ... until nothing
is interrupted any more, and prints how each ended: killed, said, done or the error.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sys
from pathlib import Path

from commonroom.errors import SaidToPeople
from stores.interrupted import INTERRUPTED, PASSED, watch


def run(what: str, folder: Path) -> str:
    """Write a plan, or record a decision, and say in a word how it ended."""
    # Frames start threads, which a fork does not copy: none before this line.
    from commonroom.store import partnerships
    from stores import plans

    try:
        if what == "write":
            plans.write(folder, 1, ("103", "104", "ebacc"), ("101", "105", "reading"))
        else:
            partnerships.record(folder, plans.say(("103", "104", "reading", "accept")))
    except SaidToPeople:
        return "said"
    except BaseException as error:
        return repr(error)
    return "done"


def main(how: str, what: str, template: Path, root: Path) -> None:
    """Interrupt one after the other, each in a process of its own."""
    os.fsync = lambda _: None
    for number in itertools.count(1):
        folder = root / str(number)
        shutil.copytree(template, folder)
        child = os.fork()
        if child == 0:
            operations = watch(folder, after=number, how=how)
            print(run(what, folder), flush=True)
            os._exit(INTERRUPTED if next(operations) > number else PASSED)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            print("killed", flush=True)
        elif os.WEXITSTATUS(status) == PASSED:
            break


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))

"""Write a plan over a copy of what is there, and stop at the first, second, third ... file operation.

Usage: python interrupted_plan.py kill|fail write|record TEMPLATE ROOT. Makes ROOT/1, ROOT/2 ... until nothing
is interrupted any more, and prints how each ended: killed, said, done or the error.
"""

from __future__ import annotations

import sys
from pathlib import Path

from commonroom.errors import SaidToPeople
from stores.interrupted import interrupt


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


if __name__ == "__main__":
    how, what, template, root = sys.argv[1:]
    interrupt(how, Path(template), Path(root), lambda folder: run(what, folder))

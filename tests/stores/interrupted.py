"""Build evidence over a copy of what is there, and stop at the first, second, third ... file operation.

Usage: python interrupted.py kill|fail TEMPLATE ROOT SEED. Makes ROOT/1, ROOT/2 ... until a build is
no longer interrupted, and prints how each ended: killed, said, done or the error.
`kill` ends the process there and then; `fail` makes the operation fail as on a full disk.
"""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from commonroom.errors import SaidToPeople
from commonroom.store import evidence

EVENTS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "fcntl.flock", "os.listdir"}
INTERRUPTED, PASSED = 0, 3


def watch(folder: Path, *, after: int, how: str) -> itertools.count[int]:
    """Let all but the operation on the folder that is `after`th pass; return the count of them."""
    operations = itertools.count(1)

    def interrupt(event: str, arguments: tuple[object, ...]) -> None:
        ours = event == "fcntl.flock" or str(folder) in str(arguments[:2])
        if event in EVENTS and ours and next(operations) == after:
            if how == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(errno.ENOSPC, "No space left on device")

    sys.addaudithook(interrupt)
    return operations


def build(folder: Path, seed: int) -> str:
    """Build, and say in a word how it ended."""
    # Frames start threads, which a fork does not copy: none before this line.
    from stores.builders import TABLES, make_manifest

    try:
        evidence.write(folder, TABLES, manifest=make_manifest(seed))
    except SaidToPeople:
        return "said"
    except BaseException as error:
        return repr(error)
    return "done"


def interrupt(how: str, template: Path, root: Path, run: Callable[[Path], str]) -> None:
    """Interrupt one run after the other, each in a process of its own on a copy of `template`."""
    # What a process has written outlives the process, on the disk or not: waiting shows nothing.
    os.fsync = lambda _: None
    for number in itertools.count(1):
        folder = root / str(number)
        shutil.copytree(template, folder)
        child = os.fork()
        if child == 0:
            operations = watch(folder, after=number, how=how)
            print(run(folder), flush=True)
            os._exit(INTERRUPTED if next(operations) > number else PASSED)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            print("killed", flush=True)
        elif os.WEXITSTATUS(status) == PASSED:
            break


if __name__ == "__main__":
    seed = int(sys.argv[4])
    interrupt(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), lambda folder: build(folder, seed))

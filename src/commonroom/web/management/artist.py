"""The process that draws pictures for the others: `python -m commonroom.web.management.artist PARENT`."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Client, Connection, Listener
from pathlib import Path

from commonroom.web import drawing
from commonroom.web.management import parents

#: Seconds in which somebody who was let in says what is to be drawn.
PATIENCE = 5.0
#: Seconds until it is looked again whether another artist of the same site has ended.
LATER = 10.0
#: The first picture takes longest: it is one that nobody waits for.
FIRST = '{"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a"}}}'

log = logging.getLogger(__name__)


def begin() -> None:
    """Begin an artist, that ends with this process."""
    command = (sys.executable, "-m", "commonroom.web.management.artist", str(os.getpid()))
    subprocess.Popen(command)  # noqa: S603 - of our own


def serve(place: str, still: Callable[[str], str]) -> None:
    """Draw what is asked for at a place, one picture after the other, for good."""
    while _is_taken(place):
        time.sleep(LATER)
    Path(place).unlink(missing_ok=True)
    before = os.umask(0o077)
    try:
        listener = Listener(place, family="AF_UNIX", backlog=64)
    finally:
        os.umask(before)
    with listener:
        still(FIRST)
        while True:
            with suppress(OSError, EOFError), listener.accept() as asked:
                _answer(asked, still)


def _answer(asked: Connection, still: Callable[[str], str]) -> None:
    """Draw one picture; one that cannot be drawn is not answered, and whoever asked sees why."""
    if not asked.poll(PATIENCE):
        return
    specification = asked.recv_bytes().decode()
    try:
        asked.send_bytes(still(specification).encode())
    except ValueError as error:
        log.warning("a picture could not be drawn: %s", error)


def _is_taken(place: str) -> bool:
    try:
        Client(place, family="AF_UNIX").close()
    except OSError:
        return False
    return True


def main(parent: int) -> None:
    """Draw until the process of that number ends, which began this one."""
    parents.end_with_parent(parent=parent)
    from commonroom import charts

    try:
        serve(drawing.place(), charts.still)
    except OSError as error:
        # A path that is too long for a socket: pictures are drawn where they are asked for.
        log.warning("no process draws pictures for the others: %s", error)


if __name__ == "__main__":
    main(int(sys.argv[1]))

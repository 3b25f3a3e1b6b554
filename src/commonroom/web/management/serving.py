"""The server and a worker, begun together and stopped together."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from commonroom.errors import SaidToPeople

MANAGE = (sys.executable, "-m", "commonroom.web.manage")
#: Seconds that both are given to end, before they are killed.
PATIENCE = 30.0
#: Seconds between two looks at them.
LOOK = 0.2

Process = subprocess.Popen[bytes]


@dataclass(frozen=True)
class Server:
    """Where the site answers, and with how many.

    Few threads each: they share one interpreter, so that pages made at once all end late. A second answers
    while somebody on a slow line is still sending.
    """

    host: str
    port: int
    workers: int = 2
    threads: int = 2

    @property
    def address(self) -> str:
        """Where people find it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def command(self) -> tuple[str, ...]:
        """What is run."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        many = (f"--workers={self.workers}", f"--threads={self.threads}")
        where = ("-c", "python:commonroom.web.management.answering", "-b", f"{host}:{self.port}")
        return (sys.executable, "-m", "gunicorn", *where, *many)


def check_port(server: Server) -> None:
    """Raise SaidToPeople when somebody else answers at this port already, or nobody may."""
    family = socket.AF_INET6 if ":" in server.host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind((server.host, server.port))
    except OSError as error:
        raise SaidToPeople(
            f"the site cannot answer here ({error.strerror or error}).",
            where=f"{server.host}:{server.port}",
            remedy="Give another with --host and --port, or stop what uses it.",
        ) from None


def run(commands: Mapping[str, Sequence[str]], *, env: Mapping[str, str], ready: Callable[[], bool]) -> int:
    """Run all until told to stop, and return an exit code: 0 when told, 1 when the server ended by itself.

    Arguments: the `commands`: "server", which must not end, and others, which are begun again; their `env`;
    `ready` is asked again and again until it says yes.
    """
    begun: dict[str, Process] = {}
    wait = LOOK
    with _told_to_stop() as stop, contextlib.ExitStack() as ended:
        ended.callback(_end, begun)
        for name, command in commands.items():
            begun[name] = _begin(command, env)
        told = False
        while not stop.wait(wait):
            told = told or ready()
            if begun["server"].poll() is not None:
                print("commonroom: the server has ended by itself; see above.", file=sys.stderr)
                return 1
            wait = LOOK
            for name in [name for name, process in begun.items() if process.poll() is not None]:
                # Not at once: what ends at its beginning would be begun many times a second.
                wait = 2.0
                begun[name] = _begin(commands[name], env)
    return 0


def answers(server: Server) -> bool:
    """Say whether the server can be reached."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(server.host, server.host)  # noqa: S104 - only compared
    try:
        socket.create_connection((host, server.port), timeout=1).close()
    except OSError:
        return False
    return True


def _begin(command: Sequence[str], env: Mapping[str, str]) -> Process:
    # In a session of its own: Ctrl-C on the terminal is for us, who then stop each in its own way.
    return subprocess.Popen(command, env={**os.environ, **env}, start_new_session=True)  # noqa: S603 - of our own


def _end(begun: Mapping[str, Process]) -> None:
    for process in begun.values():
        process.terminate()
    end = time.monotonic() + PATIENCE
    for process in begun.values():
        try:
            process.wait(max(end - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def _told_to_stop() -> Iterator[threading.Event]:
    stop = threading.Event()

    def tell(signum: int, frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, tell) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

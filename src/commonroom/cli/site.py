"""`serve`, `work`, `backup`, `restore`, `invite`: the site, run from the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from commonroom import settings
from commonroom.cli import options
from commonroom.errors import SaidToPeople

#: What each extra brings that the site cannot do without.
WEB = ("django", "allauth", "csp", "django_tasks", "django_tasks_db", "gunicorn", "ninja", "whitenoise")
POSTGRES = ("psycopg",)

File = Annotated[Path, typer.Argument(metavar="FILE", help="The file of the backup.", show_default=False)]


def serve(
    evidence: options.Evidence = options.EVIDENCE,
    host: Annotated[str, typer.Option(metavar="ADDRESS", help="Address to answer at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="NUMBER", help="Port to answer at.", min=1, max=65535)] = 8000,
    workers: Annotated[int, typer.Option(metavar="NUMBER", help="Processes that answer.", min=1)] = 2,
    threads: Annotated[int, typer.Option(metavar="NUMBER", help="Threads of each.", min=1)] = 2,
    no_work: Annotated[
        bool, typer.Option("--no-work", help="No worker beside it: commonroom work runs elsewhere.")
    ] = False,
) -> None:
    """Serve the site of the evidence: make ready what it needs, then run its server and a worker."""
    words = (f"--host={host}", f"--port={port}", f"--workers={workers}", f"--threads={threads}")
    hand_over("serve", *words, *(("--no-work",) if no_work else ()), env=environment(evidence))


def work(evidence: options.Evidence = options.EVIDENCE) -> None:
    """Run the jobs of the site, and what it does regularly, until told to stop; several may run."""
    hand_over("work", env=environment(evidence))


def backup(file: File) -> None:
    """Write everything that people wrote into one file, while the site runs."""
    hand_over("backup", str(file))


def restore(
    file: File,
    replace: Annotated[bool, typer.Option("--replace", help="Replace all that is here.")] = False,
) -> None:
    """Put a backup into an empty site, whole or not at all, whatever database either is in."""
    hand_over("restore", str(file), *(("--replace",) if replace else ()))


def invite(
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Address of the person.", show_default=False)],
    role: Annotated[
        str, typer.Option(metavar="ROLE", help="What they are to the site: its administrator.")
    ] = "administrator",
) -> None:
    """Print the link for the first administrator of a new site, or a way back in for one who lost it."""
    if role != "administrator":
        raise SaidToPeople(
            "only the first administrator is invited from here.",
            where=role,
            remedy="Invite them first; they invite everybody else on the site.",
        )
    hand_over("invite", email)


def hand_over(*words: str, env: Mapping[str, str] | None = None) -> None:
    """Let the site's own program go on with a command, in the place of this one."""
    check_extras()
    sys.stdout.flush()
    sys.stderr.flush()
    command = (sys.executable, "-m", "commonroom.web.manage", *words)
    os.execve(sys.executable, command, dict(env or os.environ))  # noqa: S606 - of our own


def check_extras() -> None:
    """Raise SaidToPeople, with the command that mends it, when the site's packages are not installed."""
    extras: dict[str, tuple[str, ...]] = {"web": WEB}
    if settings.DATABASE.value:
        extras["postgres"] = POSTGRES
    if any(find_spec(name) is None for names in extras.values() for name in names):
        raise SaidToPeople(
            "the site's packages are not installed.", remedy=f"pip install 'commonroom[{','.join(extras)}]'"
        )


def environment(evidence: Path) -> dict[str, str]:
    """Return what the site's own program is told of: all that this one was, and the evidence."""
    return {**os.environ, settings.EVIDENCE.name: str(evidence)}

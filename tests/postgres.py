"""A PostgreSQL of our own: a server that only this machine's files lead to, gone after what it was for.

Usage: python tests/postgres.py COMMAND..., as in `python tests/postgres.py pytest tests/web`: runs the
command with DATABASE_URL set to a database of a new server. Where PostgreSQL is not installed it says so and
runs nothing; with COMMONROOM_REQUIRE_ALL set that is an error.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def find() -> Path | None:
    """The folder of PostgreSQL's own programs, which Debian keeps off the path; none where it is not."""
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if kept:
        return kept[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def serve(programs: Path, *, connections: int = 100) -> Iterator[str]:
    """The address of a new server, as long as it is inside."""
    # It refuses to be run by root.
    person = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="pg", ignore_cleanup_errors=True) as name:
        if person:
            shutil.chown(name, "postgres", "postgres")
        data = f"{name}/data"

        def run(*command: str) -> None:
            subprocess.run(command, check=True, cwd=name, stdout=subprocess.DEVNULL, **person)  # type: ignore[call-overload]

        run(str(programs / "initdb"), "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-sync")
        control = (str(programs / "pg_ctl"), "-D", data, "-w", "-s")
        settings = (
            f"-F -c listen_addresses='' -c unix_socket_directories='{name}' -c shared_buffers=32MB"
            f" -c max_connections={connections}"
        )
        run(*control, "-l", f"{name}/log", "-o", settings, "start")
        try:
            yield f"postgresql://postgres:secret@/postgres?host={name}"
        finally:
            run(*control, "-m", "immediate", "stop")


def main(command: list[str]) -> int:
    """Run a command beside a server, and return its exit code."""
    if not command:
        print(__doc__, file=sys.stderr)
        return 2
    programs = find()
    if programs is None:
        required = bool(os.environ.get("COMMONROOM_REQUIRE_ALL"))
        print(
            f"{'Needed' if required else 'Skipped'}: PostgreSQL for `{' '.join(command)}`.", file=sys.stderr
        )
        return int(required)
    with serve(programs) as address:
        return subprocess.run(command, check=False, env={**os.environ, "DATABASE_URL": address}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

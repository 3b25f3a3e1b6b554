"""What all tests share: one evidence folder built from the bundled data, and no network."""

from __future__ import annotations

import fcntl
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import hypothesis
import pytest

#: Names the folder where legs of one run make what all of them read.
SHARED = "MADE_FOR_ALL_LEGS"

# A test is never timed, and the examples of a commit are the same wherever it is tested.
hypothesis.settings.register_profile("project", deadline=None, derandomize=True)
hypothesis.settings.load_profile("project")


def missing(what: str) -> NoReturn:
    """Skip plainly, since a user's machine need not have every peer; fail where all is required, as in CI."""
    if os.environ.get("COMMONROOM_REQUIRE_ALL"):
        pytest.fail(f"{what} Here it is required.")
    pytest.skip(f"{what} .ci/run installs it.")


def need(program: str, why: str) -> str:
    """Path of a program of the machine, or `missing`."""
    return shutil.which(program) or missing(f"{program} is not installed ({why}).")


def need_r(*packages: str) -> None:
    """R with packages, to ask a peer again whose stored answers are compared in any case; or `missing`."""
    need("Rscript", "the peer is asked again; its stored answers were compared")
    asking = "; ".join(f"library({package})" for package in packages)
    if subprocess.run(["Rscript", "-e", asking], capture_output=True, check=False).returncode:
        missing(f"R lacks one of {', '.join(packages)} (their stored answers were compared).")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that opens a connection to another machine fails."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test reached for the network: {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


def made_once(name: str, make: Callable[[Path], object], factory: pytest.TempPathFactory) -> Path:
    """A folder that is made once: for all legs of a run (tests/legs.py), or for this run alone."""
    shared = os.environ.get(SHARED)
    folder = Path(shared) if shared else factory.mktemp(name)
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / name / "current").exists():
            make(folder / name)
    return folder / name


@pytest.fixture(scope="session")
def manchester(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An evidence folder of Greater Manchester, built once from the bundled data."""
    from commonroom import pipeline

    def make(folder: Path) -> None:
        pipeline.build(system="greater-manchester", folder=folder)

    return made_once("evidence", make, tmp_path_factory)


@pytest.fixture(scope="session")
def published(manchester: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of Greater Manchester as the site reads them, published once: for `settings.PAGES`."""
    from commonroom import pipeline

    return made_once("pages", lambda folder: pipeline.publish(manchester, folder), tmp_path_factory)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 kB, to see what happens when it is full; skipped where one may not be mounted.

    Not required in CI either: whether a machine lets root mount is nothing that an installer can mend.
    """
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("A small disk that fills up is mounted, which only root may, and not on every machine.")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)

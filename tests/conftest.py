"""What all tests share: one evidence folder built from the bundled data, and no network."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import hypothesis
import pytest

# A test is never timed, and the examples of a commit are the same wherever it is tested.
hypothesis.settings.register_profile("project", deadline=None, derandomize=True)
hypothesis.settings.load_profile("project")


def need(program: str, why: str) -> str:
    """Path of a program of the machine; without it skip plainly, or fail where all is required."""
    found = shutil.which(program)
    if found is None and os.environ.get("COMMONROOM_REQUIRE_ALL"):
        pytest.fail(f"{program} is not installed, and here it is required ({why}).")
    if found is None:
        pytest.skip(f"{program} is not installed ({why}); .ci/run installs it.")
    return found


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that opens a connection to another machine fails."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"a test reached for the network: {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def manchester(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An evidence folder of Greater Manchester, built once from the bundled data."""
    from commonroom import pipeline

    folder = tmp_path_factory.mktemp("manchester") / "evidence"
    pipeline.build(system="greater-manchester", folder=folder)
    return folder

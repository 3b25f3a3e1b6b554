"""`commonroom serve` as people run it: ready, answering, stopped, killed; and nothing is left running."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import closing
from multiprocessing.connection import Client
from pathlib import Path

import pytest

from commonroom import settings
from stores.sites import Site, kill, wait


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def ask(port: int, path: str) -> tuple[int, str]:
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
    except OSError:
        return 0, ""


def draws(site: Site) -> bool:
    """Whether the process that draws pictures can be asked."""
    try:
        Client(str(site.folder / "artist"), family="AF_UNIX").close()
    except OSError:
        return False
    return True


@pytest.fixture
def served(tmp_path: Path, manchester: Path, published: Path) -> Site:
    """A site of Greater Manchester whose pages are published already."""
    site = Site(tmp_path / "work")
    shutil.copytree(published, tmp_path / "work" / "pages")
    site.env[settings.EVIDENCE.name] = str(manchester)
    return site


def test_it_answers_and_leaves_nothing_behind(served: Site) -> None:
    port = free_port()
    commonroom = (sys.executable, "-m", "commonroom")
    words = ("serve", f"--port={port}", "--workers=2", "--threads=2")
    with served.running(*words, program=commonroom) as server:
        wait(lambda: ask(port, "/health")[0] == 200, 240)
        assert json.loads(ask(port, "/health")[1])["status"] == "ok"
        wait(lambda: f"Commonroom is at http://127.0.0.1:{port}/." in served.logs())
        wait(lambda: served.count("commonroom_worker") == 1)
        wait(lambda: draws(served))
        # Every process counts for all of them.
        for _ in range(30):
            ask(port, "/jobs/1/")
        assert 'view="/jobs/<int:pk>/",status="302"} 30' in ask(port, "/metrics")[1]
        taken = subprocess.run(
            [*commonroom, *words], env=served.env, capture_output=True, text=True, check=False
        )
        assert taken.returncode == 1
        assert "the site cannot answer here (Address already in use)." in taken.stderr
        assert taken.stderr.count("\n") == 1
        kill(server)
        wait(lambda: ask(port, "/health")[0] == 0)
        wait(lambda: served.count("commonroom_worker") == 0)
        wait(lambda: not draws(served))
    with served.running(*words, program=commonroom) as server:
        wait(lambda: ask(port, "/health")[0] == 200, 120)
        wait(lambda: served.count("commonroom_worker") == 1)
        server.send_signal(signal.SIGINT)
        assert server.wait(60) == 0
    assert ask(port, "/health")[0] == 0
    assert served.count("commonroom_worker") == 0
    wait(lambda: not draws(served))


def test_without_evidence_it_says_what_to_do(tmp_path: Path) -> None:
    site = Site(tmp_path / "work")
    said = site.run("serve", f"--port={free_port()}", code=1)
    assert "there is no evidence here. Build it: commonroom panel build" in said
    assert "Traceback" not in said


def test_the_database_s_address_is_checked(tmp_path: Path) -> None:
    site = Site(tmp_path / "work")
    said = site.run("backup", "a.zip", code=1, DATABASE_URL="mysql://x/y")
    assert "this is no address of a database that the site can use." in said
    assert said.count("\n") == 1
    said = site.run("migrate", code=1, DATABASE_URL=f"postgresql://me:hunter2@127.0.0.1:{free_port()}/x")
    assert said.startswith("commonroom: the database cannot be used (")
    assert "hunter2" not in said
    assert said.count("\n") == 1

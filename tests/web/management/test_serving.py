"""A server and a worker are begun together and stopped together."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import call_command
from pytest_django.fixtures import Settings

from commonroom.errors import SaidToPeople
from commonroom.web.management import serving
from commonroom.web.management.commands import serve
from commonroom.web.management.serving import Server

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")


def begun(file: Path, then: str = "") -> tuple[str, ...]:
    """A program that writes a line each time it begins."""
    return (sys.executable, "-c", f"open({str(file)!r}, 'a').write('begun\\n'); {then}")


def times(file: Path) -> int:
    return file.read_text().count("begun") if file.exists() else 0


def tell_when(so: Callable[[], bool], number: int = signal.SIGTERM) -> None:
    def send() -> None:
        end = time.monotonic() + 60
        while not so() and time.monotonic() < end:
            time.sleep(0.02)
        os.kill(os.getpid(), number)

    threading.Thread(target=send, daemon=True).start()


def test_both_run_until_told_to_stop(tmp_path: Path) -> None:
    asked: list[int] = []
    commands = {"server": SLEEP, "worker": begun(tmp_path / "worker", "import sys; sys.exit(3)")}
    # A worker that ends is begun again.
    tell_when(lambda: times(tmp_path / "worker") >= 2, signal.SIGINT)
    assert serving.run(commands, env={"A": "b"}, ready=lambda: bool(asked.append(1))) == 0
    assert asked


def test_a_server_that_ends_by_itself_ends_all(capsys: pytest.CaptureFixture[str]) -> None:
    commands = {"server": (sys.executable, "-c", ""), "worker": SLEEP}
    assert serving.run(commands, env={}, ready=lambda: False) == 1
    assert "the server has ended by itself" in capsys.readouterr().err


def test_what_does_not_stop_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "PATIENCE", 0.1)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    file = tmp_path / "deaf"
    tell_when(lambda: times(file) == 1)
    write = f"open({str(file)!r}, 'a').write('begun'); time.sleep(600)"
    assert serving.run({"server": (sys.executable, "-c", deaf + write)}, env={}, ready=lambda: True) == 0


def test_a_port_that_is_taken_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        server = Server("127.0.0.1", taken.getsockname()[1])
        assert not serving.answers(server)
        taken.listen()
        assert serving.answers(server)
        with pytest.raises(SaidToPeople, match="the site cannot answer here"):
            serving.check_port(server)
    serving.check_port(server)


def test_addresses() -> None:
    assert Server("::1", 8000).address == "http://[::1]:8000"
    assert Server("127.0.0.1", 8000).address == "http://127.0.0.1:8000"
    assert Server("::1", 8000, workers=3).command[-4:] == ("-b", "[::1]:8000", "--workers=3", "--threads=2")


@pytest.mark.parametrize("words", [(), ("--no-work",)])
def test_the_command(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: Any, settings: Settings
) -> None:
    settings.EXAMPLE = not words
    told: list[Any] = []
    known = iter([False, True])

    class Ended:
        returncode = 0

    def run(commands: Any, *, env: Any, ready: Callable[[], bool]) -> int:
        told.append((commands, env, ready(), ready()))
        return 0

    monkeypatch.delenv("COMMONROOM_ORIGIN", raising=False)
    monkeypatch.setattr(serving, "check_port", lambda server: None)
    monkeypatch.setattr(serving, "answers", lambda server: next(known))
    monkeypatch.setattr(serve.subprocess, "run", lambda *args, **more: Ended())
    monkeypatch.setattr(serving, "run", run)
    with pytest.raises(SystemExit) as ended:
        call_command("serve", "--port=8123", *words)
    assert ended.value.code == 0
    commands, env, *ready = told[0]
    assert set(commands) == ({"server"} if words else {"server", "worker"})
    assert env["COMMONROOM_ORIGIN"] == "http://127.0.0.1:8123"
    assert ready == [False, True]
    at, *door = capsys.readouterr().out.splitlines()
    assert at == "Commonroom is at http://127.0.0.1:8123/. Stop it with Ctrl-C."
    assert door == (
        [] if words else ["Its people are made up. Sign in as one of them at http://127.0.0.1:8123/example/."]
    )
    Ended.returncode = 1
    with pytest.raises(SystemExit) as ended:
        call_command("serve", *words)
    assert ended.value.code == 1


def test_who_serves_to_others_is_told_to_say_where(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def run(commands: Any, *, env: Any, ready: Callable[[], bool]) -> int:
        assert "COMMONROOM_ORIGIN" not in env
        return int(not ready())

    monkeypatch.delenv("COMMONROOM_ORIGIN", raising=False)
    monkeypatch.setattr(serving, "check_port", lambda server: None)
    monkeypatch.setattr(serving, "answers", lambda server: True)
    monkeypatch.setattr(serve.subprocess, "run", lambda *args, **more: SimpleNamespace(returncode=0))
    monkeypatch.setattr(serving, "run", run)
    with pytest.raises(SystemExit) as ended:
        call_command("serve", "--host=0.0.0.0")
    assert ended.value.code == 0
    assert "Others find it only where COMMONROOM_ORIGIN says that it is: set it." in capsys.readouterr().out

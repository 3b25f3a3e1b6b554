"""Pictures are drawn by one process for all; where it does not answer, whoever asks draws."""

from __future__ import annotations

import gc
import os
import runpy
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Client
from pathlib import Path
from typing import Any

import pytest

from commonroom import charts
from commonroom.web import drawing
from commonroom.web.management import answering, artist, parents

Begin = Callable[[], threading.Thread]


class EnoughError(Exception):
    """Ends an artist."""


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """What an artist was asked for; it has a place of its own, and this process draws in its own way."""
    monkeypatch.setattr(drawing, "place", lambda: str(tmp_path / "artist"))
    monkeypatch.setattr(drawing, "_asked_again_at", 0.0)
    monkeypatch.setattr(charts, "still", lambda specification: f"here: {specification}")
    return []


@pytest.fixture
def begin(drawn: list[str], tmp_path: Path) -> Begin:
    """Begin an artist, who draws in its own way and ends when it is told to."""

    def still(specification: str) -> str:
        drawn.append(specification)
        if specification == "end":
            raise EnoughError
        if specification == "slow":
            time.sleep(0.2)
        if specification == "bad":
            raise ValueError("no such mark")
        return f"there: {specification}"

    def serve() -> None:
        with pytest.raises(EnoughError):
            artist.serve(str(tmp_path / "artist"), still)

    def start() -> threading.Thread:
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        return thread

    return start


def wait_for(drawn: list[str], count: int) -> None:
    while len(drawn) < count:
        time.sleep(0.01)


def test_it_draws_for_whoever_asks(begin: Begin, drawn: list[str], tmp_path: Path) -> None:
    (tmp_path / "artist").touch()
    going = begin()
    wait_for(drawn, 1)
    assert drawn == [artist.FIRST]
    assert (tmp_path / "artist").stat().st_mode & 0o077 == 0
    assert drawing.still("one") == "there: one"
    # Somebody who asks for nothing, and what cannot be drawn, do not end it.
    Client(str(tmp_path / "artist"), family="AF_UNIX").close()
    assert drawing.still("bad") == "here: bad"
    assert drawing.still("two") == "there: two"
    assert drawing.still("end") == "here: end"
    going.join()
    assert drawing.still("three") == "here: three"


def test_who_says_nothing_holds_nobody_up_for_long(
    begin: Begin, drawn: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artist, "PATIENCE", 0.01)
    going = begin()
    wait_for(drawn, 1)
    with Client(str(tmp_path / "artist"), family="AF_UNIX"):
        assert drawing.still("one") == "there: one"
    drawing.still("end")
    going.join()


def test_whoever_has_waited_long_enough_draws(
    begin: Begin, drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    going = begin()
    wait_for(drawn, 1)
    with monkeypatch.context() as hurry:
        hurry.setattr(drawing, "PATIENCE", 0.01)
        assert drawing.still("slow") == "here: slow"
        # Who was silent is not asked again for a while.
        assert drawing.still("one") == "here: one"
    monkeypatch.setattr(drawing, "_asked_again_at", 0.0)
    drawing.still("end")
    going.join()


def test_a_second_one_waits_until_the_first_has_ended(
    begin: Begin, drawn: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(artist, "LATER", 0.01)
    first = begin()
    wait_for(drawn, 1)
    second = begin()
    time.sleep(0.05)
    assert drawn == [artist.FIRST]
    drawing.still("end")
    first.join()
    wait_for(drawn, 3)
    assert drawing.still("one") == "there: one"
    drawing.still("end")
    second.join()


def test_the_first_picture_is_one_that_can_be_drawn() -> None:
    assert charts.still(artist.FIRST).startswith("<svg")


def test_a_place_that_is_none_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ended: list[int] = []
    monkeypatch.setattr(parents, "end_with_parent", lambda *, parent: ended.append(parent))
    monkeypatch.setattr(drawing, "place", lambda: str(tmp_path / ("long" * 40)))
    monkeypatch.setattr(sys, "argv", ["artist", "17"])
    runpy.run_path(artist.__file__, run_name="__main__")
    assert ended == [17]
    assert "no process draws pictures for the others" in caplog.text


def test_the_server_begins_it_and_loads_what_pictures_are_made_with(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Any] = []
    monkeypatch.setattr(subprocess, "Popen", begun.append)
    try:
        answering.when_ready(None)
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
    assert begun[0][1:] == ("-m", "commonroom.web.management.artist", str(os.getpid()))
    loaded = threading.Event()
    monkeypatch.setattr(answering, "import_module", lambda name: loaded.set())
    answering.post_worker_init(None)
    assert loaded.wait(30)


def test_it_is_asked_for_in_the_work_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COMMONROOM_WORK", str(tmp_path))
    assert drawing.place() == str(tmp_path / "artist")

"""The site's commands hand over to the site's own program; doctor asks it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from commonroom import cli
from commonroom.cli import doctor, site
from commonroom.errors import SaidToPeople

Handed = list[tuple[tuple[str, ...], dict[str, str]]]


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> Handed:
    """What was handed over, instead of this process becoming it."""
    asked: Handed = []
    monkeypatch.setattr(os, "execve", lambda program, command, env: asked.append((command[3:], env)))
    return asked


@pytest.mark.parametrize(
    ("words", "command"),
    [
        ("serve", ("serve", "--host=127.0.0.1", "--port=8000", "--workers=2", "--threads=2")),
        (
            "serve --host 0.0.0.0 --port 80 --workers 3 --threads 1 --no-work",
            ("serve", "--host=0.0.0.0", "--port=80", "--workers=3", "--threads=1", "--no-work"),
        ),
        ("work", ("work",)),
        ("backup a.zip", ("backup", "a.zip")),
        ("restore a.zip", ("restore", "a.zip")),
        ("restore a.zip --replace", ("restore", "a.zip", "--replace")),
        ("invite first@example.org", ("invite", "first@example.org")),
    ],
)
def test_a_command_is_handed_over(words: str, command: tuple[str, ...], handed: Handed) -> None:
    ended = CliRunner().invoke(cli.app, words.split())
    assert ended.exit_code == 0, ended.output
    assert handed[0][0] == command


def test_the_evidence_is_told(handed: Handed) -> None:
    CliRunner().invoke(cli.app, ["serve", "--evidence", "there"])
    assert handed[0][1]["COMMONROOM_EVIDENCE"] == "there"


def test_others_are_invited_on_the_site(handed: Handed) -> None:
    ended = CliRunner().invoke(cli.app, ["invite", "head@example.org", "--role", "headteacher"])
    assert isinstance(ended.exception, SaidToPeople)
    assert not handed


@pytest.mark.parametrize(("database", "extras"), [("", "web"), ("postgresql://x/y", "web,postgres")])
def test_a_missing_extra_is_said_with_its_command(
    database: str, extras: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site, "find_spec", lambda name: None)
    monkeypatch.setenv("DATABASE_URL", database)
    with pytest.raises(SaidToPeople, match=rf"pip install 'commonroom\[{extras}\]'"):
        site.check_extras()


@pytest.fixture
def with_site(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine with a work folder."""
    monkeypatch.setenv("COMMONROOM_WORK", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", "")
    return tmp_path


def answer(monkeypatch: pytest.MonkeyPatch, **ended: Any) -> None:
    monkeypatch.setattr(subprocess, "run", lambda command, **more: SimpleNamespace(**ended))


def found(tmp_path: Path) -> list[tuple[str, str, str]]:
    return [(one.state, one.what, one.remedy) for one in doctor.examine_site(tmp_path)]


def test_where_there_is_no_site_nothing_is_asked(
    with_site: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("COMMONROOM_WORK", str(tmp_path / "none"))
    assert found(tmp_path) == []


def test_doctor_says_what_the_site_finds(with_site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = '[{"what": "All is well.", "state": "ok", "remedy": ""}]'
    answer(monkeypatch, returncode=0, stdout=told, stderr="")
    assert found(with_site) == [("ok", "All is well.", "")]
    answer(monkeypatch, returncode=1, stdout="", stderr="Traceback\ncommonroom: no.\n")
    assert found(with_site) == [("wrong", "The site cannot be looked at: commonroom: no.", "")]
    answer(monkeypatch, returncode=1, stdout="", stderr="")
    assert found(with_site)[0][1].endswith("it said nothing")
    monkeypatch.setattr(site, "find_spec", lambda name: None)
    assert found(with_site) == [
        ("wrong", "The site's packages are not installed.", "pip install 'commonroom[web]'")
    ]

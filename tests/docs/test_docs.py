"""The documentation cannot rot: its examples run, its links lead somewhere, its words are the code's."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commonroom import settings
from commonroom.cli import app, site

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.M | re.S)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def examples(path: Path) -> list[tuple[str, str]]:
    """Blocks of a page that are to run, in order."""
    found: list[tuple[str, str]] = BLOCK.findall(path.read_text(encoding="utf-8"))
    return [(kind, text) for kind, text in found if kind in ("python", "console")]


@pytest.mark.parametrize("path", [p for p in PAGES if examples(p)], ids=name)
def test_examples_run(path: Path, manchester: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python and commands of a page one after the other, in one folder with the demo's evidence in it."""
    (tmp_path / "evidence").symlink_to(manchester)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COMMONROOM_WORK", str(tmp_path / "work"))
    space: dict[str, object] = {}
    ran = 0
    with sites(monkeypatch):
        ran = run_all(path, space)
    assert ran or all("$ make" in text for _, text in examples(path))


def run_all(path: Path, space: dict[str, object]) -> int:
    """Run every block, and return how many lines and blocks ran."""
    ran = 0
    for kind, text in examples(path):
        if kind == "python":
            exec(compile(text, name(path), "exec"), space)
            ran += 1
            continue
        for line in re.findall(r"^\$ commonroom ((?:.*\\\n)*.*)$", text, re.M):
            said = line.replace("\\\n", " ")
            result = CliRunner().invoke(app, shlex.split(said, comments=True))
            assert result.exit_code == 0, f"{said}: {result.output} {result.exception!r}"
            ran += 1
    return ran


@contextlib.contextmanager
def sites(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Commands of the site run beside the test, whose place they would take; a server to the end."""
    served: list[subprocess.Popen[str]] = []

    def hand_over(*words: str, env: Mapping[str, str] | None = None) -> None:
        command = [sys.executable, "-m", "commonroom.web.manage", *words]
        given = {
            **(env or os.environ),
            "DJANGO_SETTINGS_MODULE": "commonroom.web.settings",
            "COVERAGE_PROCESS_START": "",
        }
        if words[0] != "serve":
            subprocess.run(command, env=given, check=True)
            return
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            command.append(f"--port={free.getsockname()[1]}")
        served.append(subprocess.Popen(command, env=given, stdout=subprocess.PIPE, text=True))
        assert served[-1].stdout is not None
        assert any("Stop it with Ctrl-C" in line for line in served[-1].stdout)

    monkeypatch.setattr(site, "hand_over", hand_over)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "commonroom.web.settings")
    try:
        yield
    finally:
        for server in served:
            server.terminate()
            server.communicate(timeout=60)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
        if not target.startswith("http"):
            assert (path.parent / target).exists(), f"{name(path)}: {target}"


def test_every_word_and_setting_is_documented() -> None:
    glossary = (ROOT / "GLOSSARY.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| ([a-z][\w -]+) \|", glossary, re.M)
    assert len(words) == len(set(words)) > 40
    reference = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "docs" / "reference").glob("*.md"))
    for setting in settings.SETTINGS:
        assert setting.name in reference, setting.name

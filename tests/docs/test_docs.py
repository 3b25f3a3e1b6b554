"""The documentation cannot rot: its examples run, its links lead somewhere, its words are the code's."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from commonroom import settings
from commonroom.cli import app

ROOT = Path(__file__).parents[2]
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.M | re.S)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def blocks(path: Path, language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(path.read_text(encoding="utf-8")) if kind == language]


@pytest.mark.parametrize("path", [p for p in PAGES if blocks(p, "python")], ids=name)
def test_python_examples_run(
    path: Path, manchester: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "evidence").symlink_to(manchester)
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {}
    for text in blocks(path, "python"):
        exec(compile(text, name(path), "exec"), space)


@pytest.mark.parametrize("path", [p for p in PAGES if blocks(p, "console")], ids=name)
def test_console_examples_run(
    path: Path, manchester: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "evidence").symlink_to(manchester)
    monkeypatch.chdir(tmp_path)
    ran = 0
    for text in blocks(path, "console"):
        for line in re.findall(r"^\$ commonroom (.+)$", text, re.M):
            result = CliRunner().invoke(app, shlex.split(line, comments=True))
            assert result.exit_code == 0, f"{line}: {result.output} {result.exception!r}"
            ran += 1
    assert ran or all("$ make" in text for text in blocks(path, "console"))


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

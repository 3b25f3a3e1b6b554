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


def examples(path: Path) -> list[tuple[str, str]]:
    """Blocks of a page that are to run, in order."""
    found: list[tuple[str, str]] = BLOCK.findall(path.read_text(encoding="utf-8"))
    return [(kind, text) for kind, text in found if kind in ("python", "console")]


@pytest.mark.parametrize("path", [p for p in PAGES if examples(p)], ids=name)
def test_examples_run(path: Path, manchester: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python and commands of a page one after the other, in one folder with the demo's evidence in it."""
    (tmp_path / "evidence").symlink_to(manchester)
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {}
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
    assert ran or all("$ make" in text for _, text in examples(path))


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

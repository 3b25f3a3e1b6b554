"""Every command and every word of it says what it means, and the page about them is current."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from commonroom.cli import app

ROOT = Path(__file__).parents[2]
REFERENCE = runpy.run_path(str(ROOT / "scripts/reference.py"))
COMMANDS = [(" ".join(words), command) for words, command in REFERENCE["walk"](get_command(app), ())]


@pytest.mark.parametrize("page", REFERENCE["PAGES"])
def test_the_page_is_current(page: str) -> None:
    written = (ROOT / "docs/reference" / page).read_text(encoding="utf-8")
    assert written == REFERENCE["PAGES"][page](), "Run: make docs"


def test_the_commands_are_the_words_of_the_design() -> None:
    assert {words for words, _ in COMMANDS} == {
        "demo", "doctor", "serve", "work", "backup", "restore", "invite", "panel build",
        "sources read", "sources suggest", "families find",
        "families group", "families judge", "value-added plan", "value-added sum", "value-added pool",
        "value-added estimate", "value-added test",
        "performance map", "performance gap", "performance floor", "partnerships propose",
        "partnerships decide", "partnerships explain", "impact plan", "impact evaluate", "impact findings",
        "narrative tell",
    }  # fmt: skip


@pytest.mark.parametrize(("words", "command"), COMMANDS, ids=[words for words, _ in COMMANDS])
def test_a_command_and_each_of_its_words_has_help(words: str, command: Any) -> None:
    assert command.help.endswith(".")
    for word in command.params:
        assert word.help, f"{words} {word.name}"
        assert word.metavar or word.is_flag, f"{words} {word.name}"


@pytest.mark.parametrize(("words", "command"), COMMANDS, ids=[words for words, _ in COMMANDS])
def test_a_command_that_reads_evidence_takes_the_folder(words: str, command: Any) -> None:
    options = {option for word in command.params for option in word.opts}
    before = words.startswith("sources") or words in (
        "value-added plan",
        "value-added sum",
        "value-added pool",
        "impact findings",
        "backup",
        "restore",
        "invite",
    )
    assert ("--evidence" in options) == (not before)

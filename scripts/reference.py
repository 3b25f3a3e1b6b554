"""Write docs/reference/command-line.md from the program itself.

Usage: python scripts/reference.py
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from commonroom.cli import app

TARGET = Path(__file__).parents[1] / "docs/reference/command-line.md"

START = """# The command line

This page is written by `python scripts/reference.py` from the program itself.

A command is a word and a verb. It exits with 0 when it is done, 1 when there is a problem (said in one
sentence on standard error), and 2 when its words are wrong. With `--format json` or `--format csv`, only
JSON or CSV goes to standard output, so that another program can read it. Long work shows a bar on a
terminal and plain lines elsewhere, on standard error.
"""


def walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command below `command`, with its words, in the order of `--help`."""
    if not hasattr(command, "commands"):
        yield words, command
        return
    for name, inner in command.commands.items():
        yield from walk(inner, (*words, name))


def describe(words: tuple[str, ...], command: Any) -> str:
    """One command as a section: usage, what it does, its arguments and options."""
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option"]
    usage = " ".join([*words, *(name(each) for each in arguments), *(["[OPTIONS]"] if options else [])])
    taken = (*arguments, *options)
    rows = [f"| `{escape(name(each))}` | {escape(each.help)} | {default(each)} |" for each in taken]
    table = "\n".join(["| Word | What it says | When left out |", "|---|---|---|", *rows])
    return f"## {' '.join(words)}\n\n{command.help}\n\n```\n{usage}\n```\n\n{table}\n"


def name(word: Any) -> str:
    """An argument or option as it is typed, with what it takes."""
    if word.param_type_name == "argument":
        return str(word.metavar)
    return " ".join(filter(None, [word.opts[0], word.metavar]))


def escape(text: str) -> str:
    """Text that can stand in a cell of a table."""
    return text.replace("|", "\\|")


def default(word: Any) -> str:
    """What is taken when the word is left out."""
    if word.required:
        return "must be given"
    value = getattr(word.default, "value", word.default)
    said = "" if value in (None, False) else f"`{value}`"
    return f"`${word.envvar}`, or {said}" if word.envvar else said


def write() -> str:
    """The whole page."""
    sections = (describe(words, command) for words, command in walk(get_command(app), ("commonroom",)))
    return "\n".join([START, *sections])


if __name__ == "__main__":
    TARGET.write_text(write(), encoding="utf-8")

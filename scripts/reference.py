"""Write the pages of docs/reference from the program itself and from what the benchmarks stored.

Usage: python scripts/reference.py
"""

from __future__ import annotations

import importlib
import pkgutil
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from commonroom import settings
from commonroom.cli import app
from commonroom.families import load_preset
from commonroom.panel import measures
from commonroom.partnerships import themes
from commonroom.tables import Table

FOLDER = Path(__file__).parents[1] / "docs/reference"
MEASURED = runpy.run_path(str(Path(__file__).with_name("measured.py")))
SITE = runpy.run_path(str(Path(__file__).with_name("site_pages.py")))

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
    """The page of the command line."""
    sections = (describe(words, command) for words, command in walk(get_command(app), ("commonroom",)))
    return "\n".join([START, *sections])


def settings_page() -> str:
    """Every setting: name, default, sentence."""
    rows = [f"| `{one.name}` | `{one.default}` | {one.sentence} |" for one in settings.SETTINGS]
    head = "# Settings\n\nWritten by `python scripts/reference.py`. Each is an environment variable.\n"
    return "\n".join([head, "| name | default | what it does |", "|---|---|---|", *rows, ""])


def tables_page() -> str:
    """Every table of the program, column by column."""
    import commonroom.tables as package

    parts = ["# Tables\n\nWritten by `python scripts/reference.py` from `commonroom.tables`.\n"]
    for found in sorted(module.name for module in pkgutil.iter_modules(package.__path__)):
        module = importlib.import_module(f"commonroom.tables.{found}")
        for table in (one for one in vars(module).values() if isinstance(one, Table)):
            keys = f" Key: {', '.join(table.keys)}." if table.keys else ""
            rows = [f"| {c.name} | {escape(c.meaning)} | {c.unit} |" for c in table.columns]
            parts += [
                f"## {table.name}\n\n{table.meaning}{keys}\n",
                "| column | meaning | unit |",
                "|---|---|---|",
            ]
            parts += [*rows, ""]
    return "\n".join(parts)


def definitions_page() -> str:
    """Every measure and preset that ships."""
    rows = [
        f"| {m.name} | {m.label} | {m.phase} | {m.group} | {m.unit} | {m.kind} | {m.low:g} to {m.high:g} |"
        for m in measures.load().values()
    ]
    presets = [load_preset(name) for name in settings.names("families")]
    shown = [
        f"| {p.name} | {p.label} | {p.phase} | {p.k} | {', '.join(v.name for v in p.variables)} | {p.date} |"
        for p in presets
    ]
    return "\n".join(
        [
            "# Definitions\n\nWritten by `python scripts/reference.py` from `definitions/`.\n\n## Measures\n",
            "| name | label | phase | group | unit | kind | range |", "|---|---|---|---|---|---|---|", *rows,
            "\n## Presets\n\nThe preset `learned` is made from data at each build; the evidence has its weights.\n",
            "| name | label | phase | k | criteria | date |", "|---|---|---|---|---|---|", *shown,
            *themes_of_help(), *what_it_goes_by(), "",
        ]
    )  # fmt: skip


def themes_of_help() -> list[str]:
    """Every theme, and what a strength or a need in it rests on."""
    found = themes.load()
    rows = [
        f"| {name} | {theme.label} | {rests(theme.primary)} | {rests(theme.secondary)} |"
        for name, theme in found.themes.items()
    ]
    sure = f"probability over {found.evidence.probability:g}, agreement of {found.evidence.agreement:g}"
    return [
        "\n## Themes\n",
        f"`themes.yaml`, {found.date}. A strength or a need is a claim of the figures ({sure}), or said.\n",
        "| name | label | primary | secondary |",
        "|---|---|---|---|",
        *rows,
    ]


def rests(basis: themes.Basis | None) -> str:
    """What a theme rests on in one phase."""
    if basis is None:
        return "no such theme"
    if basis.measure is None:
        return "only what schools say"
    also = f" (and not against {', '.join(basis.also)})" if basis.also else ""
    among = ""
    if basis.among:
        side = "fewest" if basis.among.fewest else "most"
        among = (
            f", among schools with the {side} {basis.among.variable} (percentile {basis.among.percentile:g})"
        )
    return f"{basis.measure}{also}{among}"


def what_it_goes_by() -> list[str]:
    """The definitions of a plan of partnerships and of an evaluation, as they are written."""
    shown = []
    for name, title in (("partnerships", "a plan of partnerships"), ("impact", "an evaluation")):
        text = (settings.DEFINITIONS / f"{name}.yaml").read_text(encoding="utf-8").rstrip()
        shown += [f"\n## What {title} goes by\n", f"`{name}.yaml`:\n", "```yaml", text, "```"]
    return shown


PAGES = {
    "command-line.md": write,
    "settings.md": settings_page,
    "tables.md": tables_page,
    "definitions.md": definitions_page,
    "measured.md": MEASURED["page"],
    "permissions.md": SITE["permissions_page"],
    "api.md": SITE["api_page"],
}


if __name__ == "__main__":
    for name_of, page in PAGES.items():
        (FOLDER / name_of).write_text(page(), encoding="utf-8")

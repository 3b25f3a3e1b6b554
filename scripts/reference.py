"""Write the pages of docs/reference from the program itself and from what the benchmarks stored.

Usage: python scripts/reference.py
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from commonroom import settings
from commonroom.cli import app
from commonroom.families import load_preset
from commonroom.panel import measures
from commonroom.tables import Table

FOLDER = Path(__file__).parents[1] / "docs/reference"

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
            "| name | label | phase | k | criteria | date |", "|---|---|---|---|---|---|", *shown, "",
        ]
    )  # fmt: skip


def measured_page() -> str:
    """What the benchmarks stored, beside what was asked."""
    speed, judged, forecast, demo = (
        json.loads((FOLDER / f"measured/{name}.json").read_text(encoding="utf-8"))
        for name in ("families_speed", "families_judge", "forecast", "demo")
    )
    parts = [
        "# What was measured\n\nWritten by `python scripts/reference.py` from what the scripts in `bench/` stored",
        "(`make bench`). The machine had two shared cores; ratios travel, seconds do not.\n",
        f"## Neighbours against scikit-learn (`{speed['script']}`, commit {speed['commit']})\n",
        "25,000 schools x 12 criteria, 50 exact neighbours, equal results; time as a share of brute force.\n",
        "| threads | search | whole `find` | asked |", "|---|---|---|---|",
    ]  # fmt: skip
    for threads in (1, 2):
        row = speed[f"threads_{threads}"]
        parts.append(
            f"| {threads} | {row['neighbours_ratio']:.2f} | {row['find_ratio']:.2f} | {row['ratio_asked']} |"
        )
    memory = speed["memory"]["gigabytes"], speed["memory_unknown"]["gigabytes"]
    parts += [
        f"\n100,000 schools: {memory[0]:.2f} GB, with a tenth unknown {memory[1]:.2f} GB (asked: under 1).\n",
        f"## Families on real data (`{judged['script']}`, commit {judged['commit']})\n",
        "| Attainment 8 of | schools | R2 | beside dfe-2026 | gap | reciprocity | most used | correlation |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for year in (2019, 2023):
        for group, verdict in judged[f"attainment8 {year}"]["verdict"].items():
            one = verdict["learned"]
            parts.append(
                f"| {year} | {group} | {one['r2']:.3f} | {one['r2'] - verdict['r2_dfe']:+.3f} "
                f"| {one['gap_mean']:.2f} | {one['reciprocity']:.2f} | {one['most_used']:.0f} | {one['correlation']:.3f} |"
            )
    parts += [
        "| asked | | | +.010 | .25 | .60 | 125 | .08 |",
        f"\n## A year left out (`{forecast['script']}`, commit {forecast['commit']})\n",
        "CRPS in standard deviations within the year; held-out authorities never chose a model.\n",
        "| measure | year | ours | asked | below regression | 50 / 80 / 95 % held | newcomers 95 % | held-out |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for measure in ("attainment8", "rwm_expected"):
        for row in forecast[measure]["judged"]:
            below = f"{100 * row['below_regression']:.1f} %" if "below_regression" in row else "no regression"
            held = " / ".join(f"{row[f'cover{level}']:.3f}" for level in (50, 80, 95))
            parts.append(
                f"| {measure} | {row['year']} | {row['crps']:.4f} | {row['asked']} | {below} | {held} "
                f"| {row['newcomers_cover95']:.2f} | {row['held-out']:.4f} |"
            )
    parts += [
        f"\n## The demo (`{demo['script']}`, commit {demo['commit']})\n",
        "| system | seconds | asked | GB | asked | report, MB |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for system, row in demo["systems"].items():
        parts.append(
            f"| {system} | {row['seconds']} | {row['seconds_asked']:g} | {row['gigabytes']} "
            f"| {row['gigabytes_asked']:g} | {row['report_megabytes']} |"
        )
    return "\n".join([*parts, ""])


PAGES = {
    "command-line.md": write,
    "settings.md": settings_page,
    "tables.md": tables_page,
    "definitions.md": definitions_page,
    "measured.md": measured_page,
}


if __name__ == "__main__":
    for name_of, page in PAGES.items():
        (FOLDER / name_of).write_text(page(), encoding="utf-8")

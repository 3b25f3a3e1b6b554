"""A released frame on the terminal: as a table, or alone on standard output as JSON or CSV."""

from __future__ import annotations

import json
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from commonroom.cli.options import Format

if TYPE_CHECKING:
    from commonroom.disclosure import Released

#: Wider than any table: where nobody reads it on a terminal, a row is one line.
ANY_WIDTH = 10_000

WITHHELD, MISSING = "withheld", "-"


def show(released: Released, *, format: Format) -> None:
    """Print one released frame; what is said about it goes with it, for CSV to standard error."""
    if format is Format.json:
        typer.echo(released.to_json())
    elif format is Format.csv:
        typer.echo(released.to_csv(), nl=False)
        typer.echo(_say(released), err=True)
    else:
        _show_table(released)
        typer.echo(_say(released))


def show_reading(counts: Released, problems: Released, *, format: Format) -> None:
    """Print what was recognised in files, and what was wrong in them.

    JSON is one object with both; CSV is the problems, with what was recognised on standard error.
    """
    if format is Format.json:
        both = {"recognised": json.loads(counts.to_json()), "problems": json.loads(problems.to_json())}
        typer.echo(json.dumps(both, ensure_ascii=False, indent=1))
        return
    if format is Format.csv:
        typer.echo(counts.to_csv(), nl=False, err=True)
        typer.echo(problems.to_csv(), nl=False)
        return
    _show_table(counts)
    if problems.rows():
        _show_table(problems)
    else:
        typer.echo("No problem was found.")


def _show_table(released: Released) -> None:
    rows = released.rows()
    withheld = _find_withheld(released)
    keys = [tuple(row[name] for name in released.rule.keys) for row in rows]
    table = Table(box=None, header_style="bold", pad_edge=False)
    columns = []
    for name in released.columns:
        values = [row[name] for row in rows]
        numbers = [value for value in values if isinstance(value, int | float)]
        table.add_column(name.replace("_", " "), justify="right" if numbers else "left", overflow="fold")
        whole = all(float(number).is_integer() for number in numbers)
        columns.append(
            [
                Text(WITHHELD, style="dim") if (key, name) in withheld else _write(value, whole=whole)
                for key, value in zip(keys, values, strict=True)
            ]
        )
    for cells in zip(*columns, strict=True):
        table.add_row(*cells)
    terminal = sys.stdout.isatty()
    Console(width=None if terminal else ANY_WIDTH, soft_wrap=not terminal).print(table)


def _find_withheld(released: Released) -> set[tuple[tuple[Any, ...], str]]:
    rows = released.withheld.to_dicts()
    return {(tuple(row[name] for name in released.rule.keys), row["column"]) for row in rows}


def _write(value: object, *, whole: bool) -> Text:
    """One cell. Text, not markup: a school's name may have brackets in it."""
    if value is None:
        return Text(MISSING, style="dim")
    if isinstance(value, bool):
        return Text("yes" if value else "no")
    if isinstance(value, float):
        return Text(_write_number(value, whole=whole))
    return Text(value.isoformat() if isinstance(value, date) else str(value))


def _write_number(value: float, *, whole: bool) -> str:
    """Two decimals; none for thousands; one significant digit for what would look like nothing."""
    if whole or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1g}" if 0 < abs(value) < 0.01 else f"{value:.2f}"


def _say(released: Released) -> str:
    origin = ", ".join(part for part in (released.source, released.date) if part)
    note = f"{released.note} Source: {origin.rstrip('.')}." if origin else released.note
    return "\n".join([*released.sentences, note])

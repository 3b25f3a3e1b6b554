"""How far long work is: a bar on a terminal, plain lines elsewhere, both on standard error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import typer

Report = Callable[[str, float], None]


@contextmanager
def show() -> Iterator[Report]:
    """Give a function to which work tells a sentence and the share done, from 0 to 1."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda sentence, share: typer.echo(f"{share:4.0%}  {sentence}", err=True)
        return
    columns = (
        BarColumn(),
        TextColumn("{task.percentage:3.0f}%"),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda sentence, share: bar.update(task, description=sentence, completed=share)

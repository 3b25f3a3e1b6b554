"""`sources`: what is in files, before anything is built from them."""

from pathlib import Path
from typing import Annotated

import typer

from commonroom.cli import options, printing
from commonroom.cli.options import Format

app = typer.Typer(name="sources", no_args_is_help=True, help="Files of figures, as downloaded.")


@app.command()
def read(
    files: Annotated[list[Path], typer.Argument(metavar="FILES...", help="Files or folders to read.")],
    format: options.FormatOf = Format.table,
) -> None:
    """Say what is recognised in files, and what is wrong in them; nothing is built."""
    from commonroom import pipeline

    counts, problems = pipeline.read(files)
    printing.show_reading(counts, problems, format=format)


@app.command()
def suggest(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A CSV, XLSX or Parquet table.")],
) -> None:
    """Print a first mapping file for a table by looking at it; correct it and pass it to `panel build`."""
    from commonroom import pipeline

    typer.echo(pipeline.suggest(file), nl=False)

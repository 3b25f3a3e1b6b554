"""Words on a command line: each command calls one thing and prints what may be shown.

Exit codes: 0 done, 1 a problem said to people, 2 wrong words.
"""

import sys
from typing import Annotated

import typer

import commonroom
from commonroom.cli import (
    demo,
    doctor,
    families,
    impact,
    narrative,
    panel,
    partnerships,
    performance,
    site,
    sources,
    value_added,
)
from commonroom.errors import SaidToPeople

__all__ = ["app", "main"]

app = typer.Typer(
    name="commonroom",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
for _word in (panel, sources, families, value_added, performance, partnerships, impact, narrative):
    app.add_typer(_word.app)
app.command("doctor")(doctor.doctor)
for _verb in (site.serve, site.work, site.backup, site.restore, site.invite):
    app.command(_verb.__name__)(_verb)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(commonroom.__version__)
        raise typer.Exit


@app.callback()
def start(
    version: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and stop."),
    ] = False,
) -> None:
    """See each school fairly beside schools like it, and say how sure we are."""


def main() -> None:
    """Run the command line and end the program with its exit code."""
    try:
        app(prog_name="commonroom")
    except SaidToPeople as error:
        typer.echo(f"commonroom: {error}", err=True)
        sys.exit(1)
    except OSError as error:
        # Without a file's name it is no problem that a person can mend: let it show where it is from.
        if error.filename is None:
            raise
        typer.echo(f"commonroom: {error.filename}: {error.strerror}.", err=True)
        sys.exit(1)

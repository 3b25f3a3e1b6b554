"""`value-added`: what a school adds, and how sure we are."""

from __future__ import annotations

from typing import Annotated

import typer

from commonroom.cli import options, printing
from commonroom.cli.options import Format

app = typer.Typer(name="value-added", no_args_is_help=True, help="What a school adds, and how sure we are.")


@app.command()
def estimate(
    measure: Annotated[
        str | None, typer.Option(metavar="MEASURE", help="Only this measure; all when left out.")
    ] = None,
    school: Annotated[str | None, typer.Option(metavar="SCHOOL", help=options.SCHOOL)] = None,
    evidence: options.Evidence = options.EVIDENCE,
    format: options.FormatOf = Format.table,
) -> None:
    """Say what each school adds and whether it improves, with intervals, beside its context."""
    from commonroom import pipeline

    printing.show(pipeline.estimate(evidence, measure=measure, school=school), format=format)


@app.command("test")
def left_out_year(
    evidence: options.Evidence = options.EVIDENCE, format: options.FormatOf = Format.table
) -> None:
    """Show how well each year was forecast from the years before it, beside simpler forecasts."""
    from commonroom import pipeline

    printing.show(pipeline.left_out_year(evidence), format=format)

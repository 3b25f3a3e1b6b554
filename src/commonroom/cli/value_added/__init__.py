"""`value-added`: what a school adds, and how sure we are."""

from pathlib import Path
from typing import Annotated

import typer

from commonroom.cli import options, printing
from commonroom.cli.options import Format
from commonroom.cli.value_added.estimating import estimate
from commonroom.cli.value_added.summing import plan, pool, sum_pupils

app = typer.Typer(name="value-added", no_args_is_help=True, help="What a school adds, and how sure we are.")
app.command("plan")(plan)
app.command("sum")(sum_pupils)
app.command("pool")(pool)
app.command("estimate")(estimate)


@app.command("test")
def left_out_year(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[SUMS]", help="Sums by year, with --years; the evidence when left out."),
    ] = None,
    years: Annotated[
        str, typer.Option(metavar="COLUMN", help="The --by column of the sums that is the year.")
    ] = "year",
    evidence: options.Evidence = options.EVIDENCE,
    format: options.FormatOf = Format.table,
) -> None:
    """Show how well a year was forecast from the years before it, beside simpler forecasts."""
    from commonroom import pipeline

    found = pipeline.left_out_year(evidence) if file is None else pipeline.foresee(file, years=years)
    printing.show(found, format=format)

"""`value-added`: what a school adds, and how sure we are."""

from __future__ import annotations

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
    evidence: options.Evidence = options.EVIDENCE, format: options.FormatOf = Format.table
) -> None:
    """Show how well each year was forecast from the years before it, beside simpler forecasts."""
    from commonroom import pipeline

    printing.show(pipeline.left_out_year(evidence), format=format)

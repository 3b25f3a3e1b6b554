"""`performance`: attainment by improvement, the gap and the floor."""

import typer

from commonroom.cli import options, printing
from commonroom.cli.options import Format

app = typer.Typer(name="performance", no_args_is_help=True, help="Attainment by improvement, gap and floor.")


@app.command("map")
def map_(
    phase: options.PhaseOf = None,
    evidence: options.Evidence = options.EVIDENCE,
    format: options.FormatOf = Format.table,
) -> None:
    """Place each school by attainment and improvement, and say how sure its place is."""
    from commonroom import pipeline

    printing.show(pipeline.map(evidence, phase=phase), format=format)


@app.command()
def gap(evidence: options.Evidence = options.EVIDENCE, format: options.FormatOf = Format.table) -> None:
    """Show the gap between disadvantaged and other pupils, where the data have both."""
    from commonroom import pipeline

    printing.show(pipeline.gap(evidence), format=format)


@app.command()
def floor(evidence: options.Evidence = options.EVIDENCE, format: options.FormatOf = Format.table) -> None:
    """Count schools below the floor, in the years when there was one and now."""
    from commonroom import pipeline

    printing.show(pipeline.floor(evidence), format=format)

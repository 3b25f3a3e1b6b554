"""`demo`: evidence and report for Greater Manchester, from the figures that come with the program."""

from pathlib import Path
from typing import Annotated

import typer

from commonroom.cli import options, progress


def demo(
    system: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="The school system: its name, or a YAML file.")
    ] = "greater-manchester",
    evidence: options.Evidence = options.EVIDENCE,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the report is written.")] = Path(
        "report/report.html"
    ),
) -> None:
    """Build evidence for a system (Greater Manchester) from the bundled figures, and write its report."""
    from commonroom import pipeline

    with progress.show() as report:
        summary = pipeline.demo(evidence, out, system=system, report=report)
    for sentence in summary.sentences:
        typer.echo(sentence)
    typer.echo(f"The report is {summary.report}: open it in a browser.")

"""`demo`: evidence and report for Greater Manchester, from the figures that come with the program."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commonroom.cli import options, progress


def demo(
    evidence: options.Evidence = options.EVIDENCE,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the report is written.")] = Path(
        "report/greater-manchester.html"
    ),
) -> None:
    """Build evidence for Greater Manchester from the bundled figures, and write its report."""
    from commonroom import pipeline

    with progress.show() as report:
        summary = pipeline.demo(evidence, out, report=report)
    for sentence in summary.sentences:
        typer.echo(sentence)
    typer.echo(f"The report is {summary.report}: open it in a browser.")

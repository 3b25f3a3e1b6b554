"""`panel build`: from a source to evidence."""

from pathlib import Path
from typing import Annotated

import typer

from commonroom.cli import options, progress

app = typer.Typer(
    name="panel", no_args_is_help=True, help="Schools, years and measures: the evidence itself."
)


@app.callback()
def start() -> None:
    """Schools, years and measures: the evidence itself."""


@app.command()
def build(
    system: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE", help="The school system: its name, or a YAML file that defines one."
        ),
    ] = "greater-manchester",
    source: Annotated[
        str, typer.Option(metavar="bundled|FOLDER|FILE", help="Where the figures are from.")
    ] = "bundled",
    mapping: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="What the columns of a table mean; `sources suggest` writes a first one."
        ),
    ] = None,
    usable_only: Annotated[
        bool,
        typer.Option(
            "--usable-only",
            help="Go on with the figures that can be used when some cannot; the others are counted.",
        ),
    ] = False,
    pupils: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Estimates from pupils' own results, as `value-added estimate --out` writes."
        ),
    ] = None,
    evidence: options.Evidence = options.EVIDENCE,
) -> None:
    """Build the evidence of a school system, and put it in force when it is whole."""
    from commonroom import pipeline

    with progress.show() as report:
        given = pipeline.Source(source, mapping=mapping, usable_only=usable_only, pupils=pupils)
        built = pipeline.build(source=given, system=system, folder=evidence, report=report)
    told = built.manifest
    typer.echo(f"Evidence {built.version} of {told.system} from {told.source} is in force in {evidence}.")
    for why, figures in told.left_out.items():
        typer.echo(f"Left out: {figures:,} figures, {why}.")
    typer.echo(f"Problems found in the data: {told.problems:,}.")
    for sentence in told.sentences:
        typer.echo(sentence)

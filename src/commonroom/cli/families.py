"""`families`: schools alike enough to learn together."""

from typing import Annotated

import typer

from commonroom.cli import options, printing
from commonroom.cli.options import Format

app = typer.Typer(name="families", no_args_is_help=True, help="Schools alike enough to learn together.")


@app.command()
def find(
    school: Annotated[str, typer.Argument(metavar="SCHOOL", help=options.SCHOOL)],
    preset: options.Preset = None,
    k: Annotated[
        int, typer.Option("--k", metavar="NUMBER", min=1, max=500, help="How many schools to show.")
    ] = 50,
    phase: options.PhaseOf = None,
    evidence: options.Evidence = options.EVIDENCE,
    format: options.FormatOf = Format.table,
) -> None:
    """List the schools most like one school, how near each is, and where it stands under every preset."""
    from commonroom import pipeline

    printing.show(pipeline.find(evidence, school=school, preset=preset, k=k, phase=phase), format=format)


@app.command()
def group(
    preset: options.Preset = None,
    phase: options.PhaseOf = None,
    evidence: options.Evidence = options.EVIDENCE,
    format: options.FormatOf = Format.table,
) -> None:
    """List the stable families that the schools of the system are divided into."""
    from commonroom import pipeline

    printing.show(pipeline.group(evidence, preset=preset, phase=phase), format=format)


@app.command()
def judge(evidence: options.Evidence = options.EVIDENCE, format: options.FormatOf = Format.table) -> None:
    """Judge every definition of alike against the others on authorities it has not seen."""
    from commonroom import pipeline

    printing.show(pipeline.judge(evidence), format=format)

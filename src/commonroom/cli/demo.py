"""`demo`: evidence, report and site for Greater Manchester, from the figures that come with the program."""

from pathlib import Path
from typing import Annotated

import typer

from commonroom import settings
from commonroom.cli import options, progress, site

#: Where the made-up people's work is: never in the folder of a real site.
WORK = "work-example"


def demo(
    system: Annotated[
        str, typer.Option(metavar="NAME|FILE", help="The school system: its name, or a YAML file.")
    ] = "greater-manchester",
    evidence: options.Evidence = options.EVIDENCE,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the report is written.")] = Path(
        "report/report.html"
    ),
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop when the report is written.")] = False,
    port: Annotated[
        int, typer.Option(metavar="NUMBER", help="Port that the site answers at.", min=1, max=65535)
    ] = 8000,
) -> None:
    """Build a system's evidence (Greater Manchester) from the bundled figures, report, and serve the site."""
    from commonroom import pipeline

    if not no_serve:
        site.check_extras()
    with progress.show() as report:
        summary = pipeline.demo(evidence, out, system=system, report=report)
    for sentence in summary.sentences:
        typer.echo(sentence)
    typer.echo(f"The report is {summary.report}: open it in a browser.")
    if not no_serve:
        site.hand_over("serve", f"--port={port}", env=environment(evidence))


def environment(evidence: Path) -> dict[str, str]:
    """Return what the site's own program is told of: the evidence, and that all its people are made up."""
    given = site.environment(evidence)
    work = {settings.WORK.name: given.get(settings.WORK.name, WORK)}
    return {**given, **work, settings.EXAMPLE.name: "1", settings.DATABASE.name: ""}

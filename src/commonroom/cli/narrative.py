"""`narrative tell`: the story of a system as a page."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from commonroom.cli import options


class Page(StrEnum):
    """What a story can be written as."""

    html = "html"


#: Languages a story is told in.
Language = Literal["en", "cy"]

app = typer.Typer(name="narrative", no_args_is_help=True, help="The story in plain words.")


@app.callback()
def start() -> None:
    """The story in plain words."""


@app.command()
def tell(
    format: Annotated[Page, typer.Option(metavar="html", help="What to write.")] = Page.html,
    language: Annotated[Language, typer.Option(metavar="en|cy", help="English or Welsh.")] = "en",
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where it is written.")] = Path(
        "report/report.html"
    ),
    findings: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Findings of impact to tell of (impact findings --out FILE)."),
    ] = None,
    evidence: options.Evidence = options.EVIDENCE,
) -> None:
    """Write the report of the evidence as one page that needs no network."""
    from commonroom import pipeline

    typer.echo(pipeline.tell(evidence, language=language, out=out, findings=findings))

"""`partnerships`: who could help whom with what, and what people decide of it."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from commonroom.cli import options, printing, progress
from commonroom.cli.options import Format

app = typer.Typer(name="partnerships", no_args_is_help=True, help="Who could help whom with what.")

Language = Literal["en", "cy"]
Way = Literal["best", "greedy", "stable"]
Folder = Annotated[
    Path,
    typer.Option(
        "--out", metavar="FOLDER", help="The folder of the plan; the last plan and decisions in it count."
    ),
]
FOLDER = Path("partnerships")
Definition = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="What the plan goes by, like definitions/partnerships.yaml."),
]
Themes = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="What schools can help each other with, like definitions/themes.yaml."),
]
Said = Annotated[
    Path | None, typer.Option(metavar="FILE", help="What schools say of themselves: offers and requests.")
]
Trusts = Annotated[Path | None, typer.Option(metavar="FILE", help="Which trust each school belongs to.")]
Minutes = Annotated[Path | None, typer.Option(metavar="FILE", help="Travel times between schools.")]
LanguageOf = Annotated[Language, typer.Option("--language", metavar="en|cy", help="English or Welsh.")]


Date = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%d"],
        metavar="YYYY-MM-DD",
        help="The date of the plan, or of decisions without one; today when left out.",
    ),
]


@app.command()
def propose(
    phase: options.PhaseOf = None,
    definition: Definition = None,
    themes: Themes = None,
    said: Said = None,
    capacities: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Days that schools, trusts, authorities and system leaders have."),
    ] = None,
    trusts: Trusts = None,
    ties: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Schools that work, or worked, together.")
    ] = None,
    minutes: Minutes = None,
    findings: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Findings of impact (impact findings --out FILE), in the place of the guess."
        ),
    ] = None,
    greedy: Annotated[
        bool, typer.Option("--greedy", help="Take the largest gain first, as a broker with a list would.")
    ] = False,
    stable: Annotated[
        bool,
        typer.Option("--stable", help="No two schools would both rather work with each other."),
    ] = False,
    threes: Annotated[
        bool, typer.Option("--threes", help="Two receivers may learn together from one provider.")
    ] = False,
    redraws: Annotated[
        int,
        typer.Option(
            metavar="NUMBER",
            min=0,
            max=10_000,
            help="How often gains are redrawn (a nation takes minutes); 0: never.",
        ),
    ] = 200,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Seed of the redraws.")] = 0,
    date: Date = None,
    language: LanguageOf = "en",
    pages: Annotated[
        bool, typer.Option("--pages/--no-pages", help="Write a page to print for each school.")
    ] = True,
    out: Folder = FOLDER,
    evidence: options.Evidence = options.EVIDENCE,
    format: options.FormatOf = Format.table,
) -> None:
    """Propose partnerships, and write the plan, its map and a page for each school."""
    from commonroom import pipeline

    if greedy and stable:
        raise typer.BadParameter("a plan is greedy or stable, not both")
    way: Way = "greedy" if greedy else "stable" if stable else "best"
    files = pipeline.Files(said=said, capacities=capacities, trusts=trusts, ties=ties, minutes=minutes)
    asked = pipeline.Asked(
        files, definition=definition, themes=themes, phase=phase and phase.value, findings=findings
    )
    day = (date or datetime.now()).date()
    terms = pipeline.Terms(day, way=way, compare=True, threes=threes, redraws=redraws, seed=seed)
    brief = format is Format.table
    written = pipeline.Written(out, language=language, pages=pages, brief=brief)
    with progress.show() as report:
        told = pipeline.propose(evidence, asked=asked, terms=terms, written=written, report=report)
    printing.show(told, format=format)


@app.command()
def decide(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="What schools decided: accept, decline, pause or later.")
    ],
    date: Date = None,
    out: Folder = FOLDER,
    evidence: options.Evidence = options.EVIDENCE,
    format: options.FormatOf = Format.table,
) -> None:
    """Record what schools decided of a plan; the next plan keeps to it."""
    from commonroom import pipeline

    day = (date or datetime.now()).date()
    printing.show(pipeline.decide(out, file, evidence=evidence, date=day), format=format)


@app.command()
def explain(
    school: Annotated[str, typer.Argument(metavar="SCHOOL", help=options.SCHOOL)],
    phase: options.PhaseOf = None,
    definition: Definition = None,
    themes: Themes = None,
    said: Said = None,
    trusts: Trusts = None,
    minutes: Minutes = None,
    evidence: options.Evidence = options.EVIDENCE,
    format: options.FormatOf = Format.table,
) -> None:
    """Show what a school needs and who could help, with every factor of the expected gain."""
    from commonroom import pipeline

    files = pipeline.Files(said=said, trusts=trusts, minutes=minutes)
    asked = pipeline.Asked(files, definition=definition, themes=themes, phase=phase and phase.value)
    printing.show(pipeline.explain(evidence, school=school, asked=asked), format=format)

"""`impact`: did it help, compared with whom, and how sure is that."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from commonroom.cli import options, printing, progress
from commonroom.cli.options import Format

app = typer.Typer(name="impact", no_args_is_help=True, help="Did it help, and compared with what.")

Language = Literal["en", "cy"]
Design = Literal["matched", "reg", "ipw", "dr", "synthetic", "sdid"]
Cluster = Literal["partnership", "trust", "authority", "school"]
Role = Literal["receiver", "provider"]

EVENTS = (
    "Who took part, since when: a table with columns school and start (and perhaps role, partnership, "
    "ended, theme, practice), decisions about proposals, or the folder of a plan of partnerships."
)
Outcome = Annotated[
    str | None,
    typer.Option(
        metavar="MEASURE", help="What should have changed: a measure; with :gap behind it, its gap."
    ),
]
Window = Annotated[
    str | None,
    typer.Option(metavar="FIRST-LAST", help="Years of the outcome that count, such as 2023-2025."),
]
RoleOf = Annotated[
    Role | None,
    typer.Option("--role", metavar="receiver|provider", help="Only this part; all when left out."),
]
DesignOf = Annotated[
    Design | None,
    typer.Option(
        "--design",
        metavar="matched|reg|ipw|dr|synthetic|sdid",
        help="How it is compared: beside matched schools; beside all; or as one unit beside a mix.",
    ),
]
ClusterOf = Annotated[
    Cluster | None,
    typer.Option("--cluster", metavar="partnership|trust|authority|school", help="What was chosen as one."),
]
Smallest = Annotated[
    float | None,
    typer.Option(metavar="SD", help="The smallest effect that matters, in standard deviations of schools."),
]
Name = Annotated[str | None, typer.Option(metavar="TEXT", help="What the work is called.")]
Definition = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="What the evaluation goes by, like definitions/impact.yaml."),
]
Trusts = Annotated[Path | None, typer.Option(metavar="FILE", help="Which trust each school belongs to.")]
Ties = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Schools that work, or worked, together: no comparison.")
]
UsableOnly = Annotated[
    bool, typer.Option("--usable-only", help="Leave out rows in which something is to be mended, and say so.")
]
Seed = Annotated[int, typer.Option(metavar="NUMBER", help="Seed of all draws.")]
Date = Annotated[
    datetime | None,
    typer.Option(formats=["%Y-%m-%d"], metavar="YYYY-MM-DD", help="The date; today when left out."),
]
LanguageOf = Annotated[Language, typer.Option("--language", metavar="en|cy", help="English or Welsh.")]
Folder = Annotated[
    Path, typer.Option("--out", metavar="FOLDER", help="The folder of the plan and its evaluation.")
]
FOLDER = Path("impact")


@app.command()
def plan(
    events: Annotated[Path, typer.Argument(metavar="EVENTS", help=EVENTS)],
    outcome: Outcome = None,
    phase: options.PhaseOf = None,
    window: Window = None,
    role: RoleOf = None,
    design: DesignOf = None,
    cluster: ClusterOf = None,
    smallest: Smallest = None,
    name: Name = None,
    question: Annotated[str, typer.Option(metavar="TEXT", help="The question, in your own words.")] = "",
    failure: Annotated[str, typer.Option(metavar="TEXT", help="What would count as failure.")] = "",
    definition: Definition = None,
    trusts: Trusts = None,
    ties: Ties = None,
    usable_only: UsableOnly = False,
    seed: Seed = 0,
    date: Date = None,
    language: LanguageOf = "en",
    out: Folder = FOLDER,
    evidence: options.Evidence = options.EVIDENCE,
    format: options.FormatOf = Format.table,
) -> None:
    """Write down what will be asked before the results are there, and what the design could see."""
    from commonroom import pipeline

    asked = pipeline.Question(
        outcome=outcome,
        phase=phase and phase.value,
        window=_years(window),
        role=role,
        design=design,
        cluster=cluster,
        smallest=smallest,
        name=name,
        question=question,
        failure=failure,
        definition=definition,
        trusts=trusts,
        ties=ties,
        usable_only=usable_only,
    )
    kept = pipeline.Kept(out, (date or datetime.now()).date(), seed=seed, language=language)
    with progress.show() as report:
        told = pipeline.plan_impact(evidence, events, question=asked, kept=kept, report=report)
    printing.show(told, format=format)


@app.command()
def evaluate(
    events: Annotated[
        Path | None, typer.Argument(metavar="EVENTS", help=f"{EVENTS} As planned when left out.")
    ] = None,
    outcome: Outcome = None,
    phase: options.PhaseOf = None,
    window: Window = None,
    role: RoleOf = None,
    design: DesignOf = None,
    cluster: ClusterOf = None,
    smallest: Smallest = None,
    name: Name = None,
    why: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=REASON", help="Why something was done otherwise than planned."),
    ] = None,
    definition: Definition = None,
    trusts: Trusts = None,
    ties: Ties = None,
    usable_only: UsableOnly = False,
    seed: Seed = 0,
    date: Date = None,
    language: LanguageOf = "en",
    out: Folder = FOLDER,
    evidence: options.Evidence = options.EVIDENCE,
    format: options.FormatOf = Format.table,
) -> None:
    """Judge whether it helped, beside schools on the same path, and say how sure that is."""
    from commonroom import pipeline

    asked = pipeline.Question(
        outcome=outcome,
        phase=phase and phase.value,
        window=_years(window),
        role=role,
        design=design,
        cluster=cluster,
        smallest=smallest,
        name=name,
        definition=definition,
        trusts=trusts,
        ties=ties,
        usable_only=usable_only,
    )
    reasons = _reasons(why or [])
    kept = pipeline.Kept(out, (date or datetime.now()).date(), seed=seed, language=language, why=reasons)
    with progress.show() as report:
        told = pipeline.evaluate(evidence, events, question=asked, kept=kept, report=report)
    printing.show(told, format=format)


@app.command()
def findings(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FOLDER]...", help="Folders of evaluations, or files of findings."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="A file of findings that they are added to.")
    ] = None,
    format: options.FormatOf = Format.table,
) -> None:
    """Show each result as one row, and bring those of several evaluations together."""
    from commonroom import pipeline

    printing.show(pipeline.collect(paths or [FOLDER], out=out), format=format)


def _years(window: str | None) -> tuple[int, int] | None:
    """First and last year of a window."""
    if window is None:
        return None
    parts = window.split("-")
    try:
        first, last = int(parts[0]), int(parts[-1])
    except ValueError:
        raise typer.BadParameter("give years, such as 2025 or 2023-2025", param_hint="--window") from None
    if len(parts) > 2:
        raise typer.BadParameter("give the first and the last year alone", param_hint="--window")
    return first, last


def _reasons(given: list[str]) -> dict[str, str]:
    """Reasons by field."""
    split = [one.partition("=") for one in given]
    if any(not reason for _, _, reason in split):
        raise typer.BadParameter(
            "give a field and a reason, such as window='2025 is not published'", param_hint="--why"
        )
    return {field.strip(): reason.strip() for field, _, reason in split}

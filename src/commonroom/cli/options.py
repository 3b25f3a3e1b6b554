"""Options that several commands take, so that one word means one thing everywhere."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commonroom import settings


class Phase(StrEnum):
    """Phases of schooling that can be chosen."""

    primary = "primary"
    secondary = "secondary"


class Format(StrEnum):
    """How a frame is printed."""

    table = "table"
    json = "json"
    csv = "csv"


Evidence = Annotated[
    Path,
    typer.Option(
        "--evidence", metavar="FOLDER", envvar=settings.EVIDENCE.name, help=settings.EVIDENCE.sentence
    ),
]
EVIDENCE = Path(settings.EVIDENCE.default)

FormatOf = Annotated[Format, typer.Option("--format", metavar="table|json|csv", help="How to print.")]
PhaseOf = Annotated[
    Phase | None,
    typer.Option("--phase", metavar="primary|secondary", help="Only this phase; all when left out."),
]
Preset = Annotated[
    str | None,
    typer.Option(
        metavar="NAME|FILE",
        help="What alike means: a preset by name, or a YAML file. The phase's own when left out.",
    ),
]

SCHOOL = "A school: its number, its name or a part of it, spelled more or less right."

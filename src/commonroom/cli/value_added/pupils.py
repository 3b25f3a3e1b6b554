"""Options that say which pupils are summed, and what of them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commonroom.errors import SaidToPeople

if TYPE_CHECKING:
    from commonroom.tables.sums import Plan


class Engine(StrEnum):
    """What runs the statement."""

    duckdb = "duckdb"
    spark = "spark"


class Small(StrEnum):
    """What becomes of schools with few pupils before sums are written."""

    withhold = "withhold"
    merge = "merge"
    keep = "keep"


Pupils = Annotated[
    str,
    typer.Argument(
        metavar="PUPILS",
        help="Pupils' records: a Parquet or CSV file, a folder of them, a DuckDB file or a postgresql:// "
        "address (with --table).",
    ),
]
PlanFile = Annotated[
    Path | None,
    typer.Option(
        "--plan", metavar="FILE", help="A plan, as `value-added plan` writes it, instead of the columns."
    ),
]
School = Annotated[str, typer.Option("--school", metavar="COLUMN", help="Column with the school.")]
Outcome = Annotated[str, typer.Option(metavar="COLUMN", help="Column with what pupils reached.")]
Intake = Annotated[
    str, typer.Option(metavar="COLUMNS", help="Columns with where pupils started, with commas between.")
]
Weight = Annotated[str, typer.Option(metavar="COLUMN", help="Column with the weight of a pupil.")]
By = Annotated[
    str, typer.Option(metavar="COLUMNS", help="Columns by which sums are kept apart within a school.")
]
Centre = Annotated[
    list[str] | None,
    typer.Option(
        metavar="COLUMN=NUMBER", help="A round number near the middle of a column; chosen when left out."
    ),
]
Meaning = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN=TEXT", help="What a column is; files whose meanings differ are not pooled."),
]
Exact = Annotated[
    bool, typer.Option("--exact", help="Sum in fixed point: the same to the last bit wherever it is run.")
]
EngineOf = Annotated[Engine, typer.Option("--engine", metavar="duckdb|spark", help="What runs the sums.")]
Master = Annotated[
    str, typer.Option(metavar="URL", help="The cluster, with --engine spark: local[*], or spark://host:7077.")
]
TableOf = Annotated[str, typer.Option("--table", metavar="NAME", help="Table of a database.")]
Missing = Annotated[
    str, typer.Option(metavar="CODES", help="Texts that mean `no figure`, with commas between.")
]
SmallOf = Annotated[
    Small,
    typer.Option(
        "--small",
        metavar="withhold|merge|keep",
        help="What becomes of schools under the limit; keep only what stays where the pupils are.",
    ),
]
Limit = Annotated[int, typer.Option(min=1, metavar="NUMBER", help="Fewest pupils that sums may be about.")]
Groups = Annotated[
    bool,
    typer.Option("--small-groups", help="Treat a school with few pupils in a 0/1 column as small too."),
]


def split(names: str) -> tuple[str, ...]:
    """Names with commas between, as a tuple."""
    return tuple(name.strip() for name in names.split(",") if name.strip())


def pairs(given: list[str] | None, *, option: str) -> dict[str, str]:
    """`COLUMN=VALUE` texts as a dictionary; raises SaidToPeople for one that is not of this form."""
    found = {}
    for one in given or []:
        column, mark, value = one.partition("=")
        if not mark or not column.strip() or not value.strip():
            raise SaidToPeople(
                f"{one!r} is not of the form COLUMN=VALUE.", where=option, remedy="Write score=50, say."
            )
        found[column.strip()] = value.strip()
    return found


def centres(given: list[str] | None) -> dict[str, float]:
    """Centres by column; raises SaidToPeople for one that is no number."""
    found = {}
    for column, value in pairs(given, option="--centre").items():
        try:
            found[column] = float(value)
        except ValueError:
            raise SaidToPeople(
                f"the centre of {column} is no number: {value!r}.",
                where="--centre",
                remedy="Write score=50, say.",
            ) from None
    return found


def plan_of(
    file: Path | None,
    *,
    school: str,
    outcome: str,
    intake: str,
    weight: str,
    by: str,
    centre: list[str] | None,
    meaning: list[str] | None,
    exact: bool,
) -> Plan:
    """The plan that was written before, or the one that the options say."""
    from commonroom import pipeline

    if file is not None:
        if outcome or intake or weight or by or centre or meaning or exact:
            raise SaidToPeople(
                "a plan says all of this already.", where="--plan", remedy="Give one or the other."
            )
        return pipeline.read_plan(file)
    if not (school and outcome and intake):
        raise SaidToPeople(
            "it is not said what to sum.",
            remedy="Say --school, --outcome and --intake, or --plan FILE.",
        )
    return pipeline.plan(
        school=school,
        outcome=outcome,
        intake=split(intake),
        by=split(by),
        options=pipeline.PlanOptions(
            weight=weight, centres=centres(centre), meanings=pairs(meaning, option="--meaning"), exact=exact
        ),
    )

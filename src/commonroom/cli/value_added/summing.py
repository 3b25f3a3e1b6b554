"""`value-added plan`, `sum` and `pool`: from pupils' records to sums of each school, and pooled sums."""

from pathlib import Path
from typing import Annotated

import typer

from commonroom.cli import options, printing
from commonroom.cli.options import Format
from commonroom.cli.value_added import pupils

#: Fewest pupils that sums are about, unless said otherwise (disclosure.PUPILS; a test compares).
LIMIT = 6


def plan(
    school: pupils.School,
    outcome: pupils.Outcome,
    intake: pupils.Intake,
    weight: pupils.Weight = "",
    by: pupils.By = "",
    centre: pupils.Centre = None,
    meaning: pupils.Meaning = None,
    exact: pupils.Exact = False,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the plan is written.")] = Path("plan.yaml"),
) -> None:
    """Write down what is to be summed, so that several places sum the same."""
    from commonroom import pipeline

    written = pupils.plan_of(
        None,
        school=school, outcome=outcome, intake=intake, weight=weight, by=by, centre=centre,
        meaning=meaning, exact=exact,
    )  # fmt: skip
    typer.echo(pipeline.write_plan(written, out=out))


def sum_pupils(
    where: pupils.Pupils,
    plan: pupils.PlanFile = None,
    school: pupils.School = "",
    outcome: pupils.Outcome = "",
    intake: pupils.Intake = "",
    weight: pupils.Weight = "",
    by: pupils.By = "",
    centre: pupils.Centre = None,
    meaning: pupils.Meaning = None,
    exact: pupils.Exact = False,
    engine: pupils.EngineOf = pupils.Engine.duckdb,
    master: pupils.Master = "",
    table: pupils.TableOf = "",
    missing: pupils.Missing = "",
    small: pupils.SmallOf = pupils.Small.withhold,
    limit: pupils.Limit = LIMIT,
    groups: pupils.Groups = False,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the sums are written.")] = Path(
        "sums.parquet"
    ),
    format: options.FormatOf = Format.table,
) -> None:
    """Add up pupils' records by school: the only step that reads them, and none of them is kept."""
    from commonroom import pipeline

    wanted = pupils.plan_of(
        plan,
        school=school, outcome=outcome, intake=intake, weight=weight, by=by, centre=centre,
        meaning=meaning, exact=exact,
    )  # fmt: skip
    read = pipeline.Pupils(where, table=table, missing=pupils.split(missing), engine=engine, master=master)
    rule = pipeline.Small(treatment=small, limit=limit, groups=groups)
    printing.show(pipeline.sum_pupils(read, wanted, small=rule, out=out), format=format)


def pool(
    files: Annotated[
        list[Path], typer.Argument(metavar="SUMS...", help="Files that `value-added sum` wrote.")
    ],
    small: pupils.SmallOf = pupils.Small.withhold,
    limit: pupils.Limit = LIMIT,
    groups: pupils.Groups = False,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where the pooled sums are written.")] = Path(
        "pooled.parquet"
    ),
    format: options.FormatOf = Format.table,
) -> None:
    """Put the sums of several places together, as if all pupils had been summed at once."""
    from commonroom import pipeline

    rule = pipeline.Small(treatment=small, limit=limit, groups=groups)
    printing.show(pipeline.pool(files, small=rule, out=out), format=format)

"""`value-added estimate`: from the evidence, from sums, or from pupils' records."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from commonroom.cli import options, printing
from commonroom.cli.options import Format
from commonroom.cli.value_added import pupils


class Weights(StrEnum):
    """What weights mean."""

    precision = "precision"
    survey = "survey"


def estimate(
    where: Annotated[
        str | None,
        typer.Argument(
            metavar="[SUMS|PUPILS]",
            help="Sums, or pupils' records with the columns to sum; the evidence when left out.",
        ),
    ] = None,
    measure: Annotated[
        str | None, typer.Option(metavar="MEASURE", help="Of the evidence: only this measure.")
    ] = None,
    school: Annotated[
        str | None,
        typer.Option(
            metavar="SCHOOL", help="Only this school; with pupils' records, the column with the school."
        ),
    ] = None,
    plan: pupils.PlanFile = None,
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
    slope: Annotated[
        str, typer.Option(metavar="COLUMNS", help="Intake whose effect may differ between schools.")
    ] = "",
    reml: Annotated[bool, typer.Option("--reml/--ml", help="Restricted or plain maximum likelihood.")] = True,
    groups: Annotated[
        str, typer.Option(metavar="COLUMN", help="A --by column whose groups differ in how pupils vary.")
    ] = "",
    years: Annotated[
        str, typer.Option(metavar="COLUMN", help="A --by column of years: a lasting and a drifting part.")
    ] = "",
    crossed: Annotated[
        str, typer.Option(metavar="COLUMN", help="A --by column of neighbourhoods, crossed with schools.")
    ] = "",
    between: Annotated[
        str, typer.Option(metavar="COLUMNS", help="Intake whose school mean counts too (Mundlak).")
    ] = "",
    weights: Annotated[
        Weights, typer.Option(metavar="precision|survey", help="What --weight means.")
    ] = Weights.precision,
    school_covariates: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV or Parquet with a column `school` and a number each."),
    ] = None,
    school_weight: Annotated[
        str, typer.Option(metavar="COLUMN", help="Of --school-covariates: survey weights of schools.")
    ] = "",
    cluster: Annotated[
        str, typer.Option(metavar="COLUMN", help="Of --school-covariates: trusts, for robust errors.")
    ] = "",
    draws: Annotated[
        int, typer.Option(min=100, metavar="NUMBER", help="Draws for intervals of ranks.")
    ] = 1000,
    seed: Annotated[int, typer.Option(metavar="NUMBER", help="Seed of the draws.")] = 0,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where the estimates of all schools are written.")
    ] = None,
    evidence: options.Evidence = options.EVIDENCE,
    format: options.FormatOf = Format.table,
) -> None:
    """Say what each school adds, with intervals: from the evidence, or from pupils by sums alone."""
    from commonroom import pipeline

    if where is None:
        printing.show(pipeline.estimate(evidence, measure=measure, school=school), format=format)
        return
    named = plan is not None or outcome
    wanted = None
    if named:
        wanted = pupils.plan_of(
            plan,
            school=school or "", outcome=outcome, intake=intake, weight=weight, by=by, centre=centre,
            meaning=meaning, exact=exact,
        )  # fmt: skip
    read = pipeline.Pupils(where, table=table, missing=pupils.split(missing), engine=engine, master=master)
    model = pipeline.Model(
        slope=pupils.split(slope), method="reml" if reml else "ml", groups=groups, years=years,
        crossed=crossed, between=pupils.split(between), weights=weights.value, cluster=cluster,
        school_weight=school_weight,
    )  # fmt: skip
    found = pipeline.estimate_pupils(
        read, wanted, model=model, covariates=school_covariates, draws=pipeline.Draws(draws, seed)
    )
    if out is not None:
        pipeline.write_estimates(found, out)
    printing.show(pipeline.tell_estimates(found, school=None if named else school), format=format)

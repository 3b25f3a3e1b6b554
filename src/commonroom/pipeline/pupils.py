"""From pupils' records to sums of schools, to estimates: what leaves the records is what may be shown."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import polars as pl

from commonroom import disclosure, value_added
from commonroom.disclosure import Released, Rule
from commonroom.errors import SaidToPeople
from commonroom.store import estimates, pupils, sums
from commonroom.tables.pupils import EFFECTS, RESCALED
from commonroom.tables.sums import Plan, Sums
from commonroom.value_added import pooling
from commonroom.value_added.pupils import Model, PupilEstimate
from commonroom.value_added.pupils.model import check

#: Columns of an estimate that are about the pupils of one school.
FIGURES = tuple(column.name for column in EFFECTS.columns if column.name not in EFFECTS.keys)
#: Columns of effects under the other scaling of survey weights, as they stand beside the others.
BESIDE = {
    column.name: f"rescaled_{column.name}" for column in RESCALED.columns if column.name not in RESCALED.keys
}


@dataclass(frozen=True)
class Pupils:
    """Where pupils' records (or their sums) are, and what reads them."""

    where: str
    table: str = ""
    missing: tuple[str, ...] = ()
    engine: str = "duckdb"
    master: str = ""

    @property
    def source(self) -> pupils.Source:
        """The records as the store reads them."""
        return pupils.Source(self.where, table=self.table, missing=self.missing)


@dataclass(frozen=True)
class Small:
    """What becomes of schools with few pupils before sums are written."""

    treatment: str = "withhold"
    limit: int = disclosure.PUPILS
    groups: bool = False


@dataclass(frozen=True)
class Draws:
    """How often ranks are drawn, and from which seed."""

    number: int = 1000
    seed: int = 0


@dataclass(frozen=True)
class Estimated:
    """An estimate, the plan of its sums, and where they are from."""

    estimate: PupilEstimate
    sums: Sums
    source: str


WITHHELD = Small()


def read_plan(file: Path) -> Plan:
    """A plan that `write_plan` wrote; raises SaidToPeople."""
    from commonroom.store import plans

    return plans.read_plan(file)


def write_plan(plan: Plan, *, out: Path) -> Path:
    """Write a plan as YAML, whole or not at all; returns `out`."""
    from commonroom.store import plans

    plans.write_plan(plan, out)
    return out


def sum_pupils(read: Pupils, plan: Plan, *, small: Small = WITHHELD, out: Path) -> Released:
    """Add up pupils' records by school and write the sums to `out`, schools with few pupils treated.

    Returns who was left out and why; its sentences say how many pupils and schools were summed.
    Raises SaidToPeople; nothing is then written.
    """
    whole = _add_up(read, plan)
    kept, counts = pooling.withhold_small(
        whole, limit=small.limit, small=small.treatment, name=out.stem, groups=small.groups
    )
    sums.write(kept, out)
    notes = pooling.sentences({out.name: kept}, limit=small.limit)
    return _tell(kept, _counted(counts, small), *notes, f"Written to {out}.")


def pool(files: list[Path], *, small: Small = WITHHELD, out: Path) -> Released:
    """Pool files of sums and write them to `out`; returns who contributed what.

    Raises SaidToPeople when the files answer different questions or hold the same pupils; nothing is
    then written.
    """
    from commonroom.store import manifest

    parts = {str(file): sums.read(file) for file in files}
    digests = {str(file): manifest.hash_file(file) for file in files}
    pooled = pooling.pool(
        parts, limit=small.limit, small=small.treatment, groups=small.groups, digests=digests
    )
    sums.write(pooled, out)
    notes = pooling.sentences(parts, limit=small.limit)
    released = disclosure.release(
        pooled.contributors.drop("digest"),
        rule=Rule(keys=("contributor",), figures={"small_pupils": "small_pupils"}),
    )
    return replace(released, sentences=(_size(pooled), *notes, f"Written to {out}."))


def estimate_pupils(
    read: Pupils,
    plan: Plan | None,
    *,
    model: Model,
    covariates: Path | None = None,
    draws: Draws = Draws(),
) -> Estimated:
    """Fit a model to sums, or to pupils' records summed by `plan` and not kept.

    Arguments: where the sums or records are; the `plan`, or None where `read` is a file of sums; the
    model's terms (`model`); a file of school `covariates`. Raises SaidToPeople.
    """
    given = sums.read(Path(read.where)) if plan is None else _add_up(read, plan)
    known = None if covariates is None else _covariates(covariates)
    found = value_added.estimate(given, model=model, covariates=known, draws=draws.number, seed=draws.seed)
    return Estimated(found, given, read.source.name)


def write_estimates(found: Estimated, out: Path) -> Path:
    """Write the estimates of all schools to `out` (Parquet), with all that explains them; returns `out`.

    Figures of schools with few pupils are empty: what is written has passed disclosure.
    """
    made = found.estimate
    about = {
        name: getattr(made, name).to_dicts() for name in ("coefficients", "components", "fit", "sentences")
    }
    about |= {"plan": asdict(found.sums.plan), "source": found.source}
    about |= {"contributors": found.sums.contributors.to_dicts()}
    schools = made.schools
    if made.rescaled.height:
        other = made.rescaled.rename(BESIDE)
        schools = schools.join(other, on=["school", "term"], how="left", maintain_order="left")
    estimates.write(_release(schools).frame, about, out)
    return out


def tell_estimates(found: Estimated, *, school: str | None = None) -> Released:
    """What was estimated: fixed effects and variances, or the terms of one school; with sentences.

    Raises SaidToPeople when there is no such school among the estimates.
    """
    made = found.estimate
    said = tuple(made.sentences["sentence"])
    if school is not None:
        rows = made.schools.filter(pl.col("school") == school)
        if rows.is_empty():
            raise SaidToPeople(
                f"there is no school {school} among the {made.schools['school'].n_unique()} schools.",
                where=found.source,
                remedy="Give its number as it stands in the pupils' table.",
            )
        return replace(_release(rows), sentences=said, source=found.source)
    effects = made.coefficients.select(
        pl.lit("fixed effect").alias("part"), pl.col("variable").alias("name"),
        pl.col("effect").alias("value"), "se", "robust_se", "low95", "high95", pl.lit("").alias("note"),
    )  # fmt: skip
    parts = made.components.select(
        pl.lit("variance").alias("part"),
        pl.col("component").alias("name"),
        "value",
        "low95",
        "high95",
        "note",
    )
    both = pl.concat([effects, parts], how="diagonal")
    return replace(
        disclosure.release(both, rule=Rule(keys=("part", "name"))), sentences=said, source=found.source
    )


def foresee(file: Path, *, years: str) -> Released:
    """How well the last year of sums by year is foreseen from the years before, beside simpler forecasts.

    Arguments: a `file` of sums; `years`, the `by` column with the year. Raises SaidToPeople.
    """
    from commonroom.value_added.pupils import forecasts

    given = sums.read(file)
    check(Model(years=years), given.plan)
    found = forecasts.forecast(given, Model(years=years))
    row = found.scores.row(0, named=True)
    said = (
        f"{found.year} was foreseen for {row['schools']:,} schools from the years before, and then looked "
        f"at: the 95 % interval held {100 * row['coverage']:.1f} % of them.",
        f"The root of the mean squared error is {row['rmse']:.3g}; that of the school's last year, shrunk, "
        f"{row['rmse_last']:.3g}; of no difference between schools {row['rmse_none']:.3g}; chance among "
        f"pupils alone makes {row['noise']:.3g}.",
    )
    return replace(disclosure.release(found.scores, rule=Rule(keys=())), sentences=said, source=str(file))


def _release(schools: pl.DataFrame) -> Released:
    """Estimates of schools without those of few pupils."""
    shown = [name for name in (*FIGURES, *BESIDE.values()) if name in schools.columns]
    rule = Rule(keys=("school", "term"), figures=dict.fromkeys(shown, "pupils"))
    return disclosure.release(schools, rule=rule)


def _add_up(read: Pupils, plan: Plan) -> Sums:
    """Sum with the engine that is asked for; only that engine is loaded."""
    return pupils.add_up(read.source, plan, engine=read.master or read.engine)


def _covariates(file: Path) -> pl.DataFrame:
    """School covariates from CSV or Parquet: a column `school`, read as text, and numbers."""
    if not file.is_file():
        raise SaidToPeople("there is no such file.", where=str(file), remedy="Give a CSV or Parquet file.")
    try:
        if file.suffix == ".parquet":
            frame = pl.read_parquet(file)
        else:
            frame = pl.read_csv(file, schema_overrides={"school": pl.String})
    except (pl.exceptions.PolarsError, OSError) as error:
        said = str(error).splitlines()[0]
        raise SaidToPeople(
            f"it cannot be read ({said}).", where=str(file), remedy="Write it again as CSV or Parquet."
        ) from None
    if "school" not in frame.columns:
        raise SaidToPeople(
            f"it has no column school, only {', '.join(frame.columns)}.",
            where=str(file),
            remedy="Name the column with the school's number `school`.",
        )
    return frame.with_columns(pl.col("school").cast(pl.String))


def _tell(kept: Sums, *notes: str) -> Released:
    """Who was left out and why, with sentences."""
    rule = Rule(keys=("variable", "why"), figures={"pupils": "pupils"})
    frame = kept.left_out.rename({"column": "variable", "reason": "why"})
    return replace(disclosure.release(frame, rule=rule), sentences=(_size(kept), *filter(None, notes)))


def _size(kept: Sums) -> str:
    """How many pupils and schools the sums are about."""
    schools, whole = kept.frame["school"].n_unique(), int(kept.frame["pupils"].sum())
    exact = "" if kept.plan.decimals is None else ", exact"
    everybody = "" if kept.left_out.height else " No pupil was left out."
    return f"Sums of {whole:,} pupils in {schools:,} schools{exact}.{everybody}"


def _counted(counts: pooling.Counts, small: Small) -> str:
    """What became of schools with few pupils."""
    if not counts.small:
        return ""
    return (
        f"{counts.small:,} schools (or parts of schools) have fewer than {small.limit} pupils: "
        f"{counts.treatment}."
    )

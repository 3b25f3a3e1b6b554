"""Who the pupils are: everything an outcome may be expected from, and nothing a school decides."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from commonroom import settings
from commonroom.errors import SaidToPeople
from commonroom.families.placement import Floats, Ints
from commonroom.tables.panel import CONTEXT_VARIABLES

#: Schools are never compared across these, so nothing is learned across them either.
BLOCKS = ("kind", "sector", "language")


class Structure(BaseModel):
    """A fact about a school that it does not decide: true where the column matches the pattern."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    label: str
    column: str
    matches: str
    why: str


class Expectation(BaseModel):
    """What outcomes of a phase are expected from, what is left out, and the metric's rules."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    label: str
    phase: Literal["primary", "secondary"]
    variables: tuple[str, ...] = Field(min_length=1)
    structure: tuple[Structure, ...] = ()
    left_out: dict[str, str] = Field(default_factory=dict, description="What is not used, and why")
    criteria: tuple[str, ...] = Field(min_length=1)
    stand_ins: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    context: float = Field(gt=0, description="Weight of context beside the score (METHODS.md 3.3: a)")
    floor: float = Field(gt=0, le=1, description="Least weight of a criterion, as a share of the largest")
    share: float = Field(gt=0, le=1, description="Weight that two schools must share to be compared")
    k: int = Field(ge=1)
    source: str
    date: datetime.date


@dataclass(frozen=True)
class Intake:
    """The intake of each school: `values` (schools x variables), NaN where unknown.

    Context is standardised among schools of its own block, which special schools would else stretch.
    """

    schools: pl.DataFrame
    names: tuple[str, ...]
    labels: tuple[str, ...]
    roles: tuple[str, ...]
    values: Floats
    block: Ints
    area: Ints


def load_expectation(phase: str) -> Expectation:
    """Return the definition for one phase; raises SaidToPeople when there is none."""
    return settings.load(Expectation, f"expectations/{phase}")


def complete_prior(schools: pl.DataFrame) -> pl.DataFrame:
    """Fill `prior` from `prior_high` less `prior_low` where only those were published.

    `schools`: one row per school with any of the three columns. Releases of some years (2023) give
    the shares with low and high prior attainment and no average. The difference of the two standard
    scores is put on the scale of the averages that are known (mean 0, SD 1 where none is).
    """
    shares = [name for name in ("prior_high", "prior_low") if name in schools.columns]
    if len(shares) < 2:
        return schools
    if "prior" not in schools.columns:
        schools = schools.with_columns(pl.lit(None, dtype=pl.Float64).alias("prior"))
    high, low = (_scores(schools[name].cast(pl.Float64)) for name in ("prior_high", "prior_low"))
    balance = _scores(high - low)
    known = schools["prior"].drop_nulls()
    spread = known.std() if known.len() > 1 else None
    if isinstance(spread, float) and spread > 0:
        balance = balance * spread + known.mean()
    return schools.with_columns(pl.col("prior").cast(pl.Float64).fill_null(balance))


def read_intake(schools: pl.DataFrame, *, definition: Expectation) -> Intake:
    """Gather the intake of the schools of a phase, in order of identity.

    `schools`: `school`, `authority_code`, any context variables (null where unknown) and any of the
    columns that the definition's structure looks at. Raises SaidToPeople when no school is of the
    phase, one is there twice, or no variable is known.
    """
    rows = schools.with_columns(pl.col("school").cast(pl.String)).sort("school")
    if "phase" in rows.columns:
        rows = rows.filter(pl.col("phase") == definition.phase)
    if rows.is_empty():
        raise SaidToPeople(f"there is no {definition.phase} school to learn from.", where=definition.name)
    if rows["school"].is_duplicated().any():
        twice = rows["school"].filter(rows["school"].is_duplicated())[0]
        raise SaidToPeople(f"school {twice} is there twice.", remedy="Give one row for each school.")
    rows = complete_prior(rows)
    columns = [name for name in definition.variables if name in rows.columns and rows[name].count()]
    flags = [flag for flag in definition.structure if flag.column in rows.columns]
    if not columns:
        raise SaidToPeople(
            "nothing is known of the pupils of any school.",
            where=definition.name,
            remedy=f"Give at least one of: {', '.join(definition.variables)}.",
        )
    block = _numbered(rows, [name for name in BLOCKS if name in rows.columns])
    context = [_scores_within(rows[name].cast(pl.Float64), block) for name in columns]
    structure = [_flag(rows, flag) for flag in flags]
    return Intake(
        schools=rows,
        names=(*columns, *(flag.name for flag in flags)),
        labels=(*(CONTEXT_VARIABLES[name][0] for name in columns), *(flag.label for flag in flags)),
        roles=("context",) * len(columns) + ("structure",) * len(flags),
        values=np.column_stack([*context, *structure]).astype(np.float64),
        block=block,
        area=_numbered(rows.with_columns(_area(rows)), ["authority_code"]),
    )


def _scores(values: pl.Series) -> pl.Series:
    """Standard scores (n - 1) of what is known; all 0 where the schools do not differ."""
    values = values.fill_nan(None)
    spread = values.std()
    scale = spread if isinstance(spread, float) and spread > 0 else 1.0
    return (values - values.mean()) / scale


def _scores_within(values: pl.Series, block: Ints) -> Floats:
    """Standard scores within each block."""
    scores = np.full(values.len(), np.nan)
    for number in range(int(block.max()) + 1):
        rows = np.flatnonzero(block == number)
        scores[rows] = _scores(values.gather(rows)).to_numpy()
    return scores


def _flag(rows: pl.DataFrame, flag: Structure) -> Floats:
    """1 where the column matches, 0 where it does not or is not known (most schools are neither)."""
    column = rows[flag.column].cast(pl.String).fill_null("")
    return column.str.contains(f"(?i){flag.matches}").cast(pl.Float64).to_numpy()


def _area(rows: pl.DataFrame) -> pl.Expr:
    """The authority, or the school itself where its authority is not known."""
    own = pl.concat_str(pl.lit("school "), "school")
    known = pl.col("authority_code").cast(pl.String) if "authority_code" in rows.columns else own
    return pl.coalesce(known, own).alias("authority_code")


def _numbered(rows: pl.DataFrame, columns: list[str]) -> Ints:
    """A number from 0 for each combination of some columns."""
    if not columns:
        return np.zeros(rows.height, dtype=np.int64)
    numbers = rows.select(pl.struct(columns).rank("dense").cast(pl.Int64) - 1).to_series()
    return numbers.to_numpy().astype(np.int64)

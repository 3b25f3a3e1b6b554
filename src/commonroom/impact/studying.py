"""From the panel and the events to a study of one question: did it help those who took part in this role?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from commonroom import families as likeness
from commonroom import panel as panels
from commonroom.errors import SaidToPeople
from commonroom.impact.chance.surroundings import steps
from commonroom.impact.definition import Cluster
from commonroom.impact.outcomes import Outcome
from commonroom.impact.study import NEVER, Flags, Floats, Ints, Study
from commonroom.panel.build import Panel
from commonroom.tables.panel import CONTEXT_VARIABLES

#: A family to compare within: about fifty schools, as those who ask whom they are like are shown.
SIZES = (30, 60)
PRESET = "dfe-2026-{}"
ROLES = ("receiver", "provider")
#: How closely schools stand, known of every school whose place is: cities and the country move apart.
DENSITY = "density"


@dataclass(frozen=True)
class Around:
    """What else is known of schools, each None where nobody said.

    `trusts` (tables.partnerships.TRUSTS); `ties` (TIES): who works, or worked, together; `families`
    (school, family) as they were before the start, instead of families by the published preset.
    """

    trusts: pl.DataFrame | None = None
    ties: pl.DataFrame | None = None
    families: pl.DataFrame | None = None


@dataclass(frozen=True)
class Studied:
    """A study of one role, with what stands beside it.

    `partners` (n): schools that took part in the other role, or work or worked with one that took part;
    they stand beside nobody. `sd` (T): the standard deviation of schools in the measure's unit, by year of
    the study. `ordinary`: standard deviation of a school's change from one year to the next, in sd of
    schools; NaN where no two years follow each other. `left_out`: tables.impact.LEFT_OUT without role.
    """

    study: Study
    partners: Flags
    sd: Floats
    ordinary: float
    left_out: pl.DataFrame


def study(
    panel: Panel, events: pl.DataFrame, *, outcome: Outcome, asked: tuple[str, int, Cluster], around: Around
) -> Studied:
    """Lay out one question as a study.

    Arguments: the `panel`; `events` (tables.impact.EVENTS, all roles); the `outcome`; `asked`: the role, the
    last year of the outcome that counts, and what was chosen as one; what is known `around`. Schools of the
    study are mainstream, or took part, and have a figure in some year. Context is the last known before the
    first start. Raises SaidToPeople when nobody who took part in the role has a figure.
    """
    role, last, cluster = asked
    joined = _joined(events, role)
    rows = outcome.figures.filter(pl.col("year") <= last)
    members = _members(panel, rows, events, joined)
    if not members["start"].is_not_null().any():
        raise SaidToPeople(
            f"none of the {joined.height} schools that took part as {role} has a figure of "
            f"{outcome.measure.label}.",
            where="events",
            remedy=f"Take an outcome of {outcome.phase} schools with figures, or other schools.",
        )
    years = rows["year"].unique().sort()
    first = int(joined.filter(pl.col("school").is_in(members["school"].implode()))["start"].to_numpy().min())
    context, variables = _context(panel, members, outcome.phase, before=first)
    made = Study(
        schools=members["school"].to_numpy().astype(np.str_),
        years=years.to_numpy().astype(np.int64),
        figures=_spread(rows, members, years, "z"),
        start=members["start"].fill_null(NEVER).to_numpy().astype(np.int64),
        cluster=_clusters(members, around, cluster),
        area=_numbers(members["authority_code"].fill_null("")),
        pupils=_median(_spread(rows, members, years, "cohort")),
        context=context,
        variables=variables,
        family=_families(panel, members, outcome, before=first, given=around.families),
        easting=members["easting"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
        northing=members["northing"].cast(pl.Float64).fill_null(np.nan).to_numpy(),
    )
    partners = _partners(members, events, around, role)
    sd = outcome.years.join(years.to_frame(), on="year", how="semi").sort("year")["sd"].to_numpy()
    return Studied(made, partners, sd, _ordinary(made), _left_out(panel, made, joined))


def _joined(events: pl.DataFrame, role: str) -> pl.DataFrame:
    """School, start and partnership of those who took part in a role: a school's first start counts."""
    mine = events.filter(role=role).sort("start", "school", "partnership")
    return mine.unique("school", keep="first", maintain_order=True).select("school", "start", "partnership")


def _members(panel: Panel, rows: pl.DataFrame, events: pl.DataFrame, joined: pl.DataFrame) -> pl.DataFrame:
    """Schools of the study, by identity: mainstream ones, and all who took part in any role."""
    known = rows.select("school").unique()
    taking = events.select("school").unique().with_columns(took=True)
    return (
        panel.schools.join(known, on="school", how="semi")
        .join(taking, on="school", how="left")
        .filter((pl.col("kind") == panels.COMPARED) | pl.col("took"))
        .select("school", "kind", "authority_code", "easting", "northing")
        .join(joined, on="school", how="left")
        .sort("school")
    )


def _spread(rows: pl.DataFrame, members: pl.DataFrame, years: pl.Series, column: str) -> Floats:
    """A column of the figures as schools by years, NaN where there is none."""
    places = members.select("school").with_row_index("row")
    when = years.to_frame().with_row_index("column")
    found = rows.join(places, on="school").join(when, on="year")
    spread = np.full((members.height, years.len()), np.nan)
    values = found[column].cast(pl.Float64).fill_null(np.nan).to_numpy()
    spread[found["row"].to_numpy(), found["column"].to_numpy()] = values
    return spread


def _median(cohorts: Floats) -> Floats:
    """The median cohort of each school, NaN where none is known."""
    found = np.full(cohorts.shape[0], np.nan)
    some = ~np.isnan(cohorts).all(axis=1)
    found[some] = np.nanmedian(cohorts[some], axis=1)
    return found


def _numbers(names: pl.Series) -> Ints:
    """Numbers of names, in the order of the names."""
    _, codes = np.unique(names.to_numpy().astype(np.str_), return_inverse=True)
    return np.asarray(codes, dtype=np.int64)


def _clusters(members: pl.DataFrame, around: Around, cluster: Cluster) -> Ints:
    """What was chosen as one: those who took part by partnership (or as asked), others by trust or area."""
    trusts = (
        around.trusts
        if around.trusts is not None
        else pl.DataFrame(schema={"school": pl.String, "trust": pl.String})
    )
    frame = members.join(trusts, on="school", how="left", maintain_order="left")
    alone = pl.format("school {}", "school")
    area = (
        pl.when(pl.col("authority_code").is_not_null())
        .then(pl.format("area {}", "authority_code"))
        .otherwise(alone)
    )
    trust = pl.when(pl.col("trust").is_not_null()).then(pl.format("trust {}", "trust"))
    named = {
        "school": alone,
        "authority": area,
        "trust": pl.coalesce(trust, alone),
        "partnership": pl.coalesce(
            pl.when(pl.col("start").is_not_null()).then(pl.format("partnership {}", "partnership")),
            trust,
            area,
        ),
    }[cluster]
    return _numbers(frame.select(named.alias("cluster"))["cluster"])


def _context(
    panel: Panel, members: pl.DataFrame, phase: str, *, before: int
) -> tuple[Floats, tuple[str, ...]]:
    """Every variable of context that was known before a year, as last known, and their names.

    Last stands how closely schools of the study lie: log of schools to a square kilometre, but a constant.
    """
    rows = panel.context.filter(pl.col("year") < before, phase=phase).sort("school", "year")
    names = [name for name in CONTEXT_VARIABLES if rows[name].is_not_null().any()]
    latest = rows.group_by("school", maintain_order=True).agg(pl.col(names).drop_nulls().last())
    joined = members.select("school").join(latest, on="school", how="left", maintain_order="left")
    values = joined.select(pl.col(names).cast(pl.Float64).fill_null(np.nan)).to_numpy()
    places = members.select(pl.col("easting", "northing").cast(pl.Float64).fill_null(np.nan)).to_numpy()
    near = -2.0 * np.log(steps(places) / 1000.0)
    values = np.column_stack([values.reshape(members.height, len(names)), near])
    return np.ascontiguousarray(values, dtype=np.float64), (*names, DENSITY)


def _families(
    panel: Panel, members: pl.DataFrame, outcome: Outcome, *, before: int, given: pl.DataFrame | None
) -> Ints:
    """The number of each school's family as it was before a year; -1 for a school without one."""
    years = outcome.years.filter(pl.col("year") < before)["year"]
    if given is None and years.len():
        schools = panels.comparable(panel, phase=outcome.phase, year=int(years[-1]))
        try:
            preset = PRESET.format(outcome.phase)
            given = likeness.group(schools, preset=preset, sizes=SIZES).families
        except SaidToPeople:
            # Another country's data may know no criterion of the preset: then nobody is outside a family.
            given = None
    if given is None:
        return np.full(members.height, -1, dtype=np.int64)
    found = members.select("school").join(
        given.select("school", "family").unique("school", keep="first", maintain_order=True),
        on="school",
        how="left",
        maintain_order="left",
    )["family"]
    known = found.is_not_null().to_numpy()
    return np.where(known, _numbers(found.fill_null("")), -1).astype(np.int64)


def _partners(members: pl.DataFrame, events: pl.DataFrame, around: Around, role: str) -> Flags:
    """Who took part in another role alone, or is or was tied to a school that took part in any."""
    took = set(events["school"])
    others = set(events.filter(pl.col("role") != role)["school"])
    if around.ties is not None:
        for here, there in around.ties.select("provider", "receiver").iter_rows():
            others |= {there} if here in took else set()
            others |= {here} if there in took else set()
    mine = members["start"].is_not_null().to_numpy()
    return np.asarray(members["school"].is_in(sorted(others)).to_numpy() & ~mine)


def _ordinary(made: Study) -> float:
    """Standard deviation of a school's change between years that follow each other."""
    following = np.flatnonzero(np.diff(made.years) == 1)
    changes = [made.figures[:, place + 1] - made.figures[:, place] for place in following.tolist()]
    known = np.concatenate(changes) if changes else np.empty(0)
    known = known[~np.isnan(known)]
    return float(known.std(ddof=1)) if known.size > 1 else float("nan")


def _left_out(panel: Panel, made: Study, joined: pl.DataFrame) -> pl.DataFrame:
    """Schools that took part and have no figure at all, and whether they closed."""
    there = pl.DataFrame({"school": made.schools}, schema={"school": pl.String})
    closed = pl.when(pl.col("closed").is_not_null()).then(pl.lit("closed")).otherwise(pl.lit("no_outcome"))
    return (
        joined.join(there, on="school", how="anti")
        .join(panel.schools.select("school", "closed"), on="school", how="left")
        .select(
            pl.lit("joined").alias("side"),
            "school",
            closed.alias("why"),
            pl.lit(None, dtype=pl.Int32).alias("year"),
        )
        .sort("school")
    )

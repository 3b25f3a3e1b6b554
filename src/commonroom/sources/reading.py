"""What every source hands over, and how several readings become one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field

import polars as pl

from commonroom.panel.measures import Measure
from commonroom.tables import sources as tables

#: Two copies of a figure that differ by less than this are the same figure, printed differently.
SAME_FIGURE = 1e-6

#: Coordinates of one school farther apart than this, in metres, are two places.
SAME_PLACE = 1000.0


@dataclass(frozen=True)
class Problem:
    """One thing found wrong, with its place and remedy (a row of tables.sources.PROBLEMS)."""

    file: str
    what: str
    remedy: str
    row: int | None = None
    column: str | None = None
    school: str | None = None
    left_out: int = 0


@dataclass(frozen=True)
class Reading:
    """Frames of tables.sources: schools, figures (long form), links and problems found.

    `measures` holds the definitions of measures that the data bring along (a mapping declares
    its own); empty when all measures are those of `definitions/measures`.
    """

    schools: pl.DataFrame = field(default_factory=tables.SCHOOLS.empty)
    figures: pl.DataFrame = field(default_factory=tables.FIGURES.empty)
    links: pl.DataFrame = field(default_factory=tables.LINKS.empty)
    problems: pl.DataFrame = field(default_factory=tables.PROBLEMS.empty)
    measures: tuple[Measure, ...] = ()


def counted(number: int, noun: str) -> str:
    """A number with its noun: 1 school, 2 schools."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def list_problems(problems: Iterable[Problem]) -> pl.DataFrame:
    """Return a frame of tables.sources.PROBLEMS with one row per problem, in the order given."""
    rows = [asdict(problem) for problem in problems]
    return tables.PROBLEMS.check(pl.DataFrame(rows, schema=tables.PROBLEMS.schema))


def combine(readings: Sequence[Reading]) -> Reading:
    """Make one reading of several; where two say different things, the earlier one is kept.

    Arguments: `readings`, in order of precedence. A school's empty columns are filled from later
    readings. A figure that is given twice (same school, year, phase and variable) is kept once;
    figures left out because the second copy differs are counted in `problems`, one row per pair
    of publications, year and variable. A missing figure of an earlier reading is *not* filled
    from a later one: what was suppressed stays suppressed.
    """
    figures, repeated = _keep_first(pl.concat([tables.FIGURES.empty(), *(r.figures for r in readings)]))
    stacked = pl.concat([tables.SCHOOLS.empty(), *(r.schools for r in readings)])
    schools = stacked.group_by("school", maintain_order=True).agg(
        pl.col(name).drop_nulls().first() for name in tables.SCHOOLS.schema if name != "school"
    )
    links = pl.concat([tables.LINKS.empty(), *(r.links for r in readings)])
    said = [r.problems for r in readings]
    found = list_problems([*repeated, *_find_two_places(stacked)])
    return Reading(
        schools=tables.SCHOOLS.check(schools.sort("school")),
        figures=tables.FIGURES.check(figures.sort(tables.FIGURES.keys)),
        links=tables.LINKS.check(links.unique().sort(pl.all())),
        problems=pl.concat([tables.PROBLEMS.empty(), *said, found]).unique(maintain_order=True),
        measures=tuple({m.name: m for r in reversed(readings) for m in r.measures}.values()),
    )


def _keep_first(figures: pl.DataFrame) -> tuple[pl.DataFrame, list[Problem]]:
    keys = list(tables.FIGURES.keys)
    first = figures.select(pl.struct(keys).is_first_distinct()).to_series()
    kept = figures.filter(first)
    if kept.height == figures.height:
        return kept, []
    again = figures.filter(~first).join(
        kept.select(*keys, kept_value="value", kept_release="release"), on=keys, how="left"
    )
    differs = pl.col("value").is_not_null() & ~(
        (pl.col("value") - pl.col("kept_value")).abs() < SAME_FIGURE
    ).fill_null(False)
    counted = (
        again.with_columns(differs=differs)
        .group_by("kept_release", "release", "year", "variable", "differs", maintain_order=True)
        .agg(
            pl.len().alias("count"),
            pl.col("school").first(),
            pl.col("value").first(),
            pl.col("kept_value").first(),
        )
    )
    return kept, [_say_repeated(row) for row in counted.iter_rows(named=True)]


def _say_repeated(row: dict[str, object]) -> Problem:
    schools = counted(int(str(row["count"])), "school")
    same_file = row["release"] == row["kept_release"]
    where = "in the same file" if same_file else f"here and in {row['kept_release']}"
    if not row["differs"]:
        what = f"{row['variable']} {row['year']} is given twice, {where}, for {schools}."
        remedy = "The two agree; one was kept."
    else:
        kept = "no number" if row["kept_value"] is None else f"{row['kept_value']:g}"
        what = (
            f"{row['variable']} {row['year']} is given twice with other numbers, {where}, for "
            f"{schools} (the first: {kept} and {row['value']:g})."
        )
        remedy = "The first was kept. Read only the publication that you trust."
    return Problem(
        file=str(row["release"]),
        column=str(row["variable"]),
        school=str(row["school"]),
        what=what,
        remedy=remedy,
        left_out=int(str(row["count"])) if row["differs"] else 0,
    )


def _find_two_places(schools: pl.DataFrame) -> list[Problem]:
    spread = (
        schools.drop_nulls(["easting", "northing"])
        .group_by("school", maintain_order=True)
        .agg(
            pl.col("release").last(),
            (pl.col("easting").max() - pl.col("easting").min()).alias("east"),
            (pl.col("northing").max() - pl.col("northing").min()).alias("north"),
        )
        .with_columns(apart=(pl.col("east") ** 2 + pl.col("north") ** 2).sqrt())
        .filter(pl.col("apart") > SAME_PLACE)
    )
    return [
        Problem(
            file=row["release"],
            school=row["school"],
            what=f"The school is given in two places, {row['apart'] / 1000:.1f} km apart.",
            remedy="The first place was kept. Check the coordinates.",
        )
        for row in spread.iter_rows(named=True)
    ]

"""The gap between disadvantaged and other pupils, where the data have both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from commonroom.disclosure import Columns, Rows, Rule
from commonroom.panel import Measure
from commonroom.tables.performance import GAP, GAPS

#: Standard deviation of a pupil's own figure, where it is known. Attainment 8: METHODS.md section 4
#: (25 to 27 points, from how much less large cohorts vary). Shares need none: they are binomial.
PUPIL_DEVIATIONS: Mapping[str, float] = {"attainment8": 26.0}
RANGE_95 = 1.959963984540054
#: Published shares of disadvantaged pupils are whole per cent: half of one either way.
ROUNDED = 0.005

#: What may be shown of `Gap.schools`: groups of fewer than six, and their complements, are withheld.
GAPS_RULE = Rule(
    keys=("school", "phase", "measure", "year"),
    figures={
        "all": "pupils",
        "disadvantaged": "pupils_disadvantaged",
        "other": "pupils_other",
        "gap": "pupils_fewer",
        "low": "pupils_fewer",
        "high": "pupils_fewer",
        "pupils": "pupils",
        "pupils_disadvantaged": "pupils_disadvantaged",
        "pupils_other": "pupils_other",
        "pupils_fewer": "pupils_fewer",
    },
    relations=(
        Columns("all", ("disadvantaged", "other"), "gap"),
        Columns("pupils", ("pupils_disadvantaged", "pupils_other")),
    ),
)
#: What may be shown of `Gap.places`.
GAP_RULE = Rule(
    keys=("phase", "measure", "year", "place"),
    figures=dict.fromkeys(("disadvantaged", "other", "value", "low", "high"), "pupils"),
    relations=(Rows("place", "nation", ("phase", "measure", "year"), ("system", "rest")),),
)


@dataclass(frozen=True)
class Gap:
    """`schools`: one row per school (tables.performance.GAPS); `places`: system, rest and nation (GAP)."""

    schools: pl.DataFrame
    places: pl.DataFrame


def gap(
    outcomes: pl.DataFrame,
    *,
    schools: pl.DataFrame,
    measures: Mapping[str, Measure],
    deviations: Mapping[str, float] = PUPIL_DEVIATIONS,
) -> Gap:
    """The gap between disadvantaged and other pupils, school by school and over a system's pupils.

    Arguments: `outcomes` (tables.panel) with a measure of all pupils and one `of` it for disadvantaged
    pupils, both with cohorts; `schools` (school, in_system) that count; `measures` by name;
    `deviations` of a pupil by measure. Other pupils are derived: (all - p disadvantaged) / (1 - p).
    A school's range holds the chance of who was in the cohort and the rounding of p; it is empty where
    a pupil's deviation is not known. A place's range is from how schools differ (linearised ratio).
    Fields that are published as gaps (attainment8_gap: disadvantaged here less others nationally) are
    another thing and are not used. Pass both frames through disclosure with GAPS_RULE and GAP_RULE.
    """
    kinds = {name: one.kind for name, one in measures.items()}
    of = {name: one.of for name, one in measures.items() if one.group == "disadvantaged" and one.of}
    keys = ["school", "phase", "measure", "year"]
    groups = outcomes.filter(pl.col("measure").is_in(list(of))).select(
        "school", "phase", "year", pl.col("measure").replace_strict(of, return_dtype=pl.String),
        disadvantaged="value", n="cohort",
    )  # fmt: skip
    both = (
        outcomes.filter(pl.col("measure").is_in(list(of.values())))
        .select(*keys, source="release", all="value", pupils="cohort")
        .join(groups, on=keys)
        .join(schools.select("school", "in_system"), on="school")
        .filter(pl.all_horizontal(pl.col("all", "disadvantaged").is_not_null(), pl.col("n") > 0))
        .filter(pl.col("n") < pl.col("pupils"))
        .with_columns(p=pl.col("n") / pl.col("pupils"), rest=pl.col("pupils") - pl.col("n"))
        .with_columns(other=(pl.col("all") - pl.col("p") * pl.col("disadvantaged")) / (1 - pl.col("p")))
        .with_columns(gap=pl.col("disadvantaged") - pl.col("other"))
        .sort(keys)
    )
    both = both.with_columns(se=_error(both, kinds, deviations))
    slack = 0.5 + ROUNDED * pl.col("pupils")
    frame = both.with_columns(
        low=pl.col("gap") - RANGE_95 * pl.col("se"),
        high=pl.col("gap") + RANGE_95 * pl.col("se"),
        pupils_disadvantaged=(pl.col("n") - slack).ceil().clip(1.0),
        pupils_other=(pl.col("rest") - slack).ceil().clip(1.0),
    ).with_columns(pupils_fewer=pl.min_horizontal("pupils_disadvantaged", "pupils_other"))
    return Gap(GAPS.check(frame), GAP.check(_places(both)))


def _error(both: pl.DataFrame, kinds: Mapping[str, str], deviations: Mapping[str, float]) -> pl.Series:
    """Standard error of each gap: who was in the two groups, and the rounding of their share."""
    kind = pl.col("measure").replace_strict(dict(kinds), return_dtype=pl.String)
    pupil = pl.col("measure").replace_strict(dict(deviations), default=None, return_dtype=pl.Float64)
    variances = []
    for value, people in (("disadvantaged", "n"), ("other", "rest")):
        # One success and one failure more, so that nought and a hundred per cent are not certain.
        share = (pl.col(value).clip(0, 100) / 100 * pl.col(people) + 1) / (pl.col(people) + 2)
        binomial = 10_000 * share * (1 - share)
        variances.append(pl.when(kind == "share").then(binomial).otherwise(pupil**2) / pl.col(people))
    slope = (pl.col("all") - pl.col("disadvantaged")) / (1 - pl.col("p")) ** 2
    rounding = (slope * ROUNDED) ** 2 / 3
    return both.select(se=(variances[0] + variances[1] + rounding).sqrt()).to_series()


def _places(both: pl.DataFrame) -> pl.DataFrame:
    """Averages over the pupils of the system, of the rest, and of all, and their gap."""
    marked = pl.concat(
        both.filter(where).with_columns(place=pl.lit(place))
        for place, where in (
            ("system", pl.col("in_system")),
            ("rest", ~pl.col("in_system")),
            ("nation", True),
        )
    )
    keys = ["phase", "measure", "year", "place"]
    n, rest = pl.col("n"), pl.col("rest")
    first = (pl.col("disadvantaged") * n).sum() / n.sum()
    second = (pl.col("other") * rest).sum() / rest.sum()
    influence = (pl.col("disadvantaged") - first) * n / n.sum() - (
        pl.col("other") - second
    ) * rest / rest.sum()
    return (
        marked.group_by(keys)
        .agg(
            first.alias("disadvantaged"),
            second.alias("other"),
            value=first - second,
            # One school says nothing about how schools differ.
            se=(influence.pow(2).sum() * pl.len() / (pl.len() - 1)).sqrt(),
            schools=pl.len().cast(pl.Int64),
            pupils=pl.min_horizontal(n.sum(), rest.sum()),
            source=pl.col("source").unique().sort().str.join("; "),
        )
        .with_columns(pl.when(pl.col("schools") > 1).then("se").alias("se"))
        .with_columns(
            low=pl.col("value") - RANGE_95 * pl.col("se"), high=pl.col("value") + RANGE_95 * pl.col("se")
        )
        .sort(keys)
    )

"""How alike the schools of each definition are, where the school stands among them, and its context."""

from __future__ import annotations

import polars as pl

from commonroom import disclosure
from commonroom.disclosure import Released, Rule
from commonroom.families.quality import FAR
from commonroom.narrative.pages.ground import KEY, Ground, coded, gathered, none_of, once
from commonroom.tables.panel import CONTEXT_VARIABLES

#: Nearest schools that a school's own page names.
NEAREST = 10
MATCH = (
    "preset", "grade", "wanted", "found", "inside", "pool", "known", "criteria", "weight", "mutual", "used",
    "differs", "kept", "left",
)  # fmt: skip
POSITION = ("preset", "compared", "position", "low", "high")
SENSITIVITY = ("presets", "lowest", "median", "highest", "claim")
CONTEXT = ("variable", "value", "alike", "nation", "gap", "weight", "year")
#: Context of the year group that took the examinations; the rest is of the whole school.
OF_COHORT = ("prior", "prior_low", "prior_high", "disadvantaged")
_PLACED = (*KEY, "preset")


@once
def matches(ground: Ground) -> pl.DataFrame:
    """Return school, phase, preset and the columns of forms.Match, if any school was matched."""
    quality = ground.tables["match_quality"]
    frame = quality.join(_differences(ground), on=list(_PLACED), how="left", maintain_order="left")
    churn = ground.tables.get("churn")
    if churn is None:
        churn = quality.select(*_PLACED, kept=pl.lit(None, dtype=pl.Int32), left=pl.lit(None, dtype=pl.Int32))
    kept = churn.select(*_PLACED, "kept", "left")
    frame = frame.join(kept, on=list(_PLACED), how="left", maintain_order="left")
    nothing = pl.lit([], dtype=frame.schema["differs"])
    return frame.select(
        *KEY,
        "preset",
        "grade",
        "inside",
        "pool",
        "known",
        "criteria",
        "used",
        "kept",
        "left",
        pl.col("differs").fill_null(nothing),
        wanted="k",
        found="neighbours",
        weight=pl.col("known_weight").round(3),
        mutual=pl.col("reciprocity").round(3),
    ).sort(*KEY, ground.preset_order())


def _differences(ground: Ground) -> pl.DataFrame:
    """The criteria in which each school is unlike those alike, largest first."""
    gaps = ground.tables["match_gaps"].filter(pl.col("gap").abs() >= FAR)
    side = pl.when(pl.col("gap") > 0).then(pl.lit("higher")).otherwise(pl.lit("lower"))
    ordered = gaps.sort(*_PLACED, -pl.col("gap").abs(), "variable").with_columns(side=side)
    return ordered.group_by(_PLACED, maintain_order=True).agg(differs=pl.struct("variable", "side"))


def tell(ground: Ground) -> list[pl.DataFrame]:
    """Return school and phase with `matches`, `positions`, `sensitivity`, `nearest`, and the context."""
    if not ground.presets:
        return []
    parts = [gathered(matches(ground), MATCH, name="matches"), *_context(ground)]
    parts += [gathered(positions(ground).frame, POSITION, name="positions")] if _has(ground) else []
    parts += [_sensitivity(ground)] if _has(ground) else []
    return [*parts, _nearest(ground)]


def _has(ground: Ground) -> bool:
    return "positions" in ground.tables


@once
def positions(ground: Ground) -> Released:
    """Return the place of each school among the schools alike by each definition, released."""
    found = ground.tables["positions"].join(ground.latest, on=list(KEY), how="left", maintain_order="left")
    figures = dict.fromkeys(("position", "low", "high"), "people")
    rule = Rule(keys=_PLACED, figures=figures, official=True)
    rounded = found.with_columns(pl.col(list(figures)).fill_nan(None).round(1))
    return disclosure.release(rounded.sort(*KEY, ground.preset_order()), rule=rule)


def _sensitivity(ground: Ground) -> pl.DataFrame:
    found = ground.tables["sensitivity"].join(ground.latest, on=list(KEY), how="left", maintain_order="left")
    figures = ("lowest", "median", "highest")
    rule = Rule(keys=KEY, figures=dict.fromkeys((*figures, "claim"), "people"), official=True)
    rounded = found.with_columns(
        pl.col(figures).fill_nan(None).round(1), claim=pl.col("claim").replace("", None)
    )
    shown = disclosure.release(rounded, rule=rule).frame
    return shown.select(*KEY, sensitivity=pl.struct(*SENSITIVITY))


def withheld(ground: Ground) -> pl.DataFrame:
    """Return what was withheld of positions: school, phase, measure, year (none), what and reason."""
    if not _has(ground):
        rows = none_of("preset", pl.String()).with_columns(reason=pl.lit(None, dtype=pl.String))
    else:
        rows = positions(ground).withheld
    empty = (pl.lit(None, dtype=pl.String).alias("measure"), pl.lit(None, dtype=pl.Int32).alias("year"))
    return rows.select(*KEY, *empty, what=pl.lit("position"), reason=coded()).unique(maintain_order=True)


def _nearest(ground: Ground) -> pl.DataFrame:
    """The schools most like each one by the definition that a page begins with: school, phase, `nearest`."""
    names = ground.tables["schools"].select(
        neighbour="school", number="school", name=pl.coalesce("name", "school"), authority="authority"
    )
    near = ground.tables["neighbours"].filter(pl.col("rank") <= NEAREST)
    near = near.join(ground.defaults, on=["phase", "preset"], how="semi").join(names, on="neighbour")
    return gathered(near.sort(*KEY, "rank"), ("number", "name", "authority"), name="nearest")


def _context(ground: Ground) -> list[pl.DataFrame]:
    """Who the pupils are, beside the schools most alike and the nation: `context`, its year and releases."""
    pool = ground.tables["comparable"]
    variables = [name for name in CONTEXT_VARIABLES if name in pool.columns]
    nation = pool.group_by("phase").agg(pl.col(variables).mean())
    nation = nation.unpivot(index="phase", on=variables, variable_name="variable", value_name="nation")
    known = _known(ground, pool)
    rows = known.unpivot(
        index=[*KEY, "size", "people"], on=variables, variable_name="variable", value_name="value"
    )
    rows = rows.join(nation, on=["phase", "variable"]).join(
        _alike(ground), on=[*KEY, "variable"], how="left", maintain_order="left"
    )
    # Where a variable is known of no school, the definition has taken another in its place.
    rows = rows.with_columns(pl.coalesce("value", "own").alias("value"))
    # Means of fifty schools are of many pupils; with the distance to them, the school's own figure follows.
    figures = dict.fromkeys(("value", "gap"), "count")
    counted = pl.when(pl.col("variable").is_in(OF_COHORT)).then("people").otherwise("size")
    rule = Rule(keys=(*KEY, "variable"), figures=figures, official=True)
    shown = disclosure.release(rows.with_columns(count=counted), rule=rule).frame
    place = pl.col("variable").replace_strict({name: at for at, name in enumerate(variables)})
    years = _years(known, variables)
    shown = shown.join(years, on=[*KEY, "variable"], how="left", maintain_order="left").with_columns(
        pl.col("value", "alike", "nation").fill_nan(None).round(2),
        pl.col("gap", "weight").fill_nan(None).round(3),
    )
    told = shown.filter(pl.any_horizontal(pl.col("value", "alike").is_not_null()))
    return [
        gathered(told.sort(*KEY, place), CONTEXT, name="context"),
        known.select(
            *KEY,
            "context_year",
            context_releases=pl.col("release").str.split("; ").list.eval(_numbered(ground)),
        ),
    ]


def _numbered(ground: Ground) -> pl.Expr:
    return pl.element().replace_strict(ground.numbers, default=None, return_dtype=pl.Int64).drop_nulls()


def _known(ground: Ground, pool: pl.DataFrame) -> pl.DataFrame:
    """The compared schools of the system with their context, its years, and how many pupils it is about."""
    mine = pool.join(ground.inside, on="school", how="semi", maintain_order="left")
    years = ground.tables["context"].select(*KEY, "year", "context_year", "carried", "release")
    known = mine.with_columns(size="pupils").join(years, on=[*KEY, "year"], how="left", maintain_order="left")
    return known.join(ground.latest, on=list(KEY), how="left", maintain_order="left")


def _alike(ground: Ground) -> pl.DataFrame:
    """The mean of the schools alike on each variable that the definition a page begins with uses."""
    gaps = ground.tables["match_gaps"].join(ground.defaults, on=["phase", "preset"], how="semi")
    return gaps.select(*KEY, "variable", "gap", "weight", own="value", alike="neighbours_mean")


def _years(known: pl.DataFrame, variables: list[str]) -> pl.DataFrame:
    """The year of each context figure that is not of the year of the results."""
    pattern = r"(?:^|; ){} (\d{{4}})"
    found = known.select(
        *KEY,
        *(
            pl.col("carried").str.extract(pattern.format(name)).cast(pl.Int32).alias(name)
            for name in variables
        ),
    )
    return found.unpivot(index=KEY, on=variables, variable_name="variable", value_name="year")

"""What a school is strong in and what it needs, theme by theme, and where neither can be said."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from commonroom import disclosure
from commonroom.disclosure import Released
from commonroom.narrative.pages.ground import KEY, Ground, coded, gathered, once, whole
from commonroom.partnerships import circumstances, standing, themes
from commonroom.partnerships.themes import Basis, Themes
from commonroom.value_added import better

CLAIM = (
    "measure", "value", "low", "high", "better", "probability", "agreement", "definitions", "pupils", "years",
    "claim", "releases",
)  # fmt: skip
THEME = ("theme", "standing", "measure", "claims")
STRENGTH = ("theme", "measure", "value", "low", "high", "probability", "agreement", "pupils")
UNSAID = "unsaid"


@dataclass(frozen=True)
class _Asked:
    """A theme as it is asked of the schools of a phase, and its place on the page."""

    phase: str
    theme: str
    basis: Basis
    at: int


def tell(ground: Ground) -> list[pl.DataFrame]:
    """Return school, phase and `themes` (forms.ThemeStanding) of the schools that are compared."""
    if "better" not in ground.tables:
        return []
    rows = _standings(ground)
    return [gathered(rows.sort(*KEY, "order"), THEME, name="themes")]


def strengths(ground: Ground) -> pl.DataFrame:
    """Return school, phase and `strengths` (forms.Strength): what may be said of a school in a list."""
    rows = _standings(ground).filter(pl.col("standing") == "strength")
    first = pl.col("claims").list.first()
    shown = rows.select(
        *KEY, "theme", "order", *(first.struct.field(name) for name in STRENGTH if name != "theme")
    )
    shown = shown.filter(pl.col("value").is_not_null())
    return gathered(shown.sort(*KEY, "order"), STRENGTH, name="strengths")


def withheld(ground: Ground) -> pl.DataFrame:
    """Return what was withheld of claims: school, phase, measure, year (none), what and reason."""
    rows = _release(ground).withheld if "better" in ground.tables else _nothing()
    year = pl.lit(None, dtype=pl.Int32).alias("year")
    told = rows.select(*KEY, "measure", year, what=pl.lit("claim"), reason=coded())
    return told.unique(maintain_order=True)


def _nothing() -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys((*KEY, "measure", "reason"), pl.String))


@once
def _release(ground: Ground) -> Released:
    return disclosure.release(ground.tables["better"], rule=better.RULE)


def claims(ground: Ground) -> pl.DataFrame:
    """Return school, phase, and the columns of forms.Claim, with the measure's own unit and direction."""
    shown = _release(ground).frame.join(ground.inside, on="school", how="semi", maintain_order="left")
    lower = [name for name, one in ground.facts.measures.items() if one.direction == "lower"]
    parts = [name for name, one in ground.facts.measures.items() if one.group != "all"]
    known = standing.source(shown, ground.compared)
    turn = pl.when(pl.col("measure").is_in(lower)).then(-1.0).otherwise(1.0) * pl.col("spread")
    ends = [pl.col("low") * turn, pl.col("high") * turn]
    known = known.join(_sources(ground, known), on=["phase", "measure"], how="left", maintain_order="left")
    return known.select(
        *KEY,
        "measure",
        "better",
        "years",
        "releases",
        pl.col("theme"),
        value=(pl.col("effect") * turn).fill_nan(None).round(3),
        low=pl.min_horizontal(ends).fill_nan(None).round(3),
        high=pl.max_horizontal(ends).fill_nan(None).round(3),
        probability=pl.col("probability").round(4),
        agreement=pl.col("agreement").round(4),
        definitions="universes",
        # With the number of all pupils beside it, that of the others would follow from that of a group.
        pupils=pl.when(~pl.col("measure").is_in(parts)).then(whole("cohort")),
        claim=pl.col("claim").fill_null(False),
    )


def _sources(ground: Ground, known: pl.DataFrame) -> pl.DataFrame:
    """Publications of the latest years that claims of each measure rest on."""
    key = ["phase", "measure"]
    used = known.group_by(key).agg(pl.col("years").max())
    latest = pl.col("year").rank("dense", descending=True).over(key)
    rows = ground.sources.join(used, on=key).filter(latest <= pl.col("years"))
    return rows.group_by(key).agg(releases=pl.col("release").unique().sort())


@once
def _standings(ground: Ground) -> pl.DataFrame:
    """One row per school, phase and theme: what stands, the measure that decides, and all its claims."""
    known = themes.load()
    said = claims(ground)
    stated = _stated(ground)
    asked = [_Asked(*one, at=at) for at, one in enumerate(known.bases)]
    parts = [_is_among(ground, _of_theme(said, stated, one), one.basis) for one in asked]
    return pl.concat([*parts, _others(said, known, at=len(asked))], how="vertical")


def _stated(ground: Ground) -> pl.DataFrame:
    """Strengths and needs by the figures: a school, phase and theme each, and which it is (`evidence`)."""
    found = ground.tables.get("standing")
    if found is None:
        return pl.DataFrame(schema=dict.fromkeys((*KEY, "theme", "evidence"), pl.String))
    return found.filter(pl.col("evidence").is_not_null()).select(*KEY, "theme", "evidence")


def _of_theme(said: pl.DataFrame, stated: pl.DataFrame, asked: _Asked) -> pl.DataFrame:
    """The standing of every school of a phase in one theme."""
    basis, key = asked.basis, list(KEY)
    of_phase = said.filter(pl.col("phase") == asked.phase)
    own = of_phase.filter(pl.col("measure").is_in(list(basis.measures)))
    place = pl.col("measure").replace_strict(
        {name: number for number, name in enumerate(basis.measures)}, default=0, return_dtype=pl.Int64
    )
    listed = gathered(own.sort(*KEY, place), CLAIM, name="claims")
    first = own.filter(pl.col("measure") == (basis.measure or ""), pl.col("value").is_not_null())
    rows = of_phase.select(KEY).unique().sort(KEY).join(listed, on=key, how="left", maintain_order="left")
    rows = rows.join(first.select(*KEY, known=pl.lit(True)), on=key, how="left", maintain_order="left")
    evidence = stated.filter(pl.col("theme") == asked.theme).drop("theme")
    rows = rows.join(evidence, on=key, how="left", maintain_order="left")
    kind = (
        pl.lit("no_measure")
        if basis.measure is None
        else pl.when("known").then(pl.coalesce("evidence", pl.lit(UNSAID))).otherwise(pl.lit("no_figure"))
    )
    return rows.select(
        *KEY,
        theme=pl.lit(asked.theme),
        standing=kind,
        measure=pl.lit(basis.measure, dtype=pl.String),
        claims=pl.col("claims").fill_null(pl.lit([], dtype=rows.schema["claims"])),
        order=pl.lit(asked.at),
    )


def _is_among(ground: Ground, rows: pl.DataFrame, basis: Basis) -> pl.DataFrame:
    """The schools that a theme is asked of: some are asked only of where there are many such pupils."""
    if basis.among is None:
        return rows
    variable, edge = basis.among.variable, basis.among.percentile
    places = circumstances.percentiles(ground.tables["comparable"], variables=[variable])
    inside = pl.col(variable) <= 100 - edge if basis.among.fewest else pl.col(variable) >= edge
    return rows.join(places.filter(inside), on=list(KEY), how="semi", maintain_order="left")


def _others(said: pl.DataFrame, known: Themes, *, at: int) -> pl.DataFrame:
    """The standing in what somebody brought along, and no theme rests on: each measure stands for itself."""
    used = [(phase, measure) for phase, _, basis in known.bases for measure in basis.measures]
    rest = said.join(
        pl.DataFrame(used, schema={"phase": pl.String, "measure": pl.String}, orient="row"),
        on=["phase", "measure"],
        how="anti",
        maintain_order="left",
    )
    side = pl.when("better").then(pl.lit("strength")).otherwise(pl.lit("need"))
    rows = rest.with_columns(
        theme=pl.coalesce("theme", "measure"),
        standing=pl.when("claim").then(side).otherwise(pl.lit(UNSAID)),
        claims=pl.concat_list(pl.struct(*CLAIM)),
        order=pl.lit(at),
    )
    return rows.sort(*KEY, "measure").select(*KEY, *THEME, "order")

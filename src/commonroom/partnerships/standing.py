"""What each school is strong in and what it needs: by the figures, by its own word, and by the rule."""

from __future__ import annotations

import polars as pl

from commonroom import disclosure
from commonroom.disclosure import PUPILS
from commonroom.errors import SaidToPeople
from commonroom.partnerships.themes import Basis, Themes
from commonroom.tables.partnerships import STANDING, STATEMENTS
from commonroom.value_added import better as rules

STRENGTH, NEED = "strength", "need"
OFFER, REQUEST, NO_OFFER, NO_NEED = "offer", "request", "no offer", "no need"
#: A row: a school in a phase, at a theme.
KEY = ("school", "phase", "theme")
#: Columns of the standing that a figure gives.
OF_A_FIGURE = ("measure", "effect", "sd", "probability", "agreement", "cohort", "spread", "source")


def source(better: pl.DataFrame, outcomes: pl.DataFrame) -> pl.DataFrame:
    """`better` with one sd of schools in the unit of each measure (`spread`) and its publications (`source`).

    Arguments: `better` (tables.better.BETTER), and `outcomes` (tables.panel) of the schools that are
    compared. The spread is the latest year's; the publications are those of the years that were used.
    """
    key = ["phase", "measure"]
    used = better.group_by(key).agg(pl.col("years").max())
    known = outcomes.filter(pl.col("value").is_not_null())
    # The years of a measure are few where its figures are hundreds of thousands.
    years = known.select(*key, "year").unique().join(used, on=key)
    latest = pl.col("year").rank("dense", descending=True).over(key)
    known = known.join(years.filter(latest <= pl.col("years")), on=[*key, "year"])
    facts = known.group_by(key).agg(
        spread=pl.col("value").filter(pl.col("year") == pl.col("year").max()).std(),
        source=pl.col("release").sort_by("year", "release").unique(maintain_order=True).str.join("; "),
    )
    return better.join(facts, on=key, how="left", maintain_order="left")


def stand(
    better: pl.DataFrame,
    schools: pl.DataFrame,
    *,
    themes: Themes,
    said: pl.DataFrame | None = None,
    keys: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Strengths and needs of the schools of a plan, theme by theme.

    Arguments: `better` (tables.better.BETTER, with spread and source of `source`); `schools` of the plan,
    with school, phase, and the percentile in the nation of each of `themes.variables`
    (circumstances.percentiles); the `themes`; what schools have `said` (tables.partnerships.STATEMENTS);
    the Keys to Success schools (`keys`, tables.partnerships.KEYS).

    A school's own word overrules the figures: a request is a need, an offer a strength, and "no offer"
    and "no need" remove them. Only an offer against figures that say need is neither: the school is not
    sent help that it does not want, and no school is sent to it for help. A Keys to Success school that
    is left without a need has one in the headline theme, whatever it is or offers there, unless it says
    "no need" itself.
    Returns tables.partnerships.STANDING, by phase, theme and school: the rows that say something. No
    figure of fewer pupils than the disclosure limit is in it. Raises SaidToPeople for what schools say
    of a theme that there is not, or that are not in the plan. METHODS.md sections 6 and 8.
    """
    here = schools.select("school", "phase", *themes.variables).unique(["school", "phase"])
    figures = _figures(_shown(better), here, themes)
    rows = _with_words(figures, _words(said, here, themes))
    selected = STANDING.empty().select("school", "phase") if keys is None else keys.select("school", "phase")
    selected = selected.join(here.select("school", "phase"), on=["school", "phase"], how="semi")
    rows = rows.join(
        selected.with_columns(keys=pl.lit(True)), on=["school", "phase"], how="left"
    ).with_columns(pl.col("keys").fill_null(False))
    rows = _judged(_with_headline(rows, selected, themes))
    telling = pl.any_horizontal(pl.col("evidence", "said", "kind").is_not_null())
    return STANDING.check(rows.filter(telling).sort("phase", "theme", "school"))


def count(standing: pl.DataFrame) -> pl.DataFrame:
    """How many strengths and needs there are, by phase and theme, and where they are from.

    Returns phase, theme, strengths, needs, and of these `strengths_said` (only said), `needs_said`,
    `needs_keys` (of the rule alone); `overruled`: where the figures say otherwise than
    what the school's own word, or the rule, makes of it.
    """
    strength, need = pl.col("kind") == STRENGTH, pl.col("kind") == NEED
    numbers = {
        "strengths": strength,
        "needs": need,
        "strengths_said": strength & (pl.col("why") == "said"),
        "needs_said": need & (pl.col("why") == "said"),
        "needs_keys": need & (pl.col("why") == "keys"),
        "overruled": pl.col("evidence").is_not_null() & pl.col("evidence").ne_missing(pl.col("kind")),
    }
    sums = [which.fill_null(False).sum().cast(pl.Int32).alias(name) for name, which in numbers.items()]
    return standing.group_by("phase", "theme").agg(sums).sort("phase", "theme")


def withheld(better: pl.DataFrame, schools: pl.DataFrame, *, themes: Themes) -> pl.DataFrame:
    """How many schools' figures are not used for they are of too few pupils, by phase and theme.

    Arguments as of `stand`. Returns phase, theme and schools (a number).
    """
    few = better.filter(pl.col("cohort") < PUPILS)
    here = schools.select("school", "phase", *themes.variables).unique(["school", "phase"])
    parts = [
        few.filter(pl.col("phase") == phase, pl.col("measure") == (basis.measure or ""))
        .join(_whom(here, basis), on=["school", "phase"], how="semi")
        .select("phase", theme=pl.lit(theme))
        for phase, theme, basis in themes.bases
    ]
    return (
        pl.concat(parts)
        .group_by("phase", "theme")
        .agg(schools=pl.len().cast(pl.Int32))
        .sort("phase", "theme")
    )


def _shown(better: pl.DataFrame) -> pl.DataFrame:
    """What may be shown of the figures, and the probability that a school does better."""
    released = disclosure.release(better, rule=rules.RULE).frame.filter(pl.col("effect").is_not_null())
    up = pl.col("better")
    return released.with_columns(
        pl.when(up).then(pl.col("probability")).otherwise(1 - pl.col("probability")).alias("probability"),
        sure=pl.col("probability"),
        side=pl.when(up).then(pl.lit(STRENGTH)).otherwise(pl.lit(NEED)),
    )


def _figures(shown: pl.DataFrame, here: pl.DataFrame, themes: Themes) -> pl.DataFrame:
    """Every school, phase and theme of which a figure speaks, and what it says (`evidence`)."""
    blank = STANDING.empty().select(*KEY, *OF_A_FIGURE, "evidence")
    parts = [blank]
    for phase, theme, basis in themes.bases:
        if basis.measure is None:
            continue
        own = shown.filter(pl.col("phase") == phase)
        rows = own.filter(pl.col("measure") == basis.measure).join(_whom(here, basis), on=["school", "phase"])
        against = own.filter(pl.col("measure").is_in(basis.also), "claim").select("school", against="side")
        rows = rows.join(against.group_by("school").agg("against"), on="school", how="left")
        told = _is_sure(themes) & ~pl.col("against").list.contains(_other_side()).fill_null(False)
        rows = rows.with_columns(theme=pl.lit(theme), evidence=pl.when(told).then("side"))
        parts.append(rows.select(pl.col(name).cast(blank.schema[name]) for name in blank.columns))
    return pl.concat(parts)


def _whom(here: pl.DataFrame, basis: Basis) -> pl.DataFrame:
    """The schools of the plan of which the measure speaks in this theme."""
    if basis.among is None:
        return here.select("school", "phase")
    place, edge = pl.col(basis.among.variable), basis.among.percentile
    inside = place <= 100 - edge if basis.among.fewest else place >= edge
    return here.filter(inside).select("school", "phase")


def _is_sure(themes: Themes) -> pl.Expr:
    """Whether a figure is a claim, and as sure as the themes ask."""
    asked = themes.evidence
    enough = (pl.col("sure") > asked.probability) & (pl.col("agreement") >= asked.agreement)
    return (pl.col("claim") & enough).fill_null(False)


def _other_side() -> pl.Expr:
    return pl.when(pl.col("side") == STRENGTH).then(pl.lit(NEED)).otherwise(pl.lit(STRENGTH))


def _words(said: pl.DataFrame | None, here: pl.DataFrame, themes: Themes) -> pl.DataFrame:
    """What schools say: a school, phase and theme of the plan each, and what."""
    words = STATEMENTS.empty() if said is None else STATEMENTS.check(said)
    known = pl.DataFrame(
        [(phase, theme) for phase, theme, _ in themes.bases], schema=["phase", "theme"], orient="row"
    )
    lost = words.join(known, on=["phase", "theme"], how="anti").sort(KEY)
    if lost.height:
        row = lost.row(0, named=True)
        there = known.filter(pl.col("phase") == row["phase"])["theme"]
        raise SaidToPeople(
            f"{row['phase']} schools have no theme {row['theme']} ({lost.height} statements).",
            where=f"what school {row['school']} says",
            remedy=f"Name one of: {', '.join(there)}.",
        )
    stranger = words.join(here, on=["school", "phase"], how="anti").sort(KEY)
    if stranger.height:
        row = stranger.row(0, named=True)
        raise SaidToPeople(
            f"{row['school']} is no {row['phase']} school of the plan ({stranger.height} statements).",
            where=f"what school {row['school']} says of {row['theme']}",
            remedy="Give the school's identity in the evidence, or leave the statement out.",
        )
    return words.select(*KEY, said="says")


def _with_words(figures: pl.DataFrame, words: pl.DataFrame) -> pl.DataFrame:
    """Figures and words side by side, and what both come to (`kind`, `why`)."""
    rows = figures.join(words, on=list(KEY), how="full", coalesce=True)
    evidence, said = pl.col("evidence"), pl.col("said")
    refused = pl.when(evidence == STRENGTH).then(pl.lit(NO_OFFER)).otherwise(pl.lit(NO_NEED))
    kind = (
        pl.when(said == REQUEST).then(pl.lit(NEED))
        .when((said == OFFER) & evidence.ne_missing(NEED)).then(pl.lit(STRENGTH))
        .when(said == OFFER).then(None)
        .when(said.ne_missing(refused)).then(evidence)
    )  # fmt: skip
    return rows.with_columns(kind=kind)


def _with_headline(rows: pl.DataFrame, selected: pl.DataFrame, themes: Themes) -> pl.DataFrame:
    """A need in the headline theme for each selected school that is left without any."""
    key = ["school", "phase"]
    phases = [phase for phase, theme, _ in themes.bases if theme == themes.headline]
    refused = rows.filter(pl.col("said") == NO_NEED, pl.col("theme") == themes.headline)
    alone = (
        selected.filter(pl.col("phase").is_in(phases))
        .join(rows.filter(pl.col("kind") == NEED), on=key, how="anti")
        .join(refused, on=key, how="anti")
        .with_columns(theme=pl.lit(themes.headline), ruled=pl.lit(True))
    )
    joined = rows.join(alone, on=list(KEY), how="full", coalesce=True)
    return joined.with_columns(
        pl.when("ruled").then(pl.lit(NEED)).otherwise("kind").alias("kind"),
        pl.col("keys").fill_null(True),
        pl.col("ruled").fill_null(False),
    )


def _judged(rows: pl.DataFrame) -> pl.DataFrame:
    """Where each kind is from."""
    why = (
        pl.when(pl.col("kind").is_null()).then(None)
        .when("ruled").then(pl.lit("keys"))
        .when(pl.col("kind") == pl.col("evidence")).then(pl.lit("evidence"))
        .otherwise(pl.lit("said"))
    )  # fmt: skip
    return rows.with_columns(why=why)

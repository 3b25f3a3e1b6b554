"""The pictures of an evaluation, each with the table behind it: paths, effects, and what stands beside."""

from __future__ import annotations

import altair as alt
import polars as pl

from commonroom import charts
from commonroom.disclosure import Released
from commonroom.narrative import page
from commonroom.narrative.impact.shown import Shown
from commonroom.narrative.impact.voice import DIGITS, Row, Voice
from commonroom.narrative.page import Block, Grid, Picture

SIDES = ("joined", "comparison")


def still(name: str, chart: alt.TopLevelMixin, caption: str) -> Picture:
    """Return a picture that needs no program."""
    return Picture(name, caption, page.trusted(""), page.trusted(charts.svg(chart)))


def scaled(released: Released, frame: pl.DataFrame, voice: Voice, *columns: str) -> Released:
    """Return rows with figures in the unit of the measure, better upwards, where one sd is known in it."""
    spread = voice.told.spread or 1.0
    return page.cut(released, frame.with_columns(pl.col(name) * spread for name in columns))


def unit(voice: Voice) -> str:
    """Return the unit that pictures are drawn in."""
    return voice.units if voice.told.spread is not None else voice["amount.unit_sd"]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def paths(shown: Shown, role: str, voice: Voice) -> Block | None:
    """Return both sides year by year, or nothing where no year has a figure."""
    frame = shown.paths.frame.filter(pl.col("role") == role)
    drawn = frame.filter(pl.col("side").is_in(SIDES)).drop_nulls("value")
    if drawn.is_empty():
        return None
    released = scaled(
        shown.paths, drawn.select("side", "year", "value", "low", "high"), voice, "value", "low", "high"
    )
    words = voice.words.group("impact.paths") | {"value": voice.say("paths.value", unit=unit(voice))}
    chart = charts.paths(released, words=words, series=SIDES, starts=_starts(shown, role))
    who = voice[f"role.{role}.who"]
    caption = voice.say("paths.caption", measure=voice.measure, who=who)
    return Block(
        title=voice["paths.title"],
        sentences=page.texts([voice["paths.text"]]),
        picture=still(f"paths-{role}", chart, caption),
        grids=(_path_grid(frame, voice),),
        sources=voice.sources(shown.paths),
    )


def _starts(shown: Shown, role: str) -> tuple[int, ...]:
    starts = shown.events.frame.filter(pl.col("role") == role)["start"].unique().sort()
    return tuple(starts.to_list())


def _path_grid(frame: pl.DataFrame, voice: Voice) -> Grid:
    order = {"joined": 0, "comparison": 1, "nation": 2}
    rows = sorted(frame.iter_rows(named=True), key=lambda row: (row["year"], order[row["side"]]))
    heads = ("year", "side", "points", "value", "range", "schools")
    return page.grid(
        voice["paths.table"],
        [voice[f"paths.heads.{name}"] for name in heads],
        (
            (
                str(row["year"]), voice[f"paths.{row['side']}"], voice.plain(row["points"]),
                voice.sd(row["value"]), voice.words.between(row["low"], row["high"], DIGITS),
                voice.words.number(row["schools"], 0),
            )
            for row in rows
        ),
        numeric=(2, 3, 4, 5),
    )  # fmt: skip


def effects(shown: Shown, role: str, voice: Voice) -> Block | None:
    """Return the effect by year since the start with its table of all effects, or nothing without any."""
    frame = shown.effects.frame.filter(pl.col("role") == role)
    drawn = frame.filter(pl.col("aggregation") == "dynamic").drop_nulls(["effect", "low", "high"])
    if drawn.is_empty():
        return None
    columns = ("value", "low", "high", "band_low", "band_high")
    drawn = drawn.select("at", pl.col("effect").alias("value"), *columns[1:])
    if drawn["at"].min() >= 0:  # type: ignore[operator]
        drawn = pl.concat([held_out(shown, role), drawn])
    released = scaled(
        shown.effects,
        drawn.sort("at"),
        voice,
        *columns,
    )
    words = voice.words.group("impact.effects") | {"value": voice.say("effects.value", unit=unit(voice))}
    who = voice[f"role.{role}.who"]
    caption = voice.say("effects.caption", measure=voice.measure, who=who)
    return Block(
        title=voice["effects.title"],
        sentences=page.texts([voice["effects.text"]]),
        picture=still(f"effects-{role}", charts.effects(released, words=words), caption),
        grids=(_effect_grid(frame, voice),),
        sources=(voice["effects.p_note"], *voice.sources(shown.effects)),
    )


def held_out(shown: Shown, role: str) -> pl.DataFrame:
    """Return how both sides differed in years that they were not matched on, by year since the start.

    From the checks: the row "held out -5" is of the fifth year before the last one before the start.
    """
    rows = shown.guards.frame.filter(pl.col("role") == role, pl.col("guard") == "pretrend")
    back = pl.col("at").str.extract(r"^held out -(\d+)$").cast(pl.Int32)
    none = pl.lit(None, dtype=pl.Float64)
    return (
        rows.with_columns(back=back)
        .drop_nulls(["back", "effect", "low", "high"])
        .select(
            "low", "high", at=-pl.col("back") - 1, value="effect", band_low=none, band_high=none,
        )
        .select("at", "value", "low", "high", "band_low", "band_high")
    )  # fmt: skip


def _effect_grid(frame: pl.DataFrame, voice: Voice) -> Grid:
    order = ["simple", "dynamic", "cohort", "calendar"]
    rows = sorted(frame.iter_rows(named=True), key=lambda row: (order.index(row["aggregation"]), row["at"]))
    heads = ("at", "effect", "band", "p", "schools", "comparison")
    return page.grid(
        voice["effects.table"],
        [voice[f"effects.heads.{name}"] for name in heads],
        (
            (
                _at(row, voice), voice.figure(row),
                voice.words.between(row["band_low"], row["band_high"], DIGITS), voice.chance(row["p"]),
                voice.words.number(row["schools"], 0), voice.words.number(row["comparison"], 0),
            )
            for row in rows
        ),
        numeric=(2, 3, 4, 5),
    )  # fmt: skip


def _at(row: Row, voice: Voice) -> str:
    """Return what an effect is of: all, so many years since the start, a year joined, a year of results."""
    at = voice.words.number(row["at"], 0) if row["aggregation"] == "dynamic" else str(row["at"])
    return voice.say(f"effects.at.{row['aggregation']}", at=at)


def regression(shown: Shown, role: str, voice: Voice) -> Block:
    """Return the change taken at face value, only ever beside what equally low schools showed."""
    title, both = voice["regress.title"], face_value(shown, role)
    if both is None:
        known = shown.guards.frame.filter(pl.col("role") == role, pl.col("guard") == "naive").height
        said = voice["regress.alone" if known else "regress.none"]
        return Block(title=title, sentences=page.texts([voice[f"regress.{role}"], said]))
    naive, placebo = both
    said = voice.say(
        "regress.told", who=voice[f"role.{role}.who"], naive=voice.figure(naive),
        placebo=voice.figure(placebo),
    )  # fmt: skip
    rows = [("naive", naive), ("placebo", placebo)]
    own = shown.headline.frame.filter(pl.col("role") == role).drop_nulls(["effect", "low", "high"])
    rows += [("own", row) for row in own.iter_rows(named=True)]
    labelled = [(voice[f"regress.labels.{kind}"], kind, row) for kind, row in rows]
    frame = pl.DataFrame(
        [(label, kind, row["effect"], row["low"], row["high"]) for label, kind, row in labelled],
        schema=["label", "kind", "value", "low", "high"], orient="row",
    )  # fmt: skip
    released = scaled(shown.guards, frame, voice, "value", "low", "high")
    chart = charts.forest(released, words={"value": voice.say("regress.value", unit=_capital(unit(voice)))})
    caption = voice.say("regress.caption", measure=voice.measure)
    heads = [voice[f"regress.heads.{name}"] for name in ("what", "figure")]
    grid = page.grid(voice["paths.table"], heads, [(label, voice.figure(row)) for label, _, row in labelled])
    return Block(
        title=title,
        sentences=page.texts([voice[f"regress.{role}"], said]),
        picture=still(f"regress-{role}", chart, caption),
        grids=(grid,),
        sources=voice.sources(shown.guards),
    )


def face_value(shown: Shown, role: str) -> tuple[Row, Row] | None:
    """Return the change taken at face value and what equally low schools showed: both, or neither."""
    found = {
        row["guard"]: row
        for row in shown.guards.frame.filter(pl.col("role") == role).iter_rows(named=True)
        if None not in (row["effect"], row["low"], row["high"])
    }
    naive, placebo = found.get("naive"), found.get("regression_to_mean")
    return None if naive is None or placebo is None else (naive, placebo)

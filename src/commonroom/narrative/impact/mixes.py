"""One school, alliance or city beside a weighted mix of others."""

from __future__ import annotations

import polars as pl

from commonroom import charts
from commonroom.disclosure import PUPILS
from commonroom.narrative import page
from commonroom.narrative.impact.pictures import scaled, still, unit
from commonroom.narrative.impact.shown import Shown
from commonroom.narrative.impact.voice import DIGITS, Voice
from commonroom.narrative.page import Block, Grid, Section

SIDES = ("unit", "mix")
#: The unit of all schools that took part (impact.evaluating.UNIT).
ALL = "those that took part"


def tell(shown: Shown, voice: Voice) -> Section | None:
    """Return each unit beside its mix, in order of name, or nothing where no mix was made."""
    frame = shown.synthetic.frame
    if frame.is_empty():
        return None
    parts = frame.partition_by("unit", "method", as_dict=True)
    names = sorted(parts, key=lambda key: (voice.full(str(key[0])), key))
    blocks = (_block(shown, parts[key], voice, number) for number, key in enumerate(names))
    first = Block(sentences=page.texts([voice["mix.text"]]))
    return Section("mix", voice["mix.title"], (first, *blocks))


def _block(shown: Shown, frame: pl.DataFrame, voice: Voice, number: int) -> Block:
    name, method = _name(frame["unit"][0], voice), frame["method"][0]
    method = voice.maybe(f"mix.{method}", method)
    rows = frame.drop_nulls(["value", "mix", "gap"]).sort("year")
    if rows.is_empty():
        said = voice.say("mix.withheld", unit=name, limit=PUPILS)
        return Block(title=name, sentences=page.texts([said]))
    after = rows.filter("after")
    outside = after.filter((pl.col("gap") < pl.col("low")) | (pl.col("gap") > pl.col("high")))
    said = voice.say("mix.told", unit=name, n=outside.height, years=after.height)
    both = pl.concat(
        [
            rows.select("year", "value", side=pl.lit("unit"), low=pl.lit(None, dtype=pl.Float64),
                        high=pl.lit(None, dtype=pl.Float64)),
            rows.select("year", value="mix", side=pl.lit("mix"), low=pl.col("mix") + pl.col("low"),
                        high=pl.col("mix") + pl.col("high")),
        ],
        how="diagonal",
    )  # fmt: skip
    released = scaled(shown.synthetic, both, voice, "value", "low", "high")
    words = voice.words.group("impact.mix") | {
        "value": voice.say("paths.value", unit=unit(voice)), "year": voice["paths.year"],
    }  # fmt: skip
    starts = (int(after["year"][0]),) if after.height else ()
    chart = charts.paths(released, words=words, series=SIDES, starts=starts)
    caption = voice.say("mix.caption", unit=name, method=method)
    table = voice.say("mix.table", unit=name, method=method)
    return Block(
        title=name,
        sentences=page.texts([said]),
        picture=still(f"mix-{number}", chart, caption),
        grids=(_grid(rows, voice, table),),
    )


def _name(unit: str, voice: Voice) -> str:
    """Return the name of a unit: a school's own, all that took part, or what somebody called it."""
    return voice["mix.all"] if unit == ALL else voice.full(unit)


def _grid(rows: pl.DataFrame, voice: Voice, caption: str) -> Grid:
    return page.grid(
        caption,
        [voice[f"mix.heads.{name}"] for name in ("year", "value", "mix", "gap")],
        (
            (
                str(row["year"]), voice.sd(row["value"]), voice.sd(row["mix"]),
                voice.say(
                    "mix.missed", gap=voice.sd(row["gap"]),
                    span=voice.words.between(row["low"], row["high"], DIGITS),
                ),
            )
            for row in rows.iter_rows(named=True)
        ),
        numeric=(1, 2, 3),
    )  # fmt: skip

"""What schools add, from pupils' own results: each school by its size, with its range."""

from __future__ import annotations

import polars as pl

from commonroom import charts
from commonroom.disclosure import Released
from commonroom.narrative import glance, page
from commonroom.narrative.page import Block, Grid, Section
from commonroom.narrative.story import Story
from commonroom.narrative.words import Words


def tell(story: Story, words: Words) -> Section | None:
    """Return what schools add beyond their pupils' start, or nothing where no pupils were summed."""
    released = story.pupils
    if released is None or released.frame.is_empty():
        return None
    title = words["nav.pupils"]
    intro = Block(sentences=page.texts(words["pupils.intro"].split("\n")))
    return Section("pupils", title, (intro, _block(released, story, words)))


def _block(released: Released, story: Story, words: Words) -> Block:
    frame = released.frame.sort("name", "school")
    known = frame.filter(pl.col("effect").is_not_null()).with_columns(side=_side())
    gone = frame.height - known.height
    said = dict(known["side"].value_counts().rows())
    first = frame.row(0, named=True)
    caption = words.say("pupils.caption", system=glance.label(story, words))
    labels = words.group("pupils") | {
        "school": words["column.school"], "pupils": words["pupils.across"],
        "effect": words["pupils.up"],
        "low": words["chart.low"], "high": words["chart.high"],
    }  # fmt: skip
    counts = {side: said.get(side, 0) for side in ("above", "below", "unclear")}
    every = -(-known.height // page.LISTED)
    drawn = known.sort("school").gather_every(every)
    return Block(
        sentences=page.texts(
            [
                words.say("pupils.what", outcome=first["outcome"], intake=first["intake"]),
                words.say("pupils.count", n=known.height, **counts),
                words.say("pupils.withheld", n=gone, limit=released.rule.limit) if gone else "",
                words["pupils.chance"],
                words.say("map.every", every=every) if every > 1 else "",
            ]
        ),
        picture=page.picture(
            "pupils-schools", charts.funnel(page.cut(released, drawn), words=labels), caption=caption
        ),
        grids=(_grid(frame, words, caption=caption),) if frame.height <= page.LISTED else (),
        sources=page.sources(released, words, withheld=False),
        how="pupils",
    )


def _side() -> pl.Expr:
    """Which side of nought a whole range is on."""
    above, below = pl.col("low") > 0, pl.col("high") < 0
    return pl.when(above).then(pl.lit("above")).when(below).then(pl.lit("below")).otherwise(pl.lit("unclear"))


def _grid(frame: pl.DataFrame, words: Words, *, caption: str) -> Grid:
    rows = (
        (
            row["name"], row["authority"] or "–", words.number(row["pupils"], 0),
            words.signed(row["effect"], 2), words.between(row["low"], row["high"], 2),
            words.percent(row["reliability"]),
        )
        for row in frame.iter_rows(named=True)
    )  # fmt: skip
    heads = page.heads(words, "school", "authority", "pupils", "effect", "range", "reliability")
    return page.grid(caption, heads, rows, numeric=(2, 3, 4, 5))

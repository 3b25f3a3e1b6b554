"""Effects: by year with interval and band, several beside each other, and what a design could see."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from commonroom.charts.looks import GREY, HERE, INK, PAPER, QUIET, THEME, THERE, Words, lines, values
from commonroom.disclosure import Released

#: Narrow, so that its letters are still read on a telephone.
WIDTH = 400
#: The band that holds for all years at once, and places along the years that belong to one mark.
BAND = "#cfdcea"
#: How each kind of figure looks where several stand beside each other: shape, filling and line.
KINDS: dict[str, tuple[str, str, str]] = {
    "own": ("circle", HERE, HERE),
    "naive": ("diamond", PAPER, THERE),
    "placebo": ("square", GREY, GREY),
}


def effects(released: Released, *, words: Words) -> alt.TopLevelMixin:
    """Draw the effect by year since joining: a dot, its interval, and the band that holds for all years.

    Columns: at (years since joining), value, low, high, band_low and band_high, in the unit of `words`.
    Years before joining are hollow: there was nothing yet that could have had an effect.
    """
    frame = released.frame.with_columns(
        shown=pl.when(pl.col("at") < 0).then(pl.lit(words["before"])).otherwise(pl.lit(words["after"]))
    )
    chart = alt.Chart(values(frame))
    at = _across(frame["at"].to_list(), "at", words["since"])
    up = alt.Y("value:Q", title=lines(words["value"]), axis=alt.Axis(format="+~f"))
    names = [words["before"], words["after"]]
    fill = alt.Fill("shown:N", sort=None, title=None, scale=alt.Scale(domain=names, range=[PAPER, HERE]))
    band = chart.mark_rule(strokeWidth=15, color=BAND, aria=False)
    whisker = chart.mark_rule(strokeWidth=2.5, color=HERE, aria=False)
    dot = chart.mark_point(size=85, strokeWidth=1.8, color=HERE, opacity=1, aria=False)
    return small(
        alt.layer(
            band.encode(at, y="band_low:Q", y2="band_high:Q"),
            _level(0.0),
            _started([-0.5]),
            whisker.encode(at, y="low:Q", y2="high:Q"),
            dot.encode(at, up, fill),
        ),
        height=230,
    )


def forest(released: Released, *, words: Words) -> alt.TopLevelMixin:
    """Draw figures that are to be read beside each other: a label, and below it a dot with its interval.

    Columns: label, kind (of KINDS), value, low, high, in the unit of `words`. Rows stay in their order.
    """
    frame = released.frame.with_columns(
        pl.col("kind").replace_strict({kind: look[at] for kind, look in KINDS.items()}).alias(part)
        for at, part in enumerate(("shape", "fill", "line"))
    )
    chart = alt.Chart(values(frame))
    row = alt.Y("label:N", sort=None, title=None, axis=None)
    across = alt.X("value:Q", title=lines(words["value"]), axis=alt.Axis(format="+~f"))
    line = alt.Stroke("line:N", scale=None)
    # The paper around the letters cuts the line that crosses them.
    around = chart.mark_text(
        align="left", dy=-13, fontSize=12.5, color=PAPER, stroke=PAPER, strokeWidth=5, aria=False
    )
    label = chart.mark_text(align="left", dy=-13, fontSize=12.5, color=INK, aria=False)
    whisker = chart.mark_rule(strokeWidth=2.5, aria=False)
    dot = chart.mark_point(size=85, strokeWidth=2, opacity=1, aria=False)
    none = alt.Chart(values(pl.DataFrame({"none": [0.0]})))
    return small(
        alt.layer(
            none.mark_rule(color=QUIET, strokeDash=[5, 4], aria=False).encode(x="none:Q"),
            around.encode(row, x=alt.value(0), text="label:N"),
            whisker.encode(row, line, x="low:Q", x2="high:Q"),
            dot.encode(
                row, across, line, shape=alt.Shape("shape:N", scale=None), fill=alt.Fill("fill:N", scale=None)
            ),
            label.encode(row, x=alt.value(0), text="label:N"),
        ),
        height=52 * max(1, frame.height),
    )


def power(released: Released, *, words: Words, asked: float) -> alt.TopLevelMixin:
    """Draw how often an effect would be seen, by its size, with marks at sizes that have a name.

    Columns: effect (in the unit of `words`), power (share of programmes in which it would be seen) and label
    (of a size that has a name, such as the smallest that matters, else empty). `asked`: the power asked for.
    """
    frame = released.frame.sort("effect")
    chart = alt.Chart(values(frame))
    across = alt.X("effect:Q", title=lines(words["effect"]), axis=alt.Axis(format="~f"))
    up = alt.Y(
        "power:Q", title=lines(words["power"]), axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])
    )
    named = alt.Chart(values(frame.filter(pl.col("label") != "")))
    text = named.mark_text(align="left", dx=8, dy=14, fontSize=12, color=INK, lineBreak="\n", aria=False)
    return small(
        alt.layer(
            _level(asked),
            chart.mark_line(color=HERE, strokeWidth=2.5, aria=False).encode(across, up),
            named.mark_rule(color=QUIET, aria=False).encode(x="effect:Q"),
            named.mark_point(size=85, filled=True, color=HERE, opacity=1, aria=False).encode(across, up),
            text.encode(x="effect:Q", y="power:Q", text="label:N"),
        ),
        height=220,
    )


def paths(
    released: Released, *, words: Words, series: tuple[str, str], starts: tuple[int, ...]
) -> alt.TopLevelMixin:
    """Draw two sides year by year with their ranges, and a line where the work began.

    Columns: side (of `series`), year, value, low and high, in the unit of `words`; a range may be empty.
    `starts`: the years whose results the work could first touch. No line crosses a year without results.
    """
    names = [words[side] for side in series]
    aside = dict(zip(series, (-0.07, 0.07), strict=True))
    frame = released.frame.sort("side", "year").with_columns(
        shown=pl.col("side").replace_strict(dict(zip(series, names, strict=True))),
        x=pl.col("year") + pl.col("side").replace_strict(aside, return_dtype=pl.Float64),
        run=(pl.col("year") - pl.int_range(pl.len()).over("side")).cast(pl.Int32),
    )
    chart = alt.Chart(values(frame))
    across = _across(frame["year"].unique().sort().to_list(), "x", words["year"])
    up = alt.Y("value:Q", title=lines(words["value"]), axis=alt.Axis(format="+~f"))
    looks = (
        (alt.Color, [HERE, THERE]), (alt.Fill, [HERE, PAPER]), (alt.Shape, ["circle", "diamond"]),
    )  # fmt: skip
    colour, fill, shape = (
        channel("shown:N", sort=None, title=None, scale=alt.Scale(domain=names, range=look))
        for channel, look in looks
    )
    ranged = alt.Chart(values(frame.drop_nulls(["low", "high"])))
    line = chart.mark_line(strokeWidth=1.6, aria=False)
    return small(
        alt.layer(
            _level(0.0),
            _started([start - 0.5 for start in starts]),
            line.encode(across, up, colour, detail=["side:N", "run:N"]),
            ranged.mark_rule(strokeWidth=2, aria=False).encode(across, colour, y="low:Q", y2="high:Q"),
            chart.mark_point(size=75, strokeWidth=1.8, opacity=1, aria=False).encode(
                across, up, colour, fill, shape
            ),
        ),
        height=250,
    )


def small(chart: Any, *, height: int) -> alt.TopLevelMixin:
    """Give a chart the size that a telephone can still show, and the theme."""
    finished: alt.TopLevelMixin = chart.properties(width=WIDTH, height=height).configure(**THEME)
    return finished


def _across(places: list[int], name: str, title: str) -> alt.X:
    """Return an axis of whole years that keeps the room of years without results."""
    ends = [min(places, default=0) - 0.5, max(places, default=0) + 0.5]
    return alt.X(
        f"{name}:Q",
        title=title,
        scale=alt.Scale(domain=ends, nice=False, zero=False),
        axis=alt.Axis(values=places, format="d", grid=False),
    )


def _level(value: float) -> Any:
    level = alt.Chart(values(pl.DataFrame({"level": [value]})))
    return level.mark_rule(color=QUIET, strokeDash=[5, 4], aria=False).encode(y="level:Q")


def _started(places: list[float]) -> Any:
    """Return upright lines where the work began."""
    start = alt.Chart(values(pl.DataFrame({"start": places}, schema={"start": pl.Float64})))
    return start.mark_rule(color=INK, strokeWidth=1.2, aria=False).encode(x="start:Q")

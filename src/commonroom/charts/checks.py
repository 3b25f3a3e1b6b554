"""How sure: schools by size with their ranges, and ranges put to the test."""

from __future__ import annotations

import altair as alt
import polars as pl

from commonroom.charts.looks import GREY, PAPER, QUIET, SURE, THERE, Words, axis, finish, lines, scale, values
from commonroom.disclosure import Released


def calibration(released: Released, *, words: Words) -> alt.TopLevelMixin:
    """What share of results fell inside the intervals given beforehand, beside what was promised.

    Columns: label (the test), level (promised, 0 to 1) and covered (found, 0 to 1).
    """
    frame = released.frame.with_columns(
        promised=pl.format("{}%", (pl.col("level") * 100).round().cast(pl.Int64))
    )
    chart = alt.Chart(values(frame))
    row = alt.Y("label:N", title=None, sort=None, axis=alt.Axis(grid=True))
    promised = chart.mark_tick(thickness=3, size=22, color=QUIET, aria=False).encode(
        x=alt.X("level:Q"), y=row
    )
    found = chart.mark_point(filled=True, size=95, opacity=1, aria=False).encode(
        x=alt.X(
            "covered:Q",
            title=lines(words["covered"]),
            axis=alt.Axis(format="%"),
            scale=alt.Scale(domain=[0, 1]),
        ),
        y=row,
        color=alt.Color(
            "promised:N", sort=None, title=words["level"], scale=scale([SURE[0], SURE[1], SURE[2]])
        ),
        shape=alt.Shape("promised:N", sort=None, title=words["level"]),
        tooltip=[
            alt.Tooltip("label:N", title=words["test"]),
            alt.Tooltip("promised:N", title=words["level"]),
            alt.Tooltip("covered:Q", title=words["covered"], format=".1%"),
        ],
    )
    return finish(alt.layer(promised, found), height=40 * max(1, frame["label"].n_unique()))


def funnel(released: Released, *, words: Words) -> alt.TopLevelMixin:
    """What each school adds by its number of pupils: a dot with its 95 % range, hollow where unclear.

    Columns: school, name, pupils, effect, low, high and side (above, unclear or below). Shape, filling
    and colour tell the sides apart. Schools are placed by size, so that there is no order of merit.
    """
    names = [words[side] for side in ("above", "unclear", "below")]
    side = pl.col("side").replace_strict(dict(zip(("above", "unclear", "below"), names, strict=True)))
    columns = ("school", "name", "pupils", "effect", "low", "high")
    chart = alt.Chart(values(released.frame.select(*columns, shown=side)))
    across = alt.X("pupils:Q", title=words["pupils"], scale=alt.Scale(type="log", nice=False, padding=12))
    looks = (
        (alt.Shape, ["triangle-up", "circle", "triangle-down"]),
        (alt.Color, [SURE[2], GREY, THERE]),
        (alt.Fill, [SURE[2], PAPER, THERE]),
    )
    told = [
        channel("shown:N", sort=None, title=None, scale=alt.Scale(domain=names, range=look))
        for channel, look in looks
    ]
    shown = [(part, "+.2f") for part in ("effect", "low", "high")] + [("pupils", ",d")]
    tips = [alt.Tooltip(f"{part}:Q", title=words[part], format=form) for part, form in shown]
    zero = alt.Chart(values(pl.DataFrame({"none": [0.0]})))
    whisker = chart.mark_rule(strokeWidth=1, opacity=0.45, color=GREY, aria=False)
    dot = chart.mark_point(size=46, strokeWidth=1.2, opacity=1, aria=False)
    layers = alt.layer(
        zero.mark_rule(color=QUIET, strokeDash=[5, 4], aria=False).encode(y="none:Q"),
        whisker.encode(x=across, y="low:Q", y2="high:Q"),
        dot.encode(
            across,
            axis(alt.Y, "effect", words),
            *told,
            tooltip=[alt.Tooltip("name:N", title=words["school"]), *tips],
        ),
    )
    return finish(layers, height=400)

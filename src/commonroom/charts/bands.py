"""Histograms: how far positions move, and days that schools could give beside days they give."""

from __future__ import annotations

import math

import altair as alt
import polars as pl

from commonroom.charts.looks import HERE, INK, PAPER, Words, finish, lines, values
from commonroom.disclosure import Released


def moves(released: Released, *, words: Words) -> alt.TopLevelMixin:
    """How far a school's position among its fifty moves between definitions of alike: a histogram.

    Columns: `moved` (lower edge of a band, percentiles), `label` (the band) and `share` (of schools, %).
    """
    chart = alt.Chart(values(released.frame)).mark_bar(color=HERE, aria=False)
    return finish(
        chart.encode(
            x=alt.X("label:N", sort=None, title=lines(words["moved"]), axis=alt.Axis(labelAngle=0)),
            y=alt.Y("share:Q", title=words["share"]),
            tooltip=[
                alt.Tooltip("label:N", title=words["moved"]),
                alt.Tooltip("share:Q", title=words["share"], format=".0f"),
            ],
        ),
        height=220,
    )


def giving(released: Released, *, words: Words, step: float = 10.0) -> alt.TopLevelMixin:
    """Draw how many schools could give so many days, beside how many give them: two histograms in one.

    Columns: days (that a school could give) and given. `step`: days of a band, more where there are many
    bands; none is a band of its own. A hollow bar is what could be given, a full one what is.
    """
    counted = bands(released.frame, step=step)
    names = [words["could"], words["gives_now"]]
    shown = counted.unpivot(["could", "gives"], index=["order", "label"], variable_name="kind").with_columns(
        shown=pl.col("kind").replace_strict(dict(zip(("could", "gives"), names, strict=True)))
    )
    chart = alt.Chart(values(shown.sort("order", "kind"))).mark_bar(strokeWidth=1.5, aria=False)
    fill = alt.Fill(
        "shown:N", sort=None, title=None, scale=alt.Scale(domain=names, range=[PAPER, HERE]),
        legend=alt.Legend(title=None, symbolStrokeWidth=1.5, symbolStrokeColor=INK, symbolType="square"),
    )  # fmt: skip
    return finish(
        chart.encode(
            x=alt.X("label:N", sort=None, title=lines(words["days"]), axis=alt.Axis(labelAngle=0)),
            xOffset=alt.XOffset("shown:N", sort=None),
            y=alt.Y("value:Q", title=words["schools"], axis=alt.Axis(format=",d", tickMinStep=1)),
            stroke=alt.value(INK),
            fill=fill,
            tooltip=[
                alt.Tooltip("shown:N", title=words["kind"]),
                alt.Tooltip("label:N", title=words["days"]),
                alt.Tooltip("value:Q", title=words["schools"], format=",d"),
            ],
        ),
        height=240,
    )


def bands(frame: pl.DataFrame, *, step: float = 10.0, most: int = 9) -> pl.DataFrame:
    """Count schools by bands of days: label, and how many `could` give and how many `gives` so many.

    Columns: days and given. Bands are of `step` days, or of twice that and so on, so that at most `most`
    of them follow the band of none.
    """
    top = max([0.0, *frame["days"].drop_nulls(), *frame["given"].drop_nulls()])
    while top / step > most:
        step *= 2
    found = []
    for at in range(math.ceil(top / step) + 1):
        inside = [
            int(frame[name].is_between((at - 1) * step, at * step, closed="right").sum())
            if at
            else int((frame[name] <= 0).sum())
            for name in ("days", "given")
        ]
        first = math.floor((at - 1) * step) + 1
        found.append((at, f"{first}–{at * step:g}" if at else "0", *inside))
    return pl.DataFrame(
        found,
        schema={"order": pl.Int64, "label": pl.String, "could": pl.Int64, "gives": pl.Int64},
        orient="row",
    )

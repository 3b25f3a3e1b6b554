"""Figures here and there, with their ranges: by label or by year."""

from __future__ import annotations

import altair as alt
import polars as pl

from commonroom.charts.looks import Words, finish, place, shape, shown, told, values
from commonroom.disclosure import Released


def intervals(released: Released, *, words: Words, series: tuple[str, str]) -> alt.TopLevelMixin:
    """Dots with whiskers: one row per `label`, one dot per `place` (the first of `series` is the system).

    Columns: label, place, value, low, high (95 %). Two shapes and two colours tell the places apart.
    """
    frame = released.frame.with_columns(shown=shown(series, words))
    chart = alt.Chart(values(frame))
    axis = alt.Axis(grid=True, labelPadding=8)
    row = alt.Y("label:N", title=None, sort=None, axis=axis)
    offset = alt.YOffset("shown:N", sort=None, scale=alt.Scale(paddingInner=0.5))
    whisker = chart.mark_rule(strokeWidth=2, aria=False).encode(
        x=alt.X("low:Q", title=words["value"]), x2="high:Q"
    )
    dot = chart.mark_point(size=95, filled=True, opacity=1, aria=False).encode(
        x=alt.X("value:Q"), shape=shape(series, words), tooltip=told(words)
    )
    layers = alt.layer(whisker, dot).encode(y=row, yOffset=offset, color=place(series, words))
    return finish(layers, height=46 * max(1, frame["label"].n_unique()))


def years(released: Released, *, words: Words, series: tuple[str, str]) -> alt.TopLevelMixin:
    """A figure by year, here and there, with 95 % whiskers: an average, or a gap.

    Columns: year, place, value, low, high. A year without a figure stays empty: no line crosses it.
    """
    frame = released.frame.with_columns(
        pl.col("year").cast(pl.String),
        shown=shown(series, words),
    )
    chart = alt.Chart(values(frame))
    whisker = chart.mark_rule(strokeWidth=2, aria=False).encode(
        y=alt.Y("low:Q", title=words["value"], scale=alt.Scale(zero=False)), y2="high:Q"
    )
    dot = chart.mark_point(size=95, filled=True, opacity=1, aria=False).encode(
        y=alt.Y("value:Q"), shape=shape(series, words), tooltip=told(words)
    )
    year = alt.X("year:O", title=words["year"], sort=None, axis=alt.Axis(labelAngle=0))
    layers = alt.layer(whisker, dot).encode(
        x=year, xOffset=alt.XOffset("shown:N", sort=None), color=place(series, words)
    )
    return finish(layers, height=260)

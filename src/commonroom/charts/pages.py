"""Pictures of the public pages: a school year by year, its place among those alike, and where schools are."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from commonroom.charts.ground import frame_of
from commonroom.charts.looks import (
    HERE,
    LINE,
    QUIET,
    Words,
    finish,
    lines,
    place,
    shape,
    shown,
    values,
)
from commonroom.disclosure import Released

#: Schools up to which dots are large, and from which a map shows squares: more dots would be a black picture.
FEW, MANY = 700, 1500
#: Side of a square, in metres.
SQUARE = 10_000
SQUARE_KM = SQUARE // 1000
#: Height of the picture of a trend.
HEIGHT = 260


def trend(released: Released, *, words: Words, series: tuple[str, str]) -> alt.TopLevelMixin:
    """A measure by year, of the school and of the nation: a line wherever years follow one another.

    Columns: year (every year, those without a figure too), place (school or nation), value, and run (years
    with the same run are joined by a line; none crosses a year without a figure or a break of the series).
    A year without a figure of the school is shaded.
    """
    frame = released.frame.with_columns(pl.col("year").cast(pl.String), shown=shown(series, words))
    every = alt.Scale(domain=frame["year"].unique().sort().to_list())
    years = alt.X("year:O", title=words["year"], sort=None, axis=alt.Axis(labelAngle=0), scale=every)
    empty = frame.filter(pl.col("place") == series[0], pl.col("value").is_null()).select("year")
    shade = alt.Chart(values(empty)).mark_bar(color=LINE, opacity=0.5, aria=False, width={"band": 1})
    shaded = shade.encode(x=years, y=alt.value(0), y2=alt.value(HEIGHT))
    chart = alt.Chart(values(frame.drop_nulls("value"))).encode(
        x=years,
        y=alt.Y("value:Q", title=lines(words["value"]), scale=alt.Scale(zero=False)),
        color=place(series, words),
    )
    line = chart.mark_line(strokeWidth=2, aria=False).encode(detail="run:N")
    dot = chart.mark_point(size=80, filled=True, opacity=1, aria=False).encode(
        shape=shape(series, words),
        tooltip=[
            alt.Tooltip("shown:N", title=words["place"]),
            alt.Tooltip("year:O", title=words["year"]),
            alt.Tooltip("value:Q", title=words["value"], format=".1f"),
        ],
    )
    return finish(alt.layer(shaded, line, dot), height=HEIGHT)


def positions(released: Released, *, words: Words) -> alt.TopLevelMixin:
    """The place of one school among those alike, by definition: a dot with its range on a scale to 100.

    Columns: label (the definition), position, low and high (percentiles).
    """
    frame = released.frame.with_columns(
        pl.Series("label", ["\n".join(lines(label)) for label in released.frame["label"]], dtype=pl.String)
    )
    axis = alt.Axis(labelLimit=280, grid=True, labelExpr="split(datum.label, '\\n')", labelPadding=8)
    chart = alt.Chart(values(frame)).encode(y=alt.Y("label:N", title=None, sort=None, axis=axis))
    across = alt.Scale(domain=[0, 100])
    whisker = chart.mark_rule(strokeWidth=2, color=HERE, aria=False).encode(
        x=alt.X("low:Q", title=words["across"], scale=across), x2="high:Q"
    )
    dot = chart.mark_point(size=95, filled=True, opacity=1, color=HERE, aria=False).encode(
        x=alt.X("position:Q", scale=across),
        tooltip=[
            alt.Tooltip("label:N", title=words["preset"]),
            alt.Tooltip("position:Q", title=words["across"], format=".0f"),
            alt.Tooltip("low:Q", title=words["low"], format=".0f"),
            alt.Tooltip("high:Q", title=words["high"], format=".0f"),
        ],
    )
    half = alt.Chart(values(pl.DataFrame({"half": [50]}))).mark_rule(
        color=QUIET, strokeDash=[5, 4], aria=False
    )
    return finish(alt.layer(half.encode(x="half:Q"), whisker, dot), height=52 * max(2, frame.height))


def places(released: Released, *, words: Words) -> alt.TopLevelMixin:
    """Where schools are, on equal scales, with the names of authorities; nothing about results.

    Columns: name, authority, easting and northing (metres). Of more than MANY schools there is a dot for each
    square of the ground, as large as there are schools in it. `words`: km and schools.
    """
    schools = released.frame.drop_nulls(["easting", "northing"])
    frame = frame_of(schools)
    at = frame.at("easting", "northing")
    look: dict[str, Any] = {"color": HERE, "opacity": 0.8, "aria": False}
    if schools.height > MANY:
        mark = alt.Chart(values(_squares(schools))).mark_circle(**look)
        size = alt.Size("schools:Q", legend=None, scale=alt.Scale(range=[4, 150]))
        dots = mark.encode(**at, size=size, tooltip=alt.Tooltip("schools:Q", title=words["schools"]))
        return finish(alt.layer(dots, frame.bar(words)), height=frame.height)
    mark = alt.Chart(values(schools.select("easting", "northing", "name")))
    dots = mark.mark_circle(size=42 if schools.height <= FEW else 22, **look).encode(
        **at, tooltip=alt.Tooltip("name:N", title=words["school"])
    )
    return finish(alt.layer(dots, frame.labels(schools), frame.bar(words)), height=frame.height)


def _squares(schools: pl.DataFrame) -> pl.DataFrame:
    """How many schools are in each square of the ground, at its middle."""
    middle = [(pl.col(name) // SQUARE * SQUARE + SQUARE / 2).alias(name) for name in ("easting", "northing")]
    counted = schools.select(middle).group_by("easting", "northing").agg(schools=pl.len())
    return counted.sort("easting", "northing")

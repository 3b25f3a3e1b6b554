"""What all charts share: colours, type, the theme, and channels that tell two series apart."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

Words = Mapping[str, str]

#: Ink on quiet paper. The two series differ in lightness and in shape, so that colour is never alone.
INK, QUIET, PAPER, LINE = "#1d2430", "#596273", "#ffffff", "#d9dce2"
HERE, THERE = "#14456b", "#a8560a"
GREY, SURE = "#8b93a1", ("#5b8fbd", "#2f6da3", "#0c355a")
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"

THEME: dict[str, Any] = {
    "background": "transparent",
    "font": FONT,
    "view": {"stroke": None},
    "axis": {
        "labelColor": QUIET,
        "titleColor": INK,
        "titleFontWeight": 600,
        "titleFontSize": 13,
        "titlePadding": 10,
        "labelFontSize": 12,
        "labelLimit": 320,
        "gridColor": "#e9ebef",
        "domainColor": LINE,
        "tickColor": LINE,
        "tickCount": 6,
    },
    "legend": {
        "orient": "top",
        "direction": "horizontal",
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 12,
        "titleFontSize": 12,
        "titleFontWeight": 600,
        "labelLimit": 320,
        "titleLimit": 500,
        "symbolSize": 90,
        "columns": 2,
        "offset": 12,
    },
}


def values(frame: pl.DataFrame) -> alt.InlineData:
    """Return the rows of a frame; floats to three decimals, more than any picture shows."""
    return alt.InlineData(values=frame.with_columns(pl.selectors.float().round(3)).to_dicts())


def finish(chart: Any, *, height: int) -> alt.TopLevelMixin:
    """Give a chart its size and the theme."""
    finished: alt.TopLevelMixin = chart.properties(width=640, height=height).configure(**THEME)
    return finished


def axis(channel: Any, name: str, words: Words) -> Any:
    """Return an axis of differences, with its title in lines; `channel` is alt.X or alt.Y."""
    scale, axis = alt.Scale(zero=False, nice=True), alt.Axis(format="+.3~f")
    return channel(f"{name}:Q", title=lines(words[name]), scale=scale, axis=axis)


def scale(colours: list[str]) -> alt.Scale:
    """Return a scale of these colours."""
    return alt.Scale(range=colours)


def lines(text: str) -> list[str]:
    """Return a title in lines short enough for a narrow screen."""
    return textwrap.wrap(text, 34)


def names(series: tuple[str, str], words: Words) -> list[str]:
    """Return the two places as a reader sees them."""
    return [words[place] for place in series]


def shown(series: tuple[str, str], words: Words) -> pl.Expr:
    """Return the name of each row's place, as a reader sees it."""
    return pl.col("place").replace_strict(dict(zip(series, names(series, words), strict=True)))


def place(series: tuple[str, str], words: Words) -> alt.Color:
    """Return the colour that tells the two places apart."""
    scale = alt.Scale(domain=names(series, words), range=[HERE, THERE])
    return alt.Color("shown:N", sort=None, title=None, scale=scale)


def shape(series: tuple[str, str], words: Words) -> alt.Shape:
    """Return the shape that tells them apart without colour."""
    scale = alt.Scale(domain=names(series, words), range=["circle", "diamond"])
    return alt.Shape("shown:N", sort=None, title=None, scale=scale)


def told(words: Words) -> list[alt.Tooltip]:
    """Return the tooltip of a dot: the place, the figure, and its range."""
    figures = [alt.Tooltip(f"{part}:Q", title=words[part], format=".1f") for part in ("value", "low", "high")]
    return [alt.Tooltip("shown:N", title=words["place"]), *figures]

"""Frames that may be shown, as pictures: one Altair specification for page, print and terminal."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import altair as alt
import polars as pl
import vl_convert

from commonroom.disclosure import Released

Words = Mapping[str, str]

#: Ink on quiet paper. The two series differ in lightness and in shape, so that colour is never alone.
INK, QUIET, PAPER, LINE = "#1d2430", "#596273", "#ffffff", "#d9dce2"
HERE, THERE = "#14456b", "#a8560a"
GREY, SURE = "#8b93a1", ("#5b8fbd", "#2f6da3", "#0c355a")
FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif"
#: Vega-Lite that draws the still pictures; the bundle in the page is of the same release.
VEGA_LITE = "6.4"
#: A circle as the renderer writes it: a path of two arcs about a place.
DOT = r'<path transform="translate\(([-\d.]+),([-\d.]+)\)" d="M([\d.]+),0A[^"]*"'
#: How many standard deviations the edge of an 80 % ellipse (two dimensions) is from its middle.
ELLIPSE_80 = 1.7941

#: Where the colour of a probability changes; below the first it is grey.
BOUNDS = (0.6, 0.8, 0.95)
#: What the map's specification carries of each school.
MAPPED = (
    "school", "name", "attainment", "attainment_sd", "improvement", "improvement_sd", "correlation",
    "probability",
)  # fmt: skip

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


def map(released: Released, *, words: Words, middle: tuple[float, float] = (0.0, 0.0)) -> alt.TopLevelMixin:
    """Attainment by improvement: one point per school, its 80 % ellipse when pointed at or chosen.

    Columns: school, name, attainment, attainment_sd, improvement, improvement_sd, correlation, quadrant
    and probability (of that quadrant, 0 to 1). `words`: labels; `middle`: attainment and improvement of
    the reference, where the quarters meet. A hollow grey point is a school whose quadrant is less than
    60 % probable.
    Method: METHODS.md section 7.
    """
    steps = (pl.col("probability") >= bound for bound in BOUNDS)
    frame = released.frame.with_columns(sure=pl.sum_horizontal(steps).cast(pl.String))
    chart = alt.Chart()
    hover = alt.selection_point(
        name="hover", fields=["school"], on="pointerover", clear="pointerout", nearest=True, empty=False
    )
    points = chart.mark_point(size=38, strokeWidth=1.2, aria=False).encode(
        x=_axis(alt.X, "attainment", words),
        y=_axis(alt.Y, "improvement", words),
        color=_sure(words, alt.Color, GREY),
        fill=_sure(words, alt.Fill, "transparent"),
        tooltip=[
            alt.Tooltip("name:N", title=words["school"]),
            alt.Tooltip("attainment:Q", title=words["attainment"], format="+.1f"),
            alt.Tooltip("improvement:Q", title=words["improvement"], format="+.1f"),
            alt.Tooltip("said:N", title=words["quadrant"]),
            alt.Tooltip("probability:Q", title=words["probability"], format=".0%"),
        ],
    )
    said = {name: words[name] for name in frame["quadrant"].drop_nulls().unique().sort()}
    shown = frame.select(*MAPPED, "sure", said=pl.col("quadrant").replace_strict(said, default=None))
    return _finish(
        alt.layer(
            *_rules(middle),
            *_corners(words),
            points.add_params(hover),
            _ellipse(chart),
            _ring(chart),
            data=_values(shown),
        ).add_params(alt.param(name="chosen", value="")),
        height=440,
    )


def intervals(released: Released, *, words: Words, series: tuple[str, str]) -> alt.TopLevelMixin:
    """Dots with whiskers: one row per `label`, one dot per `place` (the first of `series` is the system).

    Columns: label, place, value, low, high (95 %). Two shapes and two colours tell the places apart.
    """
    frame = released.frame.with_columns(shown=_shown(series, words))
    chart = alt.Chart(_values(frame))
    axis = alt.Axis(grid=True, labelPadding=8)
    row = alt.Y("label:N", title=None, sort=None, axis=axis)
    offset = alt.YOffset("shown:N", sort=None, scale=alt.Scale(paddingInner=0.5))
    whisker = chart.mark_rule(strokeWidth=2, aria=False).encode(
        x=alt.X("low:Q", title=words["value"]), x2="high:Q"
    )
    dot = chart.mark_point(size=95, filled=True, opacity=1, aria=False).encode(
        x=alt.X("value:Q"), shape=_shape(series, words), tooltip=_told(words)
    )
    layers = alt.layer(whisker, dot).encode(y=row, yOffset=offset, color=_place(series, words))
    return _finish(layers, height=46 * max(1, frame["label"].n_unique()))


def years(released: Released, *, words: Words, series: tuple[str, str]) -> alt.TopLevelMixin:
    """A figure by year, here and there, with 95 % whiskers: an average, or a gap.

    Columns: year, place, value, low, high. A year without a figure stays empty: no line crosses it.
    """
    frame = released.frame.with_columns(
        pl.col("year").cast(pl.String),
        shown=_shown(series, words),
    )
    chart = alt.Chart(_values(frame))
    whisker = chart.mark_rule(strokeWidth=2, aria=False).encode(
        y=alt.Y("low:Q", title=words["value"], scale=alt.Scale(zero=False)), y2="high:Q"
    )
    dot = chart.mark_point(size=95, filled=True, opacity=1, aria=False).encode(
        y=alt.Y("value:Q"), shape=_shape(series, words), tooltip=_told(words)
    )
    year = alt.X("year:O", title=words["year"], sort=None, axis=alt.Axis(labelAngle=0))
    layers = alt.layer(whisker, dot).encode(
        x=year, xOffset=alt.XOffset("shown:N", sort=None), color=_place(series, words)
    )
    return _finish(layers, height=260)


def moves(released: Released, *, words: Words) -> alt.TopLevelMixin:
    """How far a school's position among its fifty moves between definitions of alike: a histogram.

    Columns: `moved` (lower edge of a band, percentiles), `label` (the band) and `share` (of schools, %).
    """
    chart = alt.Chart(_values(released.frame)).mark_bar(color=HERE, aria=False)
    return _finish(
        chart.encode(
            x=alt.X("label:N", sort=None, title=_lines(words["moved"]), axis=alt.Axis(labelAngle=0)),
            y=alt.Y("share:Q", title=words["share"]),
            tooltip=[
                alt.Tooltip("label:N", title=words["moved"]),
                alt.Tooltip("share:Q", title=words["share"], format=".0f"),
            ],
        ),
        height=220,
    )


def calibration(released: Released, *, words: Words) -> alt.TopLevelMixin:
    """What share of results fell inside the intervals given beforehand, beside what was promised.

    Columns: label (the test), level (promised, 0 to 1) and covered (found, 0 to 1).
    """
    frame = released.frame.with_columns(
        promised=pl.format("{}%", (pl.col("level") * 100).round().cast(pl.Int64))
    )
    chart = alt.Chart(_values(frame))
    row = alt.Y("label:N", title=None, sort=None, axis=alt.Axis(grid=True))
    promised = chart.mark_tick(thickness=3, size=22, color=QUIET, aria=False).encode(
        x=alt.X("level:Q"), y=row
    )
    found = chart.mark_point(filled=True, size=95, opacity=1, aria=False).encode(
        x=alt.X(
            "covered:Q",
            title=_lines(words["covered"]),
            axis=alt.Axis(format="%"),
            scale=alt.Scale(domain=[0, 1]),
        ),
        y=row,
        color=alt.Color(
            "promised:N", sort=None, title=words["level"], scale=_scale([SURE[0], SURE[1], SURE[2]])
        ),
        shape=alt.Shape("promised:N", sort=None, title=words["level"]),
        tooltip=[
            alt.Tooltip("label:N", title=words["test"]),
            alt.Tooltip("promised:N", title=words["level"]),
            alt.Tooltip("covered:Q", title=words["covered"], format=".1%"),
        ],
    )
    return _finish(alt.layer(promised, found), height=40 * max(1, frame["label"].n_unique()))


def funnel(released: Released, *, words: Words) -> alt.TopLevelMixin:
    """What each school adds by its number of pupils: a dot with its 95 % range, hollow where unclear.

    Columns: school, name, pupils, effect, low, high and side (above, unclear or below). Shape, filling
    and colour tell the sides apart. Schools are placed by size, so that there is no order of merit.
    """
    names = [words[side] for side in ("above", "unclear", "below")]
    side = pl.col("side").replace_strict(dict(zip(("above", "unclear", "below"), names, strict=True)))
    columns = ("school", "name", "pupils", "effect", "low", "high")
    chart = alt.Chart(_values(released.frame.select(*columns, shown=side)))
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
    zero = alt.Chart(_values(pl.DataFrame({"none": [0.0]})))
    whisker = chart.mark_rule(strokeWidth=1, opacity=0.45, color=GREY, aria=False)
    dot = chart.mark_point(size=46, strokeWidth=1.2, opacity=1, aria=False)
    layers = alt.layer(
        zero.mark_rule(color=QUIET, strokeDash=[5, 4], aria=False).encode(y="none:Q"),
        whisker.encode(x=across, y="low:Q", y2="high:Q"),
        dot.encode(
            across,
            _axis(alt.Y, "effect", words),
            *told,
            tooltip=[alt.Tooltip("name:N", title=words["school"]), *tips],
        ),
    )
    return _finish(layers, height=400)


def specification(chart: alt.TopLevelMixin) -> str:
    """Return the chart's Vega-Lite specification as JSON, the same text for the same frame."""
    return json.dumps(chart.to_dict(validate=False), ensure_ascii=False, separators=(",", ":"))


def svg(chart: alt.TopLevelMixin) -> str:
    """Return the chart as a still picture in SVG, numbers to one decimal, that scales with its frame.

    What repeats at every mark is said once, and a dot is a circle: a fifth of the bytes, the same picture.
    """
    drawn = vl_convert.vegalite_to_svg(specification(chart), vl_version=VEGA_LITE)
    drawn = re.sub(r'width="\d+" height="\d+" viewBox', "viewBox", drawn, count=1)
    drawn = re.sub(r' (?:aria-\w+|role|xmlns:xlink|class|stroke-opacity|font-family)="[^"]*"', "", drawn)
    drawn = re.sub(r"(\d+\.\d)\d+", r"\1", drawn)
    drawn = re.sub(DOT, r'<circle cx="\1" cy="\2" r="\3"', drawn)
    start = f'<svg class="still" aria-hidden="true" focusable="false" font-family="{FONT}" '
    return drawn.replace("<svg ", start, 1)


def png(chart: alt.TopLevelMixin, *, scale: float = 2.0) -> bytes:
    """Return the chart as PNG on white, `scale` pixels per unit."""
    on_white = chart.to_dict(validate=False) | {"background": PAPER}
    return bytes(vl_convert.vegalite_to_png(on_white, vl_version=VEGA_LITE, scale=scale))


@lru_cache(maxsize=1)
def html_bundle() -> str:
    """Return the JavaScript that draws charts in a page without any network (Vega, Vega-Lite, Embed)."""
    bundle = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", VEGA_LITE)
    return str(bundle).replace("</script", "<\\/script")


def _values(frame: pl.DataFrame) -> alt.InlineData:
    """Return the rows of a frame; floats to three decimals, more than any picture shows."""
    return alt.InlineData(values=frame.with_columns(pl.selectors.float().round(3)).to_dicts())


def _finish(chart: Any, *, height: int) -> alt.TopLevelMixin:
    """Give a chart its size and the theme."""
    finished: alt.TopLevelMixin = chart.properties(width=640, height=height).configure(**THEME)
    return finished


def _axis(channel: Any, name: str, words: Words) -> Any:
    scale, axis = alt.Scale(zero=False, nice=True), alt.Axis(format="+.3~f")
    return channel(f"{name}:Q", title=_lines(words[name]), scale=scale, axis=axis)


def _scale(colours: list[str]) -> alt.Scale:
    return alt.Scale(range=colours)


def _sure(words: Words, channel: Any, unsure: str) -> Any:
    """Return how probable a point's quadrant is as its line or filling; `unsure` where it could be another.

    Both channels have one legend, so that its symbols look as the points do.
    """
    names = ", ".join(f"'{words[f'sure_{number}']}'" for number in range(4))
    legend = alt.Legend(
        title=words["probability"], labelExpr=f"[{names}][datum.value]", symbolStrokeWidth=1.5
    )
    scale = alt.Scale(domain=["0", "1", "2", "3"], range=[unsure, *SURE])
    return channel("sure:O", title=words["probability"], scale=scale, legend=legend)


def _picked(chart: Any) -> Any:
    return chart.transform_filter({"or": [{"param": "hover", "empty": False}, "datum.school === chosen"]})


def _ellipse(chart: Any) -> Any:
    """Return the 80 % ellipse of the schools pointed at or chosen."""
    across = f"datum.attainment + {ELLIPSE_80} * datum.attainment_sd * cos(datum.t)"
    turn = "datum.correlation * cos(datum.t) + sqrt(1 - pow(datum.correlation, 2)) * sin(datum.t)"
    up = f"datum.improvement + {ELLIPSE_80} * datum.improvement_sd * ({turn})"
    return (
        _picked(chart)
        .transform_calculate(t="sequence(0, 6.4, 0.1)")
        .transform_flatten(["t"])
        .transform_calculate(across=across, up=up)
        .mark_line(color=INK, strokeWidth=1.6, aria=False)
        .encode(x="across:Q", y="up:Q", order="t:Q", detail="school:N")
    )


def _ring(chart: Any) -> Any:
    """Return a ring and the name of the schools pointed at or chosen."""
    picked = _picked(chart).encode(x="attainment:Q", y="improvement:Q")
    ring = picked.mark_point(size=170, stroke=INK, strokeWidth=2.2, aria=False)
    name = picked.mark_text(dy=-16, fontSize=13, fontWeight=600, color=INK, stroke=PAPER, strokeWidth=0.3)
    return alt.layer(ring, name.encode(text="name:N"))


def _rules(middle: tuple[float, float]) -> list[Any]:
    """Return the lines where the quarters of the map meet."""
    rule = alt.Chart(_values(pl.DataFrame([middle], schema=["right", "up"], orient="row"))).mark_rule(
        color=QUIET, strokeDash=[5, 4], aria=False
    )
    return [rule.encode(x="right:Q"), rule.encode(y="up:Q")]


def _corners(words: Words) -> list[Any]:
    """Return what each quarter of the map means, in its corner."""
    places: dict[str, tuple[Any, str, int]] = {
        "lower_rising": ("left", "6", 10), "higher_rising": ("right", "width - 6", 10),
        "lower_falling": ("left", "6", 402), "higher_falling": ("right", "width - 6", 402),
    }  # fmt: skip
    return [
        alt.Chart(_values(pl.DataFrame({"corner": [words[name].replace(", ", ",\n")]})))
        .mark_text(align=align, lineBreak="\n", fontSize=12, fontStyle="italic", color=QUIET, aria=False)
        .encode(x=alt.value(alt.ExprRef(x)), y=alt.value(y), text="corner:N")
        for name, (align, x, y) in places.items()
    ]


def _lines(text: str) -> list[str]:
    """Return a title in lines short enough for a narrow screen."""
    return textwrap.wrap(text, 34)


def _names(series: tuple[str, str], words: Words) -> list[str]:
    return [words[place] for place in series]


def _shown(series: tuple[str, str], words: Words) -> pl.Expr:
    """Return the name of each row's place, as a reader sees it."""
    return pl.col("place").replace_strict(dict(zip(series, _names(series, words), strict=True)))


def _place(series: tuple[str, str], words: Words) -> alt.Color:
    scale = alt.Scale(domain=_names(series, words), range=[HERE, THERE])
    return alt.Color("shown:N", sort=None, title=None, scale=scale)


def _shape(series: tuple[str, str], words: Words) -> alt.Shape:
    scale = alt.Scale(domain=_names(series, words), range=["circle", "diamond"])
    return alt.Shape("shown:N", sort=None, title=None, scale=scale)


def _told(words: Words) -> list[alt.Tooltip]:
    """Return the tooltip of a dot: the place, the figure, and its range."""
    figures = [alt.Tooltip(f"{part}:Q", title=words[part], format=".1f") for part in ("value", "low", "high")]
    return [alt.Tooltip("shown:N", title=words["place"]), *figures]

"""Who helps whom on the ground: schools as points, partnerships as lines, equal scales."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from commonroom.charts.ground import Frame, frame_of
from commonroom.charts.looks import HERE, INK, PAPER, QUIET, THERE, Words, finish, values
from commonroom.disclosure import Released

#: Shapes, fillings and outlines of what a school does in the plan; no two need colour to be told apart.
ROLES: dict[str, tuple[str, str, str]] = {
    "gives": ("square", HERE, HERE),
    "receives": ("circle", PAPER, THERE),
    "both": ("diamond", "#f0c419", INK),
    "alone": ("cross", PAPER, QUIET),
}
#: Dashes and widths of lines by how far a partnership has come.
STAGES: dict[str, tuple[list[int], float]] = {
    "new": ([1, 0], 1.1),
    "agreed": ([1, 0], 3.0),
    "paused": ([5, 4], 1.5),
}


def partnerships(points: Released, lines: Released, *, words: Words) -> alt.TopLevelMixin:
    """Draw schools where they are and a line from each that helps to each that is helped.

    Columns of `points`: school, easting and northing (metres), authority, role (gives, receives, both or
    alone: a need without a partner), keys (whether a Keys to Success school) and said (what pointing at
    it says); of `lines`: provider, receiver, stage (new, agreed or paused) and said. `words`: labels of
    the roles, of the stages, `keys` and `km`. Schools without a place, and their lines, are left out.
    """
    schools = points.frame.filter(pl.col("easting").is_not_null(), pl.col("northing").is_not_null())
    schools = schools.sort("school")
    frame = frame_of(schools)
    size = 95 if schools.height <= 150 else 42 if schools.height <= 700 else 16
    layers = alt.layer(
        _lines(lines, schools, frame, words),
        _rings(schools, frame, words, size=size),
        _points(schools, frame, words, size=size),
        frame.labels(schools),
        frame.bar(words),
    ).resolve_scale(shape="independent", fill="independent", stroke="independent")
    return finish(layers, height=frame.height)


def _lines(lines: Released, schools: pl.DataFrame, frame: Frame, words: Words) -> Any:
    places = schools.select("school", "easting", "northing")
    joined = (
        lines.frame.select("provider", "receiver", "stage", "said")
        .join(places.rename({"school": "provider"}), on="provider")
        .join(places.rename({"school": "receiver", "easting": "x2", "northing": "y2"}), on="receiver")
        .with_columns(shown=pl.col("stage").replace_strict(_named(STAGES, words)))
        .sort("provider", "receiver", "said")
    )
    names = list(_named(STAGES, words).values())
    dashes = alt.Scale(domain=names, range=[dash for dash, _ in STAGES.values()])
    widths = alt.Scale(domain=names, range=[width for _, width in STAGES.values()])
    legend = alt.Legend(
        title=None, symbolType="stroke", symbolSize=420, symbolStrokeColor=INK, columns=0, orient="bottom"
    )
    thin = 1.0 if joined.height <= 400 else 0.55
    return (
        alt.Chart(values(joined.drop("stage")))
        .mark_rule(color=INK, opacity=0.75 * thin, aria=True)
        .encode(
            **frame.at("easting", "northing"), x2="x2:Q", y2="y2:Q",
            strokeDash=alt.StrokeDash("shown:N", sort=None, scale=dashes, legend=legend),
            strokeWidth=alt.StrokeWidth("shown:N", sort=None, scale=widths, legend=legend),
            tooltip="said:N", description="said:N",
        )
    )  # fmt: skip


def _points(schools: pl.DataFrame, frame: Frame, words: Words, *, size: int) -> Any:
    named = _named(ROLES, words)
    # Those who only need lie below those who give, where schools stand on one site.
    under = ["alone", "receives", "both", "gives"]
    shown = schools.sort(pl.col("role").replace_strict({role: at for at, role in enumerate(under)}), "school")
    shown = shown.select(
        "easting", "northing", "said", shown=pl.col("role").replace_strict(named, return_dtype=pl.String)
    )
    channels = (alt.Shape, alt.Fill, alt.Stroke)
    legend = alt.Legend(title=None, symbolSize=110, symbolStrokeWidth=1.6, columns=0)
    looks = [
        channel(
            "shown:N", sort=None, legend=legend,
            scale=alt.Scale(domain=list(named.values()), range=[look[at] for look in ROLES.values()]),
        )
        for at, channel in enumerate(channels)
    ]  # fmt: skip
    mark = alt.Chart(values(shown)).mark_point(size=size, strokeWidth=1.6, opacity=1, aria=True)
    return mark.encode(*looks, **frame.at("easting", "northing"), tooltip="said:N", description="said:N")


def _rings(schools: pl.DataFrame, frame: Frame, words: Words, *, size: int) -> Any:
    ringed = schools.filter("keys").select("easting", "northing", shown=pl.lit(words["keys"]))
    legend = alt.Legend(
        title=None, symbolType="circle", symbolSize=230, symbolStrokeWidth=2.4, symbolFillColor="transparent",
        columns=0,
    )  # fmt: skip
    mark = alt.Chart(values(ringed)).mark_point(
        shape="circle", size=4 * size, strokeWidth=2.2, opacity=1, fill="transparent", aria=False
    )
    stroke = alt.Stroke("shown:N", legend=legend, scale=alt.Scale(domain=[words["keys"]], range=[INK]))
    return mark.encode(**frame.at("easting", "northing"), stroke=stroke)


def _named(kinds: dict[str, Any], words: Words) -> dict[str, str]:
    """Return the words of each kind, by its name."""
    return {kind: words[kind] for kind in kinds}

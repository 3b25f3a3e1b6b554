"""The performance map: four quarters, each school a region in them."""

from __future__ import annotations

from typing import Any

import altair as alt
import polars as pl

from commonroom.charts.looks import GREY, INK, PAPER, QUIET, SURE, Words, axis, finish, values
from commonroom.disclosure import Released

#: How many standard deviations the edge of an 80 % ellipse (two dimensions) is from its middle.
ELLIPSE_80 = 1.7941

#: Where the colour of a probability changes; below the first it is grey.
BOUNDS = (0.6, 0.8, 0.95)
#: What the map's specification carries of each school.
MAPPED = (
    "school", "name", "attainment", "attainment_sd", "improvement", "improvement_sd", "correlation",
    "probability",
)  # fmt: skip


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
        x=axis(alt.X, "attainment", words),
        y=axis(alt.Y, "improvement", words),
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
    return finish(
        alt.layer(
            *_rules(middle),
            *_corners(words),
            points.add_params(hover),
            _ellipse(chart),
            _ring(chart),
            data=values(shown),
        ).add_params(alt.param(name="chosen", value="")),
        height=440,
    )


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
    rule = alt.Chart(values(pl.DataFrame([middle], schema=["right", "up"], orient="row"))).mark_rule(
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
        alt.Chart(values(pl.DataFrame({"corner": [words[name].replace(", ", ",\n")]})))
        .mark_text(align=align, lineBreak="\n", fontSize=12, fontStyle="italic", color=QUIET, aria=False)
        .encode(x=alt.value(alt.ExprRef(x)), y=alt.value(y), text="corner:N")
        for name, (align, x, y) in places.items()
    ]

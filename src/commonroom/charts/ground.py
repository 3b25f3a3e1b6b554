"""The ground that schools stand on: equal scales, the names of authorities, and a bar of kilometres."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from commonroom.charts.looks import INK, PAPER, QUIET, Words

WIDTH, LEAST, MOST = 640, 260, 860
#: Round lengths of the scale bar, in kilometres, and the share of the width that it may take.
BARS, SPAN = (0.5, 1, 2, 5, 10, 20, 50, 100, 200), 0.24
#: Size of a letter of a label, in points of the picture.
LETTER, LEADING = 8.5, 19.0


@dataclass(frozen=True)
class Frame:
    """The ground of the map: the domains of both axes, with equal scales, and the height in points."""

    x_ends: tuple[float, float]
    y_ends: tuple[float, float]
    height: int

    @property
    def metres(self) -> float:
        """Metres that one point of the picture stands for."""
        return (self.x_ends[1] - self.x_ends[0]) / WIDTH

    def at(self, easting: str, northing: str) -> dict[str, Any]:
        """Return the two places of a mark, without axes."""
        x, y = (alt.Scale(domain=list(ends), nice=False, zero=False) for ends in (self.x_ends, self.y_ends))
        return {
            "x": alt.X(f"{easting}:Q", axis=None, scale=x),
            "y": alt.Y(f"{northing}:Q", axis=None, scale=y),
        }

    def bar(self, words: Words) -> Any:
        """Return the scale bar, at the lower left."""
        wide = WIDTH * self.metres / 1000 * SPAN
        km = max([length for length in BARS if length <= wide], default=BARS[0])
        x, y = self.x_ends[0] + 8 * self.metres, self.y_ends[0] + 10 * self.metres
        row = {"x": x, "end": x + km * 1000, "y": y, "said": f"{km:g} {words['km']}"}
        chart = alt.Chart(alt.InlineData(values=[row]))
        rule = chart.mark_rule(color=INK, strokeWidth=2, aria=False).encode(**self.at("x", "y"), x2="end:Q")
        text = chart.mark_text(align="left", dy=-9, color=INK, fontSize=12, aria=False)
        return alt.layer(rule, text.encode(**self.at("x", "y"), text="said:N"))

    def labels(self, schools: pl.DataFrame) -> Any:
        """Return the names of authorities, the largest first, where they do not cover one another."""
        places = (
            schools.drop_nulls("authority")
            .group_by("authority")
            .agg(pl.col("easting").mean(), pl.col("northing").mean(), n=pl.len())
            .sort("n", "authority", descending=[True, False])
        )
        taken: list[tuple[float, float, float]] = []
        kept = []
        for row in places.iter_rows(named=True):
            x, y = row["easting"] / self.metres, row["northing"] / self.metres
            half = LETTER * len(row["authority"]) / 2
            if all(abs(x - a) > half + b or abs(y - c) > LEADING for a, c, b in taken):
                taken.append((x, y, half))
                kept.append({key: row[key] for key in ("authority", "easting", "northing")})
        chart = alt.Chart(alt.InlineData(values=kept)).encode(
            **self.at("easting", "northing"), text="authority:N"
        )
        look: dict[str, Any] = {"fontSize": 14, "fontWeight": 600, "aria": False, "strokeJoin": "round"}
        halo = chart.mark_text(**look, color=PAPER, stroke=PAPER, strokeWidth=3.5, opacity=0.85)
        return alt.layer(halo, chart.mark_text(**look, color=QUIET))


def frame_of(schools: pl.DataFrame) -> Frame:
    """Return a ground that holds every school, with room at the edges and below for the scale bar."""
    if schools.is_empty():
        return Frame((0.0, 10_000.0), (0.0, 10_000.0 * LEAST / WIDTH), LEAST)
    west, east, south, north = schools.select(
        pl.col("easting").min().alias("w"), pl.col("easting").max().alias("e"),
        pl.col("northing").min().alias("s"), pl.col("northing").max().alias("n"),
    ).row(0)  # fmt: skip
    # One metre is as long up as across: the longer side decides, and the other gets room to spare.
    metres = max((east - west) / (WIDTH - 60), (north - south) / (MOST - 70), 5.0)
    height = min(MOST, max(LEAST, math.ceil((north - south) / metres) + 70))
    middle, up = (west + east) / 2, (south + north) / 2 - 10 * metres
    half, tall = WIDTH * metres / 2, height * metres / 2
    return Frame((middle - half, middle + half), (up - tall, up + tall), height)

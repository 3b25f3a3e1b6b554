"""Histograms: how far positions move."""

from __future__ import annotations

import altair as alt

from commonroom.charts.looks import HERE, Words, finish, lines, values
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

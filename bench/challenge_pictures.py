"""The pictures of the worked example of the Greater Manchester Challenge, from the stored numbers."""

from __future__ import annotations

from typing import Any

import altair as alt
from scipy import stats

from commonroom import charts

Found = dict[str, Any]
PERIODS = {
    "before": "Sep 2005 to Mar 2008", "during": "Challenge, Apr 2008 to Mar 2011",
    "after": "Apr 2011 to Aug 2012", "later": "Sep 2012 to Aug 2015", "last": "Sep 2015 to Feb 2020",
}  # fmt: skip
SIDES = {"joined": "Greater Manchester", "comparison": "comparison authorities"}
ALLOWING = {
    "school year": "as judged",
    "judged before": "schools judged before",
    "previous judgement": "… their previous judgement",
    "previous judgement and deprivation": "… and deprivation",
    "schools that kept their number": "share that kept their number",
    "half of all": "missing schools: half good",
    "most converters, some sponsored": "missing: converters 70 %, sponsored 30 %",
    "nearly all converters, few sponsored": "missing: converters 90 %, sponsored 20 %",
    "bounds": "missing schools: anything",
}
TITLE = {"fontSize": 13, "color": charts.INK, "anchor": "start", "fontWeight": 600, "frame": "group"}


def draw(found: dict[str, Found]) -> dict[str, bytes]:
    """Every picture as PNG, by name."""
    return {
        "shares": png(
            [shares(one, phase, first=not place) for place, (phase, one) in enumerate(found.items())]
        ),
        "placebos": png(
            [placebos(one, phase, first=not at) for at, (phase, one) in enumerate(found.items())]
        ),
        "missing": png([missing(one, phase, first=not at) for at, (phase, one) in enumerate(found.items())]),
    }


def png(panels: list[Any]) -> bytes:
    """Panels beside each other."""
    looks = {**charts.THEME, "background": charts.PAPER}
    return charts.png(alt.hconcat(*panels, spacing=24).configure(**looks).configure_title(**TITLE), scale=1.5)


def named(phase: str) -> str:
    return f"{phase.capitalize()} schools"


def shares(one: Found, phase: str, *, first: bool) -> Any:
    """Share good or outstanding by period, with Wilson's intervals and how many were judged."""
    rows = []
    for count in one["counts"]:
        interval = stats.binomtest(count["good"], count["judged"]).proportion_ci(method="wilson")
        rows.append(
            {
                "period": PERIODS[count["period"]], "side": SIDES[count["side"]],
                "share": 100 * count["share"], "low": 100 * interval.low, "high": 100 * interval.high,
                "judged": f"{count['judged']:,}",
            }
        )  # fmt: skip
    order, sides = list(PERIODS.values()), list(SIDES.values())
    chart = alt.Chart(alt.InlineData(values=rows))
    axis = alt.Axis(labels=first, ticks=False, domain=False, labelLimit=240)
    y = alt.Y("period:N", sort=order, title=None, axis=axis)
    offset = alt.YOffset("side:N", sort=sides, scale=alt.Scale(paddingInner=0.4))
    x = alt.X(
        "share:Q", title="judged good or outstanding, per cent", scale=alt.Scale(domain=[30, 85], zero=False)
    )
    legend = alt.Legend(title=None) if first else None
    color = alt.Color(
        "side:N", legend=legend, scale=alt.Scale(domain=sides, range=[charts.HERE, charts.THERE])
    )
    shape = alt.Shape("side:N", legend=legend, scale=alt.Scale(domain=sides, range=["circle", "diamond"]))
    rule = chart.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q", y=y, yOffset=offset, color=color)
    dot = chart.mark_point(size=80, filled=True, opacity=1).encode(
        x=x, y=y, yOffset=offset, color=color, shape=shape
    )
    text = chart.mark_text(align="left", dx=6, fontSize=10, color=charts.QUIET)
    return alt.layer(rule, dot, text.encode(x="high:Q", y=y, yOffset=offset, text="judged:N")).properties(
        width=300, height=320, title=named(phase)
    )


def placebos(one: Found, phase: str, *, first: bool) -> Any:
    """The gap of every placebo group by period, and that of Greater Manchester."""
    rows = [
        {"period": PERIODS[period], "gap": gap}
        for period, place in one["places"].items()
        for gap in place["placebos"]
    ]
    mine = [
        {"period": PERIODS[period], "gap": place["gap"], "p": f"p {place['p']:.2f}"}
        for period, place in one["places"].items()
    ]
    axis = alt.Axis(labels=first, ticks=False, domain=False, labelLimit=240)
    y = alt.Y("period:N", sort=list(PERIODS.values()), title=None, axis=axis)
    x = alt.X(
        "gap:Q", title="gap from comparison authorities, points", axis=alt.Axis(format="+d"),
        scale=alt.Scale(domain=[-26, 26]),
    )  # fmt: skip
    ticks = alt.Chart(alt.InlineData(values=rows)).mark_tick(
        color=charts.GREY, opacity=0.55, thickness=1.5, size=22
    )
    chart = alt.Chart(alt.InlineData(values=mine))
    dot = chart.mark_point(size=110, filled=True, opacity=1, color=charts.HERE).encode(x=x, y=y)
    text = chart.mark_text(dy=-19, fontSize=11, color=charts.INK).encode(x="gap:Q", y=y, text="p:N")
    zero = alt.Chart(alt.InlineData(values=[{"gap": 0}])).mark_rule(color=charts.QUIET).encode(x="gap:Q")
    return alt.layer(zero, ticks.encode(x=x, y=y), dot, text).properties(
        width=300, height=330, title=named(phase)
    )


def missing(one: Found, phase: str, *, first: bool) -> Any:
    """The gap during the Challenge under every allowance; where schools are assumed, without an interval."""
    allowing, filled = one["allowing"]["during"], one["filled"]
    rows = []
    for name, label in ALLOWING.items():
        if name in allowing:
            part = allowing[name]
            rows.append({"label": label, "gap": part["points"], "low": part["low"], "high": part["high"]})
        elif name in filled:
            rows.append({"label": label, "gap": filled[name][2], "low": None, "high": None})
        else:
            rows.append({"label": label, "gap": None, "low": filled["worst"][2], "high": filled["best"][2]})
    for row in rows:
        row["what"] = "reckoned" if row["gap"] is not None and row["low"] is not None else "assumed"
    chart = alt.Chart(alt.InlineData(values=rows))
    axis = alt.Axis(labels=first, ticks=False, domain=False, labelLimit=290)
    y = alt.Y("label:N", sort=list(ALLOWING.values()), title=None, axis=axis)
    x = alt.X(
        "gap:Q", title="gap during the Challenge, points", axis=alt.Axis(format="+d"),
        scale=alt.Scale(domain=[-50, 75]),
    )  # fmt: skip
    scale = alt.Scale(domain=["reckoned", "assumed"], range=[charts.HERE, charts.THERE])
    color = alt.Color("what:N", legend=None, scale=scale)
    rule = chart.mark_rule(strokeWidth=2).encode(x="low:Q", x2="high:Q", y=y, color=color)
    shape = alt.Shape(
        "what:N", legend=None, scale=alt.Scale(domain=["reckoned", "assumed"], range=["circle", "diamond"])
    )
    known = chart.transform_filter("datum.gap != null")
    dot = known.mark_point(size=80, filled=True, opacity=1).encode(x=x, y=y, color=color, shape=shape)
    zero = alt.Chart(alt.InlineData(values=[{"gap": 0}])).mark_rule(color=charts.QUIET).encode(x="gap:Q")
    return alt.layer(zero, rule, dot).properties(width=300, height=300, title=named(phase))

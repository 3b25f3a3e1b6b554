"""Draw docs/images/value-added-chance.png: made-up schools that all add the same, as averages and as estimates.

Usage: python scripts/value_added_picture.py
"""

from __future__ import annotations

from pathlib import Path

import altair as alt
import numpy as np
import polars as pl

from commonroom import charts, value_added
from commonroom.tables.sums import LEFT_OUT, Plan, Sums

OUT = Path(__file__).parents[1] / "docs/images/value-added-chance.png"
SCHOOLS, SEED = 200, 2026


def made_up() -> tuple[Sums, pl.DataFrame]:
    """Sums of pupils whose school makes no difference, and each school's average beyond their start."""
    rng = np.random.default_rng(SEED)
    pupils = np.clip(np.exp(rng.normal(4.2, 0.9, SCHOOLS)), 8, 400).astype(int)
    school = np.repeat(np.arange(SCHOOLS), pupils)
    start = rng.normal(0, 1, school.size)
    score = 0.7 * start + rng.normal(0, 0.7, school.size)
    columns = [np.ones(school.size), start, score]
    plan = Plan("school", "score", ("start",), centres=(0.0, 0.0))
    frame = pl.DataFrame(
        {
            "school": [f"{number:03d}" for number in range(SCHOOLS)],
            "pupils": pupils,
            "left_out": np.zeros(SCHOOLS, dtype=np.int64),
            "weight_squared": pupils.astype(float),
            "log_weight": np.zeros(SCHOOLS),
            **{
                name: np.bincount(school, weights=columns[i] * columns[j])
                for name, (i, j) in zip(plan.columns, plan.products, strict=True)
            },
        }
    )
    raw = np.bincount(school, weights=score - 0.7 * start) / pupils
    return Sums(frame, plan, LEFT_OUT.empty()), frame.select("school", "pupils", effect=pl.Series(raw))


def panel(frame: pl.DataFrame, title: str, *, shown: bool) -> alt.LayerChart:
    """One half of the picture: dots by size, with a range where there is one."""
    chart = alt.Chart(alt.InlineData(values=frame.to_dicts()))
    across = alt.X("pupils:Q", title="Pupils", scale=alt.Scale(type="log", nice=False, padding=12))
    up = alt.Y(
        "effect:Q",
        title=["Above or below what", "pupils' start leads to expect"] if shown else None,
        scale=alt.Scale(domain=[-0.45, 0.45]),
        axis=alt.Axis(format="+.1f", labels=shown),
    )
    dots = chart.mark_point(size=34, color=charts.HERE, strokeWidth=1.2).encode(x=across, y=up)
    none = alt.Chart(alt.InlineData(values=[{"none": 0}]))
    layers = [none.mark_rule(color=charts.QUIET, strokeDash=[5, 4]).encode(y="none:Q")]
    if "low95" in frame.columns:
        layers.append(
            chart.mark_rule(color=charts.GREY, opacity=0.5).encode(x=across, y="low95:Q", y2="high95:Q")
        )
    return alt.layer(*layers, dots).properties(
        width=330, height=320, title=alt.Title(title, frame="group", anchor="start")
    )


def main() -> None:
    """Draw the picture."""
    sums, raw = made_up()
    found = value_added.estimate(sums)
    ours = found.schools.select("school", "pupils", "effect", "low95", "high95")
    print(found.components, found.sentences["sentence"].to_list(), sep="\n")
    both = alt.hconcat(
        panel(raw, "Averages, as a table would list them", shown=True),
        panel(ours, "The same pupils, as this program says it", shown=False),
    ).configure(**charts.THEME | {"title": {"fontSize": 14, "color": charts.INK}})
    OUT.write_bytes(charts.png(both, scale=1.5))


if __name__ == "__main__":
    main()

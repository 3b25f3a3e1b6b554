"""Pictures of the public pages: a trend with its gaps, a place among those alike, and where schools are."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest

from commonroom import charts, disclosure
from commonroom.charts import pages
from commonroom.disclosure import Released

WORDS = {
    name: name.title()
    for name in (
        "school",
        "schools",
        "nation",
        "place",
        "year",
        "value",
        "across",
        "preset",
        "low",
        "high",
        "km",
    )
}


def _released(rows: list[dict[str, Any]]) -> Released:
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return disclosure.release(frame, rule=disclosure.Rule(keys=()))


def _trend(*values: float | None) -> Released:
    return _released(
        [
            {"year": 2016 + at, "place": place, "value": value, "run": f"{place} {at > 1}"}
            for place in ("school", "nation")
            for at, value in enumerate(values)
        ]
    )


def _data(chart: Any) -> str:
    return json.dumps(json.loads(charts.specification(chart)), sort_keys=True)


def test_a_trend_has_every_year_and_shades_those_without_a_figure() -> None:
    chart = charts.trend(_trend(50.0, None, 48.0, 47.0), words=WORDS, series=("school", "nation"))
    made = json.loads(charts.specification(chart))
    shaded, drawn_years = made["datasets"].values()
    assert shaded == [{"year": "2017"}]
    assert made["layer"][1]["encoding"]["x"]["scale"]["domain"] == ["2016", "2017", "2018", "2019"]
    assert {row["run"] for row in drawn_years} >= {"school False", "school True"}
    drawn = charts.svg(chart)
    assert all(f">{year}<" in drawn for year in range(2016, 2020))
    assert drawn.count("<circle") >= 3


def test_positions_have_their_range_and_long_names_in_lines() -> None:
    rows = [
        {"label": "Similar schools, as the Department defines them (2026)", "position": 20.0, "low": 8.0,
         "high": 46.0},
        {"label": "Learned", "position": 53.0, "low": 30.0, "high": 70.0},
    ]  # fmt: skip
    chart = charts.positions(_released(rows), words=WORDS)
    assert "Similar schools, as the Department\\ndefines them (2026)" in _data(chart)
    assert ">Learned<" in charts.svg(chart)


@pytest.mark.parametrize("many", [False, True])
def test_places_are_dots_or_squares_and_say_nothing_of_results(
    many: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MANY", 5 if many else 100)
    rows = [
        {
            "name": f"School {at}",
            "authority": "Bolton",
            "easting": 380_000.0 + 900 * at,
            "northing": 400_000.0,
        }
        for at in range(20)
    ]
    rows.append(rows[0] | {"easting": None})
    chart = charts.places(_released(rows), words=WORDS)
    found = _data(chart)
    assert ("School 7" in found) is not many
    assert ('"schools": 12' in found) is many
    assert " km" in charts.svg(chart).lower()

"""Pictures of the public pages: a trend with its gaps, a place among those alike, and where schools are."""

from __future__ import annotations

import json
import re
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


def _size(drawn: str) -> tuple[float, float]:
    found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawn)
    assert found is not None
    return float(found[1]), float(found[2])


def test_a_narrow_screen_has_the_same_figures_in_a_picture_that_is_less_wide() -> None:
    chart = charts.trend(_trend(50.0, None, 48.0, 47.0), words=WORDS, series=("school", "nation"))
    wide = charts.specification(chart)
    narrow = charts.narrowed(wide, width=300)
    assert json.loads(narrow)["datasets"] == json.loads(wide)["datasets"]
    before, after = charts.still(wide), charts.still(narrow)
    assert _size(before)[0] > 640
    assert 300 < _size(after)[0] < 400
    # Letters are as large as they were, and the picture is as high, but for the legend's other lines.
    assert set(re.findall(r'font-size="\w+"', after)) == set(re.findall(r'font-size="\w+"', before))
    assert _size(before)[1] <= _size(after)[1] < _size(before)[1] + 60


def test_a_narrow_picture_has_long_titles_in_lines_and_keeps_equal_scales() -> None:
    rows = [{"label": "Learned", "position": 53.0, "low": 30.0, "high": 70.0}]
    chart = charts.positions(_released(rows), words=WORDS | {"across": "Higher than how many in 100 of them"})
    across = json.loads(charts.narrowed(charts.specification(chart), width=150))["layer"][1]["encoding"]["x"]
    assert across["title"] == ["Higher than how many", "in 100 of them"]
    ground = [
        {"name": "A", "authority": "Bolton", "easting": 1e5 * at, "northing": 5e4 * at} for at in (1, 2)
    ]
    made = json.loads(charts.specification(charts.places(_released(ground), words=WORDS)))
    less = json.loads(charts.narrowed(json.dumps(made), width=made["width"] // 2, equal=True))
    assert less["height"] == pytest.approx(made["height"] / 2, abs=1)

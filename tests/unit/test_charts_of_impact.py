"""Pictures of impact: paths, effects, what stands beside them, power, and where an effect may lie."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest

from commonroom import charts, disclosure
from commonroom.disclosure import Released

WORDS = {
    name: name.title()
    for name in (
        "joined", "comparison", "year", "value", "before", "after", "since", "effect", "power", "low",
        "middle", "high", "smallest", "ordinary", "from", "to", "lowest", "highest",
    )
} | {"said": 'Each "range" & what it means <95%>'}  # fmt: skip


def _released(rows: list[dict[str, Any]], **types: Any) -> Released:
    return disclosure.release(pl.DataFrame(rows, schema_overrides=types), rule=disclosure.Rule(keys=()))


def _paths(*years: int, low: float | None = -0.1) -> Released:
    rows = [
        {"side": side, "year": year, "value": 0.1, "low": low, "high": 0.3}
        for side in ("joined", "comparison")
        for year in years
    ]
    return _released(rows, low=pl.Float64)


def _chart(*years: int, **changed: Any) -> Any:
    released = _paths(*years, **changed)
    return charts.paths(released, words=WORDS, series=("joined", "comparison"), starts=(2024,))


def _rows(specification: Any, layer: int) -> Any:
    """The rows that a layer of a chart is drawn from."""
    data = specification["layer"][layer]["data"]
    return data["values"] if "values" in data else specification["datasets"][data["name"]]


def test_no_line_crosses_a_year_without_results() -> None:
    drawn = charts.svg(_chart(2018, 2019, 2023, 2024))
    assert drawn == charts.svg(_chart(2018, 2019, 2023, 2024))
    lines = re.findall(r'd="(M[\d.,-]+L[\d.,-]+)"', drawn)
    assert len(lines) == 4
    assert "Joined" in drawn
    assert "Comparison" in drawn


def test_years_without_results_keep_their_room_and_the_start_is_marked() -> None:
    specification = _chart(2019, 2023).to_dict(validate=False)
    encoding = specification["layer"][2]["encoding"]
    assert encoding["x"]["axis"]["values"] == [2019, 2023]
    assert encoding["x"]["scale"]["domain"] == [2018.5, 2023.5]
    assert _rows(specification, 1) == [{"start": 2023.5}]


def test_a_side_without_a_range_has_no_whisker() -> None:
    counts = [len(_rows(_chart(2018, low=low).to_dict(validate=False), 3)) for low in (-0.1, None)]
    assert counts == [2, 0]


def _effect(at: int) -> dict[str, Any]:
    return {"at": at, "value": 0.2, "low": 0.1, "high": 0.3, "band_low": 0.0, "band_high": 0.4}


def test_years_before_the_start_are_hollow() -> None:
    specification = charts.specification(
        charts.effects(_released([_effect(-2), _effect(0), _effect(1)]), words=WORDS)
    )
    assert specification.count('"shown":"Before"') == 1
    assert specification.count('"shown":"After"') == 2
    assert f'"range":["{charts.PAPER}","{charts.HERE}"]' in specification
    assert "band_low" in specification


def test_figures_beside_each_other_keep_their_order_and_differ_in_shape() -> None:
    rows = [
        {"label": f"The {kind} <&>", "kind": kind, "value": 0.2, "low": 0.1, "high": 0.3}
        for kind in ("naive", "placebo", "own")
    ]
    chart = charts.forest(_released(rows), words=WORDS)
    drawn = charts.svg(chart)
    assert [drawn.index(f"The {kind} &lt;&amp;&gt;") for kind in ("naive", "placebo", "own")] == sorted(
        drawn.index(f"The {kind} &lt;&amp;&gt;") for kind in ("naive", "placebo", "own")
    )
    specification = charts.specification(chart)
    for shape in ("diamond", "square", "circle"):
        assert f'"shape":"{shape}"' in specification


def test_the_curve_of_power_names_its_sizes() -> None:
    rows = [
        {"effect": 0.2, "power": 0.6, "label": ""},
        {"effect": 0.1, "power": 0.3, "label": "matters"},
        {"effect": 0.0, "power": 0.05, "label": ""},
    ]
    chart = charts.power(_released(rows), words=WORDS, asked=0.8)
    assert ">matters<" in charts.svg(chart)
    assert '"level":0.8' in charts.specification(chart)


def _reach(**changed: float) -> str:
    row = {"value": 0.2, "low": 0.05, "high": 0.35, "smallest": 0.1, "ordinary": 0.4} | changed
    return charts.reach(_released([row]), words=WORDS)


def test_the_reach_has_its_range_its_guess_and_what_it_is_read_beside() -> None:
    drawn = _reach()
    assert (drawn.count("<circle"), drawn.count("<rect")) == (1, 1)
    for word in ("Low", "Middle", "High", "Smallest", "Ordinary", "From", "To"):
        assert f">{word}<" in drawn
    assert 'aria-label="Each &quot;range&quot; &amp; what it means &lt;95%&gt;"' in drawn
    found = re.search(r'<circle cx="([\d.]+)"', drawn)
    assert found
    assert 180 < float(found[1]) < 360


def test_the_reach_leaves_out_what_is_not_known() -> None:
    drawn = _reach(smallest=0.0, ordinary=0.0)
    assert "<rect" not in drawn
    assert ">Smallest<" not in drawn
    assert ">Ordinary<" not in drawn


@pytest.mark.parametrize(("high", "anchors"), [(0.06, ("end", "start")), (0.35, ("middle", "middle"))])
def test_the_ends_of_a_narrow_range_do_not_cover_each_other(high: float, anchors: tuple[str, str]) -> None:
    drawn = _reach(high=high)
    found = [re.search(rf'text-anchor="(\w+)"[^>]*>{word}<', drawn) for word in ("From", "To")]
    assert tuple(one[1] for one in found if one) == anchors


def test_the_reach_holds_its_widest_part() -> None:
    ends = [float(end) for end in re.findall(r' x[12]="([\d.]+)"', _reach(low=-3.0, high=1.0))]
    assert 0 < min(ends) <= max(ends) < 360


def _fifth(fifth: str, year: int, value: float | None) -> dict[str, Any]:
    return {"fifth": fifth, "year": year, "value": value, "low": -1.0, "high": 1.0}


def test_the_fifths_have_a_line_a_mark_and_a_range_for_each_year() -> None:
    rows = [_fifth(fifth, year, 0.5) for fifth in ("lowest", "highest") for year in (2023, 2024, 2025)]
    drawn = charts.returns(_released(rows), words=WORDS)
    assert (drawn.count("<circle"), drawn.count("<rect"), drawn.count("<polyline")) == (3, 3, 2)
    assert [f">{year}<" in drawn for year in (2023, 2024, 2025)] == [True] * 3
    assert ">Lowest<" in drawn
    assert ">Highest<" in drawn


def test_a_fifth_that_is_withheld_is_not_drawn() -> None:
    rows = [_fifth("lowest", 2023, None), _fifth("highest", 2023, 0.5), _fifth("highest", 2024, 0.4)]
    drawn = charts.returns(_released(rows, value=pl.Float64), words=WORDS)
    assert ">Lowest<" not in drawn
    assert "<circle" not in drawn

"""Charts: valid specifications that carry only what was released, drawn without any network."""

from __future__ import annotations

import json

import altair as alt
import polars as pl
import pytest

from commonroom import charts, disclosure
from commonroom.disclosure import Released

WORDS = {
    name: name.title()
    for name in (
        "attainment", "improvement", "school", "quadrant", "probability", "sure_0", "sure_1", "sure_2",
        "sure_3", "higher_rising", "higher_falling", "lower_rising", "lower_falling", "value", "low", "high",
        "place", "year", "system", "nation", "moved", "share", "level", "covered", "test",
        "pupils", "effect", "above", "unclear", "below",
    )
}  # fmt: skip
SERIES = ("system", "nation")


def _released(**columns: list[object]) -> Released:
    return disclosure.release(pl.DataFrame(columns), rule=disclosure.Rule(keys=()))


def _places(**columns: list[object]) -> Released:
    return _released(place=list(SERIES), value=[1.0, 2.0], low=[0.5, 1.5], high=[1.5, 2.5], **columns)


@pytest.fixture
def points() -> Released:
    return _released(
        school=["1", "2"], name=["Abbey </script>", "Mill"], attainment=[1.0, -1.23456],
        attainment_sd=[1.0, 1.0],
        improvement=[0.5, -0.5], improvement_sd=[1.0, 1.0], correlation=[0.3, 0.3],
        quadrant=["higher_rising", "lower_falling"], probability=[0.97, 0.55], secret=["x", "y"],
    )  # fmt: skip


@pytest.fixture
def drawn(points: Released) -> dict[str, alt.TopLevelMixin]:
    return {
        "map": charts.map(points, words=WORDS, middle=(0.1, 0.2)),
        "intervals": charts.intervals(_places(label=["2014", "2014"]), words=WORDS, series=SERIES),
        "years": charts.years(_places(year=[2019, 2019]), words=WORDS, series=SERIES),
        "moves": charts.moves(_released(moved=[0.0], label=["0–5"], share=[100.0]), words=WORDS),
        "funnel": charts.funnel(
            _released(
                school=["1", "2"],
                name=["A", "B"],
                pupils=[9, 90],
                effect=[0.1, 1.0],
                low=[-1.0, 0.5],
                high=[1.2, 1.5],
                side=["unclear", "above"],
            ),
            words=WORDS,
        ),
        "calibration": charts.calibration(
            _released(label=["2019"], level=[0.8], covered=[0.82]), words=WORDS
        ),
    }


@pytest.mark.parametrize("name", ["map", "intervals", "years", "moves", "funnel", "calibration"])
def test_a_chart_is_a_valid_specification_with_a_still_picture(
    drawn: dict[str, alt.TopLevelMixin], name: str
) -> None:
    chart = drawn[name]
    chart.to_dict(validate=True)
    picture = charts.svg(chart)
    assert picture.startswith('<svg class="still"')
    assert "viewBox" in picture
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")


def test_the_same_frame_gives_the_same_text(points: Released) -> None:
    first, again = (charts.map(points, words=WORDS) for _ in range(2))
    assert charts.specification(first) == charts.specification(again)
    assert charts.svg(first) == charts.svg(again)


def test_the_map_carries_only_what_it_draws(drawn: dict[str, alt.TopLevelMixin]) -> None:
    said = charts.specification(drawn["map"])
    assert "secret" not in said
    assert "-1.235" in said


def test_a_school_below_sixty_per_cent_is_hollow(drawn: dict[str, alt.TopLevelMixin]) -> None:
    specification = json.loads(charts.specification(drawn["map"]))
    rows = next(rows for rows in specification["datasets"].values() if len(rows) == 2)
    assert {row["name"]: row["sure"] for row in rows} == {"Abbey </script>": "3", "Mill": "0"}
    fill = next(
        layer["encoding"]["fill"] for layer in specification["layer"] if "fill" in layer.get("encoding", {})
    )
    assert fill["scale"]["range"][0] == "transparent"


def test_no_colour_is_red_or_green() -> None:
    for colour in (charts.HERE, charts.THERE, charts.GREY, *charts.SURE):
        red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
        assert not (green > red and green > blue)
        assert not (red > 2 * green and red > 2 * blue)


def test_places_differ_in_shape_as_well_as_in_colour(drawn: dict[str, alt.TopLevelMixin]) -> None:
    for name in ("intervals", "years"):
        assert '"range":["circle","diamond"]' in charts.specification(drawn[name])


def test_a_frame_that_was_not_released_is_refused(points: Released) -> None:
    with pytest.raises(AttributeError):
        charts.map(points.frame, words=WORDS)  # type: ignore[arg-type]


def test_a_chart_is_drawn_as_png(drawn: dict[str, alt.TopLevelMixin]) -> None:
    assert charts.png(drawn["moves"], scale=1.0).startswith(b"\x89PNG")


def test_the_bundle_can_stand_in_a_page() -> None:
    bundle = charts.html_bundle()
    assert "vegaEmbed" in bundle
    assert "</script" not in bundle

"""Pictures of a plan: who helps whom, how giving is spread, two schools beside schools alike."""

from __future__ import annotations

import re
from typing import Any

import polars as pl
import pytest

from commonroom import charts, disclosure
from commonroom.charts import drawing
from commonroom.charts.pairs import ROLES, STAGES
from commonroom.disclosure import Released

WORDS = {
    name: name.title()
    for name in (
        *ROLES, *STAGES, "keys", "km", "could", "gives_now", "days", "schools", "kind", "low", "middle",
        "high",
    )
} | {"said": 'Each "school" & its range <95%>'}  # fmt: skip
MARK = '<path transform="translate(1,2)" d="M0,0h1" fill="#fff" stroke="#000" stroke-width="2"/>'


def _released(rows: list[dict[str, Any]], **types: Any) -> Released:
    return disclosure.release(pl.DataFrame(rows, schema_overrides=types), rule=disclosure.Rule(keys=()))


def _points(*roles: str, keys: bool = False) -> Released:
    rows = [
        {"school": str(at), "easting": 380_000.0 + 500 * at, "northing": 400_000.0 + 300 * (at % 7),
         "authority": "Bolton" if at % 2 else "Bury", "role": role, "keys": keys,
         "said": f"School {at} <&>: {role}"}
        for at, role in enumerate(roles)
    ]  # fmt: skip
    return _released(rows, easting=pl.Float64, northing=pl.Float64)


def _lines(*stages: str, least: int = 0) -> Released:
    rows = [
        {"provider": "0", "receiver": str(at + 1), "stage": stage, "said": f"0 helps {at + 1}"}
        for at, stage in enumerate(stages)
    ]
    return _released(rows or [{"provider": "x", "receiver": "y", "stage": "new", "said": ""}] * max(least, 1))


def test_the_map_has_every_mark_with_its_name_and_no_program() -> None:
    chart = charts.partnerships(_points(*ROLES), _lines(*STAGES), words=WORDS)
    drawn = charts.svg(chart)
    assert drawn == charts.svg(charts.partnerships(_points(*ROLES), _lines(*STAGES), words=WORDS))
    assert "<script" not in drawn
    for at, role in enumerate(ROLES):
        assert f"<title>School {at} &lt;&amp;&gt;: {role}</title>" in drawn
    assert re.findall(r"<title>(0 helps \d)</title>", drawn) == ["0 helps 1", "0 helps 2", "0 helps 3"]
    for label in ("Gives", "Receives", "Both", "Alone", "New", "Agreed", "Paused", "Keys", "Bolton", "Bury"):
        assert f">{label}<" in drawn
    assert re.search(r">[\d.]+ Km<", drawn)


def test_roles_and_stages_differ_in_more_than_colour() -> None:
    assert len({shape for shape, _, _ in ROLES.values()}) == len(ROLES)
    assert len({(tuple(dash), width) for dash, width in STAGES.values()}) == len(STAGES)


def test_a_ring_marks_a_keys_to_success_school() -> None:
    one, none = (
        charts.specification(
            charts.partnerships(_points("gives", "receives", keys=keys), _lines("new"), words=WORDS)
        )
        for keys in (True, False)
    )
    assert one.count('"shown":"Keys"') == 2
    assert none.count('"shown":"Keys"') == 0


def test_one_metre_is_as_long_up_as_across() -> None:
    chart = charts.partnerships(_points(*["gives"] * 9), _lines("new"), words=WORDS).to_dict(validate=False)
    encoding = chart["layer"][0]["encoding"]
    (west, east), (south, north) = (encoding[axis]["scale"]["domain"] for axis in ("x", "y"))
    assert (east - west) / chart["width"] == pytest.approx((north - south) / chart["height"])
    assert west < 380_000 < 384_000 < east


def test_schools_without_a_place_and_their_lines_are_left_out() -> None:
    points = _points("gives", "receives", "receives").frame.with_columns(
        easting=pl.when(pl.col("school") == "2").then(None).otherwise("easting")
    )
    released = disclosure.release(points, rule=disclosure.Rule(keys=()))
    drawn = charts.svg(charts.partnerships(released, _lines("new", "new"), words=WORDS))
    assert "0 helps 1" in drawn
    assert "0 helps 2" not in drawn
    assert "School 2" not in drawn


def test_a_map_of_nobody_is_drawn() -> None:
    nobody = disclosure.release(_points("gives").frame.clear(), rule=disclosure.Rule(keys=()))
    assert charts.svg(charts.partnerships(nobody, _lines(), words=WORDS)).startswith("<svg")


@pytest.mark.parametrize(("number", "size"), [(3, 95), (300, 42), (800, 16)])
def test_marks_are_smaller_where_there_are_more(number: int, size: int) -> None:
    chart = charts.partnerships(_points(*["gives"] * number), _lines("new"), words=WORDS)
    assert chart.to_dict(validate=False)["layer"][2]["mark"]["size"] == size


def test_names_of_authorities_do_not_cover_one_another() -> None:
    near = charts.specification(
        charts.partnerships(_points("gives", "gives", "gives"), _lines("new"), words=WORDS)
    )
    labels = re.findall(r'\{"authority":"(\w+)","easting"', near)
    assert set(labels) == {"Bury"}


@pytest.mark.parametrize(
    ("days", "given", "step", "expected"),
    [
        ([0.0, 10.0, 20.0, None], [0.0, 0.0, 10.0, 5.0], 10.0,
         [("0", 1, 2), ("1–10", 1, 2), ("11–20", 1, 0)]),
        ([200.0, 5.0], [0.0, 0.0], 10.0,
         [("0", 0, 2), ("1–40", 1, 0), ("41–80", 0, 0), ("81–120", 0, 0), ("121–160", 0, 0),
          ("161–200", 1, 0)]),
        ([], [], 10.0, [("0", 0, 0)]),
    ],
)  # fmt: skip
def test_days_are_counted_in_bands(days: Any, given: Any, step: float, expected: Any) -> None:
    frame = pl.DataFrame({"days": days, "given": given}, schema={"days": pl.Float64, "given": pl.Float64})
    assert charts.bands(frame, step=step).select("label", "could", "gives").rows() == expected


def test_giving_has_a_hollow_and_a_full_bar_for_each_band() -> None:
    released = _released([{"days": 10.0, "given": 0.0}, {"days": 20.0, "given": 10.0}])
    specification = charts.specification(charts.giving(released, words=WORDS))
    assert f'"range":["{charts.PAPER}","{charts.HERE}"]' in specification
    assert '{"order":1,"label":"1–10","kind":"could","value":1,"shown":"Could"}' in specification
    assert '{"order":1,"label":"1–10","kind":"gives","value":1,"shown":"Gives_Now"}' in specification
    assert "Could" in charts.svg(charts.giving(released, words=WORDS))


def _strip(*rows: tuple[str, float | None, float, float]) -> str:
    frame = pl.DataFrame(rows, schema=["place", "value", "low", "high"], orient="row")
    released = disclosure.release(frame, rule=disclosure.Rule(keys=("place",)))
    return charts.strip(released, words=WORDS)


def test_a_strip_has_a_mark_and_a_range_for_each_school() -> None:
    drawn = _strip(("receiver", -0.4, -0.6, -0.2), ("provider", 0.5, 0.3, 0.7))
    assert (drawn.count("<circle"), drawn.count("<rect"), drawn.count("<line")) == (1, 1, 3)
    assert 'aria-label="Each &quot;school&quot; &amp; its range &lt;95%&gt;"' in drawn
    circle, middle = (
        float(re.search(pattern, drawn)[1])  # type: ignore[index]
        for pattern in (r'cx="([\d.]+)"', r'<line x1="([\d.]+)"')
    )
    assert circle < middle == 170.0


def test_a_strip_holds_its_widest_range_and_leaves_out_what_is_withheld() -> None:
    drawn = _strip(("receiver", None, -0.6, -0.2), ("provider", 3.0, 1.0, 5.0))
    assert "<circle" not in drawn
    ends = [float(end) for end in re.findall(r'x[12]="([\d.]+)"', drawn)]
    assert 0 < min(ends) <= max(ends) < 340


def test_marks_that_look_alike_say_so_once() -> None:
    drawn = drawing._together(f"<svg>{MARK}{MARK}<text/>{MARK}</svg>")
    alike = '<path transform="translate(1,2)" d="M0,0h1"/>'
    group = '<g fill="#fff" stroke="#000" stroke-width="2">'
    assert drawn == f"<svg>{group}{alike}{alike}</g><text/>{group}{alike}</g></svg>"


def test_a_mark_that_looks_otherwise_has_a_group_of_its_own() -> None:
    drawn = drawing._together(MARK + MARK.replace("#fff", "#aaa"))
    assert re.findall(r'<g fill="(#\w+)"', drawn) == ["#fff", "#aaa"]
    assert drawn.count("</g>") == 2


def test_a_mark_keeps_its_own_opacity() -> None:
    pale = MARK.replace('"2"/>', '"2" opacity="0.5"/>')
    assert drawing._together(f"{MARK}{pale}{MARK}").count(pale) == 1
    line = '<line transform="translate(1,2)" x2="3" y2="4" stroke="#000" opacity="0.5"/>'
    both = drawing._together(line + line)
    assert both.count("stroke-opacity") == 1
    assert both.startswith('<g stroke="#000" stroke-opacity="0.5"><line')


def test_what_a_mark_says_stays_with_it() -> None:
    named = MARK.replace("/>", "><title>Abbey</title></path>")
    drawn = drawing._together(named + MARK)
    assert "<title>Abbey</title></path>" in drawn
    assert drawn.count("<g ") == 1


def test_a_picture_without_marks_is_left_as_it_is() -> None:
    assert drawing._together("<svg><text>Nothing</text></svg>") == "<svg><text>Nothing</text></svg>"

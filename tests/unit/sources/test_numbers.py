from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonroom.sources import numbers
from commonroom.sources.numbers import Cells
from commonroom.sources.reading import Problem

CODES = {"SUPP": "suppressed", "NE": "no entries"}


def parse(
    cells: list[str | None], national: list[str | None] | None = None, **what: object
) -> tuple[pl.DataFrame, list[Problem]]:
    frame = pl.DataFrame(
        {"row": range(1, len(cells) + 1), "school": [f"s{i}" for i in range(len(cells))], "raw": cells},
        schema_overrides={"raw": pl.String},
    )
    country = None if national is None else pl.Series("raw", national, dtype=pl.String)
    return numbers.parse(
        frame,
        cells=Cells("a.csv", "X", **what),  # type: ignore[arg-type]
        codes=CODES,
        national=country,
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("41", 41.0), (" 41.5 ", 41.5), ("41%", 41.0), ("41 %", 41.0), ("-0.09", -0.09), ("+3", 3.0),
        (".5", 0.5), ("1,204", 1204.0), ("1,204,000.5", 1204000.5), ("41,5", 41.5), ("1e3", 1000.0),
        ("100053.0", 100053.0), ("4.1.2", None), ("1,2,3", None), ("forty", None), ("inf", None),
        ("nan", None), ("1e999", None), ("%", None), ("", None),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_printed(text: str, value: float | None) -> None:
    assert pl.select(numbers.number(pl.lit(text))).item() == value


def plain_number(text: str) -> float | None:
    """The slow twin: what a number is, in plain Python, one text at a time."""
    text = text.strip().removesuffix("%").strip()
    whole, point, decimals = text.partition(".")
    groups = whole.lstrip("+-").split(",")
    if len(groups) > 1 and len(groups[0]) in (1, 2, 3) and all(len(g) == 3 for g in groups[1:]):
        if point and not decimals:
            return None
        text = whole.replace(",", "") + point + decimals
    elif len(groups) == 2 and groups[0] and not point and len(groups[1]) in (1, 2):
        text = whole.replace(",", ".")
    try:
        return float(text) if text[-1:].isdigit() or text[-1:] == "." else None
    except ValueError:
        return None


@settings(deadline=None)
@given(st.text("0123456789+-,.% ", max_size=10))
def test_a_plain_reading_of_numbers_says_the_same(text: str) -> None:
    assert pl.select(numbers.number(pl.lit(text))).item() == plain_number(text)


@settings(deadline=None)
@given(
    st.floats(-1e9, 1e9).map(lambda x: round(x, 4)),
    st.sampled_from(["{:f}", "{:,.4f}", " {:f} %", "{:.10e}"]),
)
def test_what_is_printed_is_read_back(value: float, form: str) -> None:
    read = pl.select(numbers.number(pl.lit(form.format(value)))).item()
    assert read == pytest.approx(value, rel=1e-9, abs=1e-6)


def test_codes_are_kept_as_why_there_is_no_number() -> None:
    read, problems = parse(["SUPP", " ne ", "", None, "41"])
    assert read["missing"].to_list() == ["suppressed", "no entries", numbers.EMPTY, numbers.EMPTY, None]
    assert read["value"].to_list() == [None, None, None, None, 41.0]
    assert problems == []


def test_texts_that_mean_nothing_known_are_said_once_each_with_their_first_row() -> None:
    read, problems = parse(["1", "??", "??", "about 40"])
    assert read["missing"].to_list() == [None, *[numbers.UNREADABLE] * 3]
    assert [(p.row, p.school, p.left_out) for p in problems] == [(2, "s1", 2), (4, "s3", 1)]
    assert problems[0].what == "“??” is neither a number nor a known code (2 cells)."


def test_a_wrong_column_does_not_bury_people_in_problems() -> None:
    _, problems = parse([f"name {i}" for i in range(30)])
    assert len(problems) == 11
    assert problems[-1].what == "Cells that are neither a number nor a known code: 20 more."
    assert sum(problem.left_out for problem in problems) == 30


def test_fractions_beside_percent_signs_are_multiplied_as_one_notation() -> None:
    read, problems = parse(["41%", "0.41", "1", "0", "SUPP"], share=True, low=0.0, high=100.0)
    assert read["value"].to_list() == [41.0, 41.0, 100.0, 0.0, None]
    (problem,) = problems
    assert problem.what == "The column is a percentage, printed as fractions from 0 to 1: 3 numbers."


def test_a_small_percentage_in_a_column_of_percentages_is_left_alone() -> None:
    read, problems = parse(["0.4", "12", "0.9"], share=True, usual=0.5)
    assert read["value"].to_list() == [0.4, 12.0, 0.9]
    assert problems == []


@pytest.mark.parametrize(
    ("values", "usual", "national", "notation"),
    [
        (
            [0.41, 0.55],
            45.0,
            None,
            "fractions",
        ),  # two schools below one per cent, where ninety in a hundred have 45
        ([0.41, 0.55], 0.5, None, "unclear"),  # usually small: two schools may be below one per cent
        ([0.41] * 30, 0.5, None, "fractions"),  # thirty may not
        ([0.41, 0.55], None, None, "fractions"),  # nothing known of the share: as if usually large
        ([0.0, 1.0], 45.0, None, "percentages"),  # neither way shows
        ([0.41, 55.0], 45.0, None, "percentages"),  # a number above one
        ([], 45.0, None, "percentages"),
        ([0.41, 0.55], 0.5, [0.03], "fractions"),  # the country's own row is a fraction
        ([0.41, 0.55], 45.0, [59.8], "percentages"),  # the country's own row is a percentage
        ([0.41] * 40, 0.5, [2.5], "percentages"),  # and it decides before the number of schools does
        ([0.41, 0.55], 45.0, [None], "fractions"),  # an empty national cell decides nothing
    ],
)
def test_the_notation_is_decided_for_the_column(
    values: list[float], usual: float | None, national: list[float | None] | None, notation: str
) -> None:
    country = None if national is None else pl.Series(national, dtype=pl.Float64)
    column = pl.Series(values, dtype=pl.Float64)
    assert numbers.notation(column, cells=Cells("a.csv", "X", True, usual), national=country) == notation


def test_the_national_row_decides_in_the_file_too() -> None:
    percent, _ = parse(["0.41", "0.5"], ["59.5"], share=True, usual=45.0)
    fraction, _ = parse(["0.41", "0.5"], ["0.595"], share=True, usual=45.0)
    assert percent["value"].to_list() == [0.41, 0.5]
    assert fraction["value"].to_list() == [41.0, 50.0]


def test_what_cannot_be_told_is_read_as_printed_and_asked() -> None:
    read, problems = parse(["0.4", "0.9"], share=True, usual=0.5)
    assert read["value"].to_list() == [0.4, 0.9]
    assert [problem.what for problem in problems] == [
        "The column is a percentage, and it has 2 numbers, all from 0 to 1: per cent or fractions?"
    ]


def test_a_share_above_100_is_left_out_with_its_row() -> None:
    read, problems = parse(["41%", "141%", "-3%"], share=True, low=0.0, high=100.0)
    assert read["value"].to_list() == [41.0, None, None]
    assert read["missing"].to_list() == [None, "outside 0 to 100", "outside 0 to 100"]
    assert [(p.row, p.what, p.left_out) for p in problems] == [
        (2, "141 is outside 0 to 100.", 1),
        (3, "-3 is outside 0 to 100.", 1),
    ]


def test_limits_may_be_open_at_one_end() -> None:
    read, _ = parse(["-1", "5"], low=0.0)
    assert read["value"].to_list() == [None, 5.0]
    _, many = parse(["-1"] * 14, low=0.0)
    assert many[-1].what == "Figures outside 0 to inf: 4 more."

"""A made-up system of six schools, two in the nation outside it, as tables of the evidence."""

from __future__ import annotations

import datetime

import polars as pl
import pytest

from commonroom import charts, narrative
from commonroom.panel import measures, systems
from commonroom.tables import better as claims
from commonroom.tables import families, learned, panel, performance, value_added

PHASES = {"secondary": "attainment8", "primary": "rwm_expected"}
#: Number, name, whether in the system. Names are not in the order of numbers, and one needs escaping.
SCHOOLS = (
    ("1", "Zion <b>School</b>", True), ("2", "Abbey School", True), ("3", "Siôn School", True),
    ("4", "Mill School", True), ("5", "Quay School", False), ("6", "Far School", False),
)  # fmt: skip


def fill(table: object, rows: list[dict[str, object]]) -> pl.DataFrame:
    """A frame of a table from rows that name only the columns that matter; the others are empty."""
    schema = table.schema  # type: ignore[attr-defined]
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


def _panel() -> dict[str, pl.DataFrame]:
    schools = [
        {"school": number, "name": name, "authority": "Bolton", "kind": "mainstream", "numbers": 1,
         "in_system": inside, "release": "Register"}
        for number, name, inside in SCHOOLS
    ]  # fmt: skip
    schools.append(schools[0] | {"school": "7", "name": "Special School", "kind": "special"})
    outcomes = [
        {"school": school["school"], "year": year, "phase": phase, "measure": measure, "group": "all",
         "value": 40.0 + 2 * place + (year - 2018), "cohort": 100.0, "release": f"Tables {year}"}
        for phase, measure in PHASES.items()
        for year in (2018, 2019)
        for place, school in enumerate(schools)
    ]  # fmt: skip
    outcomes[0] |= {"value": None, "missing": "suppressed"}
    return {
        "schools": fill(panel.SCHOOLS, schools),
        "outcomes": fill(panel.OUTCOMES, outcomes),
        "context": panel.CONTEXT.empty(),
        "joins": fill(panel.JOINS, [{"number": "90", "school": "1", "rule": "merged"}]),
        "left_out": fill(panel.LEFT_OUT, [{"why": "outside the range of the measure", "figures": 3}]),
        "problems": pl.DataFrame(
            {
                "file": ["a.csv"], "row": [4], "column": ["P8"], "school": ["1"], "what": ["Not a number."],
                "remedy": ["Left out."], "left_out": [1],
            }
        ),
    }  # fmt: skip


def _map() -> pl.DataFrame:
    rows = [
        {"school": number, "phase": phase, "measure": measure, "start": 2018, "end": 2019, "pupils": 100.0,
         "attainment": float(place), "attainment_sd": 1.0, "attainment_low": place - 1.28,
         "attainment_high": place + 1.28, "improvement": 0.5, "improvement_sd": 1.0,
         "improvement_low": -0.78, "improvement_high": 1.78, "correlation": 0.3,
         "reference_attainment": 0.1, "reference_improvement": 0.2, "quadrant": "higher_rising",
         "probability": 0.55 + place / 20}
        for phase, measure in PHASES.items()
        for place, (number, _, _) in enumerate(SCHOOLS)
    ]  # fmt: skip
    rows[1]["pupils"] = 4.0
    return fill(performance.MAP, rows)


def _alike() -> dict[str, pl.DataFrame]:
    each = [(number, phase) for phase in PHASES for number, _, _ in SCHOOLS]
    shared = [{"school": number, "phase": phase, "preset": "learned"} for number, phase in each]
    neighbours = [
        row | {"rank": 1, "neighbour": "6", "distance": 0.5, "inside": True, "mutual": False}
        for row in shared
    ]
    grades = ("near", "fair", "stretched", "none", "near", "near")
    quality = [row | {"grade": grade} for row, grade in zip(shared, grades * 2, strict=True)]
    positions = [row | {"position": 80.0, "low": 60.0, "high": 95.0} for row in shared]
    sensitivity = [
        {"school": row["school"], "phase": row["phase"], "lowest": 60.0, "highest": 60.0 + 3 * place,
         "claim": "top quarter" if place == 2 else ""}
        for place, row in enumerate(shared)
    ]  # fmt: skip
    groups = [
        {"school": row["school"], "phase": row["phase"], "family": "A", "honorary": row["school"] == "2"}
        for row in shared[:5]
    ]
    judged = {"preset": "learned", "adjusted": True, "rows": "held-out",
              "measure": "attainment8", "year": 2019,
              "r2": 0.82, "gap_mean": 0.25, "reciprocity": 0.6, "most_used": 120,
              "correlation": 0.07}  # fmt: skip
    marked = [pl.col("phase"), pl.col("preset")]
    return {
        "neighbours": pl.DataFrame(neighbours),
        "match_quality": pl.DataFrame(quality).with_columns(marked),
        "positions": pl.DataFrame(positions),
        "sensitivity": pl.DataFrame(sensitivity),
        "families": pl.DataFrame(groups),
        "family_report": fill(families.GROUP_REPORT, [
            {"family": "A", "schools": 4, "honorary": 1, "within": 0.4, "optimum": 0.3}
        ]).with_columns(phase=pl.lit("secondary")),
        "families_judged": fill(learned.JUDGED, [judged]),
    }  # fmt: skip


def _added() -> dict[str, pl.DataFrame]:
    claim = {"school": "2", "phase": "secondary", "measure": "attainment8", "theme": "attainment",
             "cohort": 100.0, "effect": 0.5, "low": 0.1, "high": 0.9, "probability": 0.98, "better": True,
             "claim": True}  # fmt: skip
    lower = claim | {"school": "4", "measure": "absence", "theme": "attendance", "better": False,
                     "effect": -0.5,
                     "low": -0.9, "high": -0.1}  # fmt: skip
    unsaid = claim | {"school": "3", "claim": False}
    years = [
        {"phase": phase, "measure": measure, "year": 2019, "schools": "all", "model": model, "n": 6,
         "crps": crps, "cover50": 0.5, "cover80": 0.82, "cover95": 0.95}
        for phase, measure in PHASES.items()
        for model, crps in (("ours", 0.15), ("last value", 0.2))
    ]  # fmt: skip
    gap = {"phase": "secondary", "measure": "attainment8", "year": 2019, "disadvantaged": 37.0, "other": 50.0,
           "value": -13.0, "low": -14.0, "high": -12.0, "schools": 4, "pupils": 90.0,
           "source": "Tables 2019"}  # fmt: skip
    floor = {"phase": "secondary", "measure": "five_ac_english_maths", "year": 2014,
             "below": 30.0, "then": True,
             "number": 1, "value": 25.0, "low": 5.0, "high": 70.0, "expected": 20.0, "schools": 4,
             "source": "DfE floor standard 2014"}  # fmt: skip
    empty = {"measure": "attainment8", "year": 2019, "below": None, "then": False, "number": None,
             "value": None,
             "low": None, "high": None, "expected": None}  # fmt: skip
    absent = {"phase": "primary", "measure": "level4_english_maths", "year": 2011, "below": 60.0,
              "schools": 0,
              "number": None, "value": None, "low": None, "high": None, "expected": None}  # fmt: skip
    places = ("system", "rest", "nation")
    return {
        "better": fill(claims.BETTER, [claim, lower, unsaid]),
        "value_added_left_out_years": fill(value_added.LEFT_OUT_YEARS, years),
        "performance_gap": fill(performance.GAP, [gap | {"place": place} for place in places]),
        "performance_floor": fill(
            performance.FLOOR,
            [row | {"place": place} for row in (floor, floor | empty, floor | absent) for place in places],
        ),
    }


def _pupils() -> pl.DataFrame:
    """By pupils' own results: one school of four pupils, one above, one unclear, one below, one outside."""
    figures = (("1", 4, 3.0), ("2", 90, 2.0), ("3", 80, 0.1), ("4", 85, -2.0), ("5", 99, 1.0))
    rows = [
        {"school": school, "pupils": pupils, "effect": effect, "low": effect - 0.5, "high": effect + 0.5,
         "reliability": 0.8, "outcome": "score at 16", "intake": "score at 11", "source": "sums.parquet"}
        for school, pupils, effect in figures
    ]  # fmt: skip
    return pl.DataFrame(rows)


def make_tables() -> dict[str, pl.DataFrame]:
    """Every table of the evidence that the report reads, small."""
    absence = {"school": "4", "year": 2019, "phase": "secondary", "measure": "absence", "group": "all",
               "cohort": 100.0, "release": "Census 2019"}  # fmt: skip
    made = _panel() | _alike() | _added() | {"performance_map": _map()}
    made["value_added_pupils"] = _pupils()
    more = [absence | {"school": number, "value": value} for number, value in (("4", 4.0), ("5", 6.0))]
    made["outcomes"] = pl.concat([made["outcomes"], fill(panel.OUTCOMES, more)])
    return made


@pytest.fixture
def tables() -> dict[str, pl.DataFrame]:
    """Tables that a test may change."""
    return make_tables()


@pytest.fixture(scope="session")
def facts() -> narrative.Facts:
    """The facts of a build on a day."""
    return narrative.Facts(
        system=systems.load("greater-manchester"),
        date=datetime.date(2026, 11, 21),
        version="0.1.0",
        measures=measures.load(),
        evidence="abc123",
    )


@pytest.fixture(scope="session")
def story(facts: narrative.Facts) -> narrative.Story:
    """The whole story of the made-up system."""
    return narrative.gather(make_tables(), facts=facts)


@pytest.fixture(scope="session")
def english(story: narrative.Story) -> str:
    """The page in English, drawn once."""
    return narrative.tell(story, language="en")


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages without still pictures, for tests that read sentences only."""
    monkeypatch.setattr(charts, "svg", lambda chart: "<svg></svg>")

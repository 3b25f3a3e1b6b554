"""From made-up pupils to sums, pooled sums, estimates, and a part of the report; on a command line."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

import district
from commonroom import disclosure, pipeline, value_added
from commonroom.cli import app
from commonroom.cli.value_added import summing
from commonroom.errors import SaidToPeople
from commonroom.store import estimates, evidence, sums

PLAN = ("--school", "school", "--outcome", "score", "--intake", "start,poor", "--weight", "heft")


def pupils(seed: int, names: list[str], size: int = 30) -> pl.DataFrame:
    """Made-up pupils of schools; the last school has three."""
    rng = np.random.default_rng(seed)
    school = np.repeat(np.arange(len(names)), [size] * (len(names) - 1) + [3])
    start, poor = rng.normal(100, 5, school.size), (rng.random(school.size) < 0.4).astype(float)
    own = rng.normal(0, 3, len(names))[school]
    score = 50 + 2 * (start - 100) - 3 * poor + own + rng.normal(0, 6, school.size)
    columns = {"school": np.array(names)[school], "score": score, "start": start, "poor": poor}
    return pl.DataFrame(columns | {"heft": rng.uniform(0.5, 2, school.size)})


def run(*words: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(result.exception, SaidToPeople):
        assert code == 1
        return str(result.exception)
    assert result.exit_code == code, result.output + repr(result.exception)
    return result.output


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    pupils(1, [f"1{n:02d}" for n in range(20)]).write_csv("north.csv")
    pupils(2, [f"2{n:02d}" for n in range(20)]).write_csv("south.csv")
    return tmp_path


def test_places_sum_pool_and_estimate_as_if_all_pupils_were_in_one(place: Path) -> None:
    assert "plan.yaml" in run("value-added", "plan", *PLAN, "--exact", "--out", "plan.yaml")
    for name in ("north", "south"):
        said = run("value-added", "sum", f"{name}.csv", "--plan", "plan.yaml", "--out", f"{name}.parquet")
        assert "Sums of 570 pupils in 19 schools, exact." in said
        assert "1 schools (or parts of schools) have fewer than 6 pupils: withheld." in said
    said = run("value-added", "pool", "north.parquet", "south.parquet", "--out", "pooled.parquet")
    assert "Sums of 1,140 pupils in 38 schools, exact." in said
    both = pl.concat(pl.read_csv(f"{name}.csv") for name in ("north", "south"))
    both.filter(pl.len().over("school") >= 6).write_parquet("both.parquet")
    run("value-added", "sum", "both.parquet", "--plan", "plan.yaml", "--out", "whole.parquet")
    pooled, whole = sums.read(place / "pooled.parquet"), sums.read(place / "whole.parquet")
    assert pooled.frame.equals(whole.frame)
    assert value_added.estimate(pooled).schools.equals(value_added.estimate(whole).schools)


def test_an_estimate_from_pupils_is_the_one_from_their_sums(place: Path) -> None:
    run("value-added", "sum", "north.csv", *PLAN, "--small", "keep", "--out", "kept.parquet")
    run("value-added", "estimate", "kept.parquet", "--slope", "start", "--ml", "--out", "a.parquet")
    run("value-added", "estimate", "north.csv", *PLAN, "--slope", "start", "--ml", "--out", "b.parquet")
    (one, told), (other, _) = estimates.read(place / "a.parquet"), estimates.read(place / "b.parquet")
    assert one.equals(other)
    assert told["fit"][0]["method"] == "ml"
    few = one.filter(pl.col("school") == "119")
    assert few.height == one.filter(pl.col("school") == "101").height
    assert few.select(pl.exclude("school", "term")).null_count().row(0) == (few.height,) * 11


def test_one_school_and_all_fixed_effects_are_told_with_their_ranges(place: Path) -> None:
    told = json.loads(run("value-added", "estimate", "north.csv", *PLAN, "--format", "json"))
    names = {row["name"] for row in told["rows"]}
    assert {"intercept", "start", "poor", "residual variance"} <= names
    assert all(row["low95"] <= row["value"] <= row["high95"] for row in told["rows"])
    assert told["source"] == "north.csv"
    run("value-added", "sum", "north.csv", *PLAN, "--out", "sums.parquet")
    told = json.loads(run("value-added", "estimate", "sums.parquet", "--school", "101", "--format", "json"))
    assert [row["school"] for row in told["rows"]] == ["101"]
    said = run("value-added", "estimate", "sums.parquet", "--school", "Nowhere", code=1)
    assert said.startswith("sums.parquet: there is no school Nowhere among the 19 schools.")


def test_school_covariates_come_from_a_file(place: Path) -> None:
    run("value-added", "sum", "north.csv", *PLAN, "--out", "sums.parquet")
    known = pl.DataFrame({"school": [f"1{n:02d}" for n in range(20)], "size": [float(n) for n in range(20)]})
    known.write_csv("schools.csv")
    known.write_parquet("schools.parquet")
    asked = ("value-added", "estimate", "sums.parquet", "--format", "json", "--school-covariates")
    one, other = run(*asked, "schools.csv"), run(*asked, "schools.parquet")
    assert one == other
    assert "size" in {row["name"] for row in json.loads(one)["rows"]}
    known.rename({"school": "urn"}).write_csv("schools.csv")
    assert "it has no column school, only urn, size." in run(*asked, "schools.csv", code=1)
    (place / "schools.parquet").write_text("school")
    assert "schools.parquet: it cannot be read" in run(*asked, "schools.parquet", code=1)
    assert "no-such.csv: there is no such file." in run(*asked, "no-such.csv", code=1)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sum", "north.csv"), "it is not said what to sum. Say --school"),
        (("sum", "north.csv", "--plan", "plan.yaml", "--exact"), "--plan: a plan says all of this already."),
        (("sum", "north.csv", *PLAN, "--centre", "score"), "--centre: 'score' is not of the form"),
        (("sum", "north.csv", *PLAN, "--centre", "score=x"), "--centre: the centre of score is no number"),
        (("sum", "north.csv", *PLAN[:-1], "hefty"), "hefty"),
        (("estimate", "north.csv"), "north.csv"),
        (("estimate", "no.parquet"), "no.parquet: there is no such file."),
        (("pool", "north.csv"), "north.csv"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_nothing_is_written(
    place: Path, words: tuple[str, ...], said: str
) -> None:
    before = sorted(place.iterdir())
    assert said in run("value-added", *words, code=1)
    assert sorted(place.iterdir()) == before


def test_survey_weights_give_effects_under_both_scalings(place: Path) -> None:
    run("value-added", "estimate", "north.csv", *PLAN, "--weights", "survey", "--out", "e.parquet")
    kept = estimates.read(place / "e.parquet")[0]
    few, more = kept.filter(pl.col("pupils").is_null()), kept.filter(pl.col("pupils") >= 6)
    assert few["school"].to_list() == ["119"]
    assert few["rescaled_effect"].to_list() == [None]
    assert (more["rescaled_effect"] - more["effect"]).abs().max() > 0  # type: ignore[operator]


def test_a_year_is_foreseen_from_sums_by_year(place: Path) -> None:
    names = [f"1{n:02d}" for n in range(20)]
    pl.concat(pupils(seed, names).with_columns(year=pl.lit(2020 + seed)) for seed in range(3)).write_csv(
        "years.csv"
    )
    said = run("value-added", "sum", "years.csv", *PLAN, "--by", "year", "--out", "years.parquet")
    assert "3 schools (or parts of schools)" in said
    told = json.loads(run("value-added", "test", "years.parquet", "--format", "json"))
    assert told["rows"][0]["schools"] == 19
    assert told["sentences"][0].startswith("2022 was foreseen for 19 schools from the years before")
    said = run("value-added", "test", "years.parquet", "--years", "term", code=1)
    assert "the sums are not kept apart by it" in said


def test_an_estimate_from_pupils_waits_for_no_heavy_library(place: Path) -> None:
    asked = ["value-added", "estimate", "north.csv", *PLAN, "--slope", "start", "--out", "e.parquet"]
    heavy = "{'scipy', 'sklearn', 'altair', 'ortools', 'pyarrow', 'pandas', 'jinja2'}"
    code = (
        "import sys\nfrom commonroom.cli import app\n"
        f"app({asked!r}, standalone_mode=False)\nprint(*sorted({heavy} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == ""


def test_the_limit_of_the_command_is_that_of_disclosure() -> None:
    assert summing.LIMIT == disclosure.PUPILS


def test_only_a_file_of_estimates_is_read_as_one(place: Path) -> None:
    for name in ("north.csv", "no.parquet"):
        with pytest.raises(SaidToPeople, match="it is no file of estimates"):
            estimates.read(place / name)
    (place / "file").write_text("")
    with pytest.raises(SaidToPeople, match="the estimates cannot be written"):
        estimates.write(pl.DataFrame(), {}, place / "file" / "out.parquet")


def test_estimates_of_pupils_come_into_the_evidence_by_the_panels_schools(place: Path) -> None:
    table, mapping, system = district.write(place)
    source = pipeline.Source(str(table), mapping=mapping, pupils=place / "e.parquet")
    numbers = sorted({str(number) for number in pl.read_csv(table, infer_schema=False)["School ID"]})[:20]
    pupils(3, numbers).write_csv("pupils.csv")
    run(
        "value-added", "estimate", "pupils.csv", *PLAN, "--meaning", "score=Score, 2026", "--out", "e.parquet"
    )
    built = pipeline.build(source=source, system=str(system), folder=place / "evidence")
    told = evidence.open(place / "evidence").table("value_added_pupils")
    inside = set(built.table("schools", where={"in_system": True})["school"])
    assert set(told["school"]) == inside & set(numbers)
    assert set(told["outcome"]) == {"Score, 2026"}
    assert any(name.endswith("e.parquet") for name in built.manifest.inputs)
    page = pipeline.tell(place / "evidence", out=place / "report.html").read_text(encoding="utf-8")
    assert 'id="pupils"' in page
    pupils(3, ["x1", "x2", "x3", "x4"]).write_csv("pupils.csv")
    run("value-added", "estimate", "pupils.csv", *PLAN, "--slope", "start", "--out", "e.parquet")
    with pytest.raises(SaidToPeople, match="none of the 4 schools of the estimates is a school of the panel"):
        pipeline.build(source=source, system=str(system), folder=place / "evidence")

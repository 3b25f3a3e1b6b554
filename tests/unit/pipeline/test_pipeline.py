from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

import district
from commonroom import families, pipeline
from commonroom.errors import SaidToPeople
from commonroom.panel import systems
from commonroom.pipeline import alike, given, telling
from commonroom.store import doctor, evidence


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("district")
    table, mapping, system = district.write(folder)
    pipeline.build(
        source=pipeline.Source(str(table), mapping=mapping), system=str(system), folder=folder / "evidence"
    )
    return folder / "evidence"


def test_a_district_is_built_in_steps_that_are_told(tmp_path: Path) -> None:
    table, mapping, system = district.write(tmp_path)
    told: list[tuple[str, float]] = []
    found = pipeline.build(
        source=pipeline.Source(str(table), mapping=mapping), system=str(system),
        folder=tmp_path / "evidence", report=lambda step, share: told.append((step, share)),
    )  # fmt: skip
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert told[-1] == ("Done", 1.0)
    assert found.manifest.parameters["mapping"] == str(mapping)
    assert set(found.manifest.inputs) == {f"{tmp_path.name}/district.csv", f"{tmp_path.name}/district.yaml"}
    assert all(finding.state == "ok" for finding in doctor.examine(tmp_path / "evidence"))


def test_two_builds_of_the_same_inputs_are_the_same_bytes(tmp_path: Path) -> None:
    table, mapping, system = district.write(tmp_path)
    folders = [
        pipeline.build(
            source=pipeline.Source(str(table), mapping=mapping), system=str(system), folder=tmp_path / name
        ).path
        for name in ("one", "two")
    ]
    first, second = ({p.name: p.read_bytes() for p in folder.iterdir()} for folder in folders)
    assert first == second


def test_all_that_was_derived_of_a_school_is_of_the_system(built: Path) -> None:
    opened = evidence.open(built)
    inside = set(opened.table("schools", where={"in_system": True})["school"])
    assert len(inside) == 16
    for name in ("value_added_schools", "performance_map", "better", "expected", "families", "match_quality"):
        assert set(opened.table(name)["school"]) <= inside, name
    assert set(opened.table("comparable")["school"]) > inside


def test_the_nearest_schools_with_what_is_to_be_known_of_them(built: Path) -> None:
    inside = pipeline.find(built, school="elm school 0", preset=None, k=5, phase=None)
    assert [row["rank"] for row in inside.rows()] == [1, 2, 3, 4, 5]
    assert "Learned from outcomes" in inside.source
    assert any("name it back" in said for said in inside.sentences)
    assert any("are still there" in said for said in inside.sentences)
    assert any("no claim" in said or "quarter" in said for said in inside.sentences)
    named = pipeline.find(built, school="610001", preset="dfe-2026-primary", k=3, phase="primary")
    assert len(named.rows()) == 3
    assert json.loads(named.to_json())["sentences"]


def test_a_preset_from_a_file(built: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(
        "{name: mine, label: Mine, phase: any, source: me, date: 2026-01-01,"
        " variables: [{name: fsm, weight: 1.0}]}",
        "utf-8",
    )
    found = pipeline.find(built, school="610001", preset=str(path), k=3, phase=None)
    assert found.source == "Mine. me"
    rows = pipeline.group(built, preset=str(path), phase="primary").rows()
    assert {row["phase"] for row in rows} == {"primary"}


def test_a_school_that_is_not_compared_is_one_sentence(built: Path) -> None:
    with pytest.raises(SaidToPeople, match="no results to compare by in the secondary phase"):
        pipeline.find(built, school="610001", preset=None, k=3, phase="secondary")


def test_groups_judgement_and_the_left_out_year(built: Path) -> None:
    rows = pipeline.group(built, preset=None, phase=None).rows()
    assert [row["phase"] for row in rows] == sorted(row["phase"] for row in rows)
    assert len(rows) == 16
    assert {"learned", "families-2011"} <= {row["preset"] for row in pipeline.judge(built).rows()}
    assert {"ours", "last value"} <= {row["model"] for row in pipeline.left_out_year(built).rows()}


def test_estimates_of_a_measure_and_of_a_school(built: Path) -> None:
    every = pipeline.estimate(built, measure=None, school=None)
    assert "cannot know" in " ".join(every.sentences)
    names = [row["name"] for row in every.rows()]
    assert names == sorted(names)
    one = pipeline.estimate(built, measure="reading", school="610001").rows()
    assert [(row["school"], row["measure"]) for row in one] == [("610001", "reading")]
    with pytest.raises(SaidToPeople, match="Choose one of: missed_days, reading"):
        pipeline.estimate(built, measure="writing", school=None)


def test_map_gap_and_floor(built: Path) -> None:
    assert pipeline.map(built, phase=None).rows() == []  # no measure of a mapping is a headline
    assert pipeline.gap(built).rows() == []
    assert pipeline.floor(built).rows() == []


def test_the_report_is_written_whole_or_not_at_all(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = pipeline.tell(built, language="cy", out=tmp_path / "new" / "report.html")
    assert "Ein hardal" in out.read_text("utf-8")
    assert "ochr yn ochr â y data gyfan" in out.read_text("utf-8")
    assert "Lloegr" not in out.read_text("utf-8")
    before = out.read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SaidToPeople, match="cannot be written"):
        pipeline.tell(built, language="en", out=out)
    assert out.read_bytes() == before
    assert [path.name for path in out.parent.iterdir()] == ["report.html"]


def test_one_school_in_its_phase_is_built_and_told(tmp_path: Path) -> None:
    frame = district.rows(43).filter((pl.col("Level") == "ES") | (pl.col("School ID") == "610000"))
    table, mapping, system = district.write(tmp_path, frame)
    pipeline.build(
        source=pipeline.Source(str(table), mapping=mapping), system=str(system), folder=tmp_path / "evidence"
    )
    found = pipeline.find(tmp_path / "evidence", school="610000", preset=None, k=5, phase=None)
    assert found.rows() == []
    assert found.sentences
    assert pipeline.tell(tmp_path / "evidence", language="en", out=tmp_path / "report.html").exists()


def test_one_year_is_enough_for_families_and_says_what_is_not_estimated(tmp_path: Path) -> None:
    table, mapping, system = district.write(tmp_path, district.rows().filter(pl.col("Year") == 2024))
    found = pipeline.build(
        source=pipeline.Source(str(table), mapping=mapping), system=str(system), folder=tmp_path / "evidence"
    )
    assert "value_added_schools" not in found.manifest.tables
    assert any("3 years" in sentence for sentence in found.manifest.sentences)
    rows = pipeline.find(tmp_path / "evidence", school="610001", preset=None, k=5, phase=None).rows()
    assert len(rows) == 5
    assert pipeline.tell(tmp_path / "evidence", language="en", out=tmp_path / "report.html").exists()


def test_a_system_that_matches_no_school_changes_nothing(tmp_path: Path) -> None:
    table, mapping, _ = district.write(tmp_path)
    with pytest.raises(SaidToPeople, match="no school of the data belongs to the system Greater Manchester"):
        pipeline.build(source=pipeline.Source(str(table), mapping=mapping), folder=tmp_path / "evidence")
    assert not (tmp_path / "evidence").exists()


def test_official_files_are_a_source(tmp_path: Path) -> None:
    folder = tmp_path / "2018-2019"
    folder.mkdir()
    (folder / "england_abs.csv").write_text(
        "LA,ESTAB,URN,PERCTOT,PPERSABS10\n350,3614,100000,2.6,3.4\nNAT,PRI,,4,8.2\n", "utf-8"
    )
    found = given.read(pipeline.Source(str(tmp_path)))
    assert found.inputs.figures["variable"].to_list() == ["absence", "persistent_absence"]
    assert list(found.files) == ["2018-2019/england_abs.csv"]
    counts, problems = pipeline.read([tmp_path])
    assert {row["variable"] for row in counts.rows()} >= {"absence", "persistent_absence"}
    assert problems.source == ""


def test_a_source_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(SaidToPeople, match="there is no such file or folder"):
        given.read(pipeline.Source(str(tmp_path / "nothing")))


def test_figures_that_cannot_be_used_are_said_at_once_and_left_out_only_when_told(tmp_path: Path) -> None:
    share = pl.when(pl.col("School ID").is_in(["610001", "610002"]) & (pl.col("Year") == 2024))
    wrong = district.rows().with_columns(
        share.then(pl.lit("140")).otherwise("Meets Reading").alias("Meets Reading")
    )
    table, mapping, system = district.write(tmp_path, wrong)
    with pytest.raises(SaidToPeople, match=r"2 figures cannot be used: .*district.csv 10 .*usable-only"):
        given.read(pipeline.Source(str(table), mapping=mapping))
    source = pipeline.Source(str(table), mapping=mapping, usable_only=True)
    found = pipeline.build(source=source, system=str(system), folder=tmp_path / "evidence")
    assert found.manifest.problems == 2


def test_a_first_mapping_is_suggested(tmp_path: Path) -> None:
    table, _, _ = district.write(tmp_path)
    assert "school: School ID" in pipeline.suggest(table)


def test_the_demo_builds_and_tells_with_a_summary(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, object]] = []

    def build(**options: object) -> evidence.Evidence:
        asked.append(options)
        options["report"]("Built", 1.0)  # type: ignore[operator]
        return evidence.open(built)

    monkeypatch.setattr(telling, "build", build)
    told: list[float] = []
    summary = pipeline.demo(built, tmp_path / "report.html", report=lambda _, share: told.append(share))
    assert asked[0]["system"] == "greater-manchester"
    assert told == [0.9, 0.9, 1.0]
    assert summary.report.exists()
    assert any("95 % range" in sentence for sentence in summary.sentences)
    assert any(str(built) in sentence for sentence in summary.sentences)


def test_a_measure_without_a_figure_here_is_not_summed_up(built: Path) -> None:
    story = telling.story(built)
    whole = replace(story.glance, frame=story.glance.frame.with_columns(schools=pl.lit(90)))
    assert not any("beside the nation" in said for said in telling._sentences(replace(story, glance=whole)))
    empty = replace(story.glance, frame=story.glance.frame.clear())
    assert len(telling._sentences(replace(story, glance=empty))) == 1


def test_a_preset_that_the_data_cannot_bear_is_noted(built: Path) -> None:
    schools = evidence.open(built).table("comparable", where={"phase": "primary"})
    found, notes = alike._under(schools, [families.load_preset("mobility"), families.load_preset("eal")])
    assert list(found) == ["eal"]
    assert notes[0].startswith(families.load_preset("mobility").label)


def test_a_number_that_was_joined_leads_to_its_school(manchester: Path) -> None:
    opened = evidence.open(manchester)
    joined = opened.table("joins", where={"rule": "one-to-one"})
    inside = set(opened.table("comparable", where={"in_system": True})["school"])
    row = joined.filter(pl.col("school").is_in(list(inside))).row(0, named=True)
    by_number = pipeline.find(manchester, school=row["number"], preset=None, k=3, phase=None)
    assert (
        by_number.rows()
        == pipeline.find(manchester, school=row["school"], preset=None, k=3, phase=None).rows()
    )


def test_greater_manchester_stands_beside_england(manchester: Path) -> None:
    opened = evidence.open(manchester)
    inside = opened.table("schools", where={"in_system": True})
    assert set(inside["authority"]) == set(systems.load("greater-manchester").authorities)
    heads = {row["measure"] for row in pipeline.map(manchester, phase=None).rows()}
    assert heads == {"attainment8", "rwm_expected"}
    measures = {row["measure"] for row in pipeline.gap(manchester).rows()}
    assert measures == {"attainment8", "progress8", "five_ac_english_maths"}
    floor = [row for row in pipeline.floor(manchester).rows() if row["then"] and row["place"] == "system"]
    assert [(row["measure"], row["number"], row["schools"]) for row in floor] == [
        ("level4_english_maths", None, 0),
        ("five_ac_english_maths", 3, 156),
    ]


def test_the_left_out_year_is_foreseen_better_than_by_last_year(manchester: Path) -> None:
    rows = [row for row in pipeline.left_out_year(manchester).rows() if row["schools"] == "all"]
    latest = {row["measure"]: row["year"] for row in rows}
    crps = {
        (row["measure"], row["model"]): row["crps"] for row in rows if row["year"] == latest[row["measure"]]
    }
    for measure in ("attainment8", "rwm_expected"):
        assert crps[measure, "ours"] < crps[measure, "last value"]

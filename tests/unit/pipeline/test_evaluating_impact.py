"""From files and options to a locked plan, an evaluation and findings, on real evidence."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import yaml

from commonroom import pipeline, settings
from commonroom.errors import SaidToPeople
from commonroom.impact.power import Power
from commonroom.pipeline import Asked, Kept, Question, brokering, evaluating
from commonroom.pipeline import asking as asks
from commonroom.store import evidence as evidences
from commonroom.store import impact as folders
from commonroom.store import partnerships as plans
from commonroom.tables import impact as tables
from commonroom.tables.partnerships import PROPOSALS

DAY = datetime.date(2026, 11, 22)


@pytest.fixture(scope="module")
def low(manchester: Path) -> list[str]:
    """The twenty-four lowest secondaries of 2017, by number; that they took part is made up."""
    opened = evidences.open(manchester)
    schools = opened.table("schools").filter("in_system", kind="mainstream")
    known = opened.table("outcomes", where={"measure": "attainment8", "year": 2017}).drop_nulls("value")
    return sorted(known.join(schools, on="school", how="semi").sort("value").head(24)["school"])


@pytest.fixture
def took(low: list[str], tmp_path: Path) -> Path:
    rows = [
        f"{school},2017-09-01,{'provider' if n > 19 else 'receiver'},P{n // 2}"
        for n, school in enumerate(low)
    ]
    file = tmp_path / "took.csv"
    file.write_text("\n".join(["school,start,role,partnership", *rows]) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    """The program's definition with fewer draws."""
    made = yaml.safe_load((settings.DEFINITIONS / "impact.yaml").read_text(encoding="utf-8"))
    made["inference"] |= {"draws": 99, "permutations": 99}
    made["power"]["programmes"] = 50
    made["guards"]["placebo_programmes"] = 50
    file = tmp_path / "quick.yaml"
    file.write_text(yaml.safe_dump(made), encoding="utf-8")
    return file


def test_a_plan_is_locked_evaluated_and_found(
    manchester: Path, took: Path, quick: Path, tmp_path: Path
) -> None:
    later = tmp_path / "later.csv"
    later.write_text(took.read_text().replace("2017-09-01", "2022-09-01"), encoding="utf-8")
    kept = Kept(tmp_path / "judged", DAY)
    asked = Question(
        outcome="attainment8", window=(2023, 2025), role="receiver", name="Made-up work", definition=quick
    )
    steps: list[str] = []
    told = pipeline.plan_impact(
        manchester, later, question=asked, kept=kept, report=lambda step, share: steps.append(step)
    )
    assert told.columns == ["role", "effect", "power"]
    assert set(told.frame["role"]) == {"receiver"}
    assert any("the smallest effect that would be seen" in one for one in told.sentences)
    assert steps[-1] == "Done"
    planned = folders.read_plan(kept.folder)
    assert planned is not None
    assert planned.plan[:12] in told.sentences[-1]
    standing = folders.read_frame(kept.folder, "standing", schema={"school": pl.String, "effect": pl.Float64})
    assert standing is not None
    assert set(standing["school"]) <= set(planned.events["school"])
    # The same plan once more changes nothing.
    before = sorted(path.read_bytes() for path in kept.folder.iterdir())
    once_more = pipeline.plan_impact(manchester, later, question=asked, kept=kept)
    assert sorted(path.read_bytes() for path in kept.folder.iterdir()) == before
    assert once_more.sentences[-1] == told.sentences[-1]

    answer = pipeline.evaluate(manchester, None, question=Question(definition=quick), kept=kept)
    assert answer.frame["role"].to_list() == ["receiver"]
    page = (kept.folder / "evaluation.html").read_text(encoding="utf-8")
    assert "Made-up work" in page
    content = json.loads((kept.folder / "evaluation.json").read_text(encoding="utf-8"))
    assert content["about"]["plan"] == planned.plan
    found = folders.read_findings(kept.folder)
    assert set(found["plan"]) == {planned.plan}
    assert found["predicted"].is_not_null().all()
    # The results were known when it was planned, and that is said first.
    deviations = pl.read_csv(kept.folder / "deviations.csv")
    assert deviations["field"].to_list() == ["date"]

    fewer = Question(window=(2023, 2023), role="provider", cluster="authority", smallest=0.2)
    why = Kept(kept.folder, DAY, language="cy", why={"window": "too long"})
    pipeline.evaluate(manchester, None, question=fewer, kept=why)
    rows = {one["field"]: one for one in pl.read_csv(kept.folder / "deviations.csv").to_dicts()}
    assert {"date", "window", "roles", "smallest", "estimator.cluster"} <= set(rows)
    assert rows["window"]["why"] == "too long"
    together = pipeline.collect([kept.folder], out=tmp_path / "all.csv")
    assert together.frame.height == 2
    assert folders.read_findings(tmp_path / "all.csv").height == 2
    report = pipeline.tell(manchester, out=tmp_path / "report.html", findings=tmp_path / "all.csv")
    assert "Made-up work" in report.read_text(encoding="utf-8")


def test_without_a_plan_one_unit_and_a_gap(manchester: Path, took: Path, quick: Path, tmp_path: Path) -> None:
    asked = Question(
        outcome="attainment8", window=(2018, 2019), role="receiver", design="synthetic", definition=quick
    )
    told = pipeline.evaluate(manchester, took, question=asked, kept=Kept(tmp_path / "one", DAY))
    assert told.frame["role"].to_list() == ["receiver"]
    assert pl.read_csv(tmp_path / "one" / "synthetic.csv").height == 4
    planned = pipeline.plan_impact(manchester, took, question=asked, kept=Kept(tmp_path / "mix", DAY))
    assert planned.frame.is_empty()
    assert any("by its placebos" in one for one in planned.sentences)
    gap = tmp_path / "gap.csv"
    gap.write_text(took.read_text().replace("2017-09-01", "2022-09-01"), encoding="utf-8")
    asked = Question(outcome="attainment8:gap", role="receiver", definition=quick)
    told = pipeline.evaluate(manchester, gap, question=asked, kept=Kept(tmp_path / "gap", DAY))
    assert told.frame["measure"].to_list() == ["attainment8:gap"]


def test_what_was_accepted_takes_part(manchester: Path, tmp_path: Path) -> None:
    folder = tmp_path / "partnerships"
    pipeline.propose(
        manchester,
        asked=Asked(phase="secondary"),
        terms=pipeline.Terms(DAY, redraws=0),
        written=pipeline.Written(folder, pages=False),
    )
    question = Question(outcome="attainment8", window=(2028, 2029))
    with pytest.raises(SaidToPeople, match="no proposal was accepted here"):
        asks.set_out(manchester, folder, question=question)
    last = plans.read_last(folder, table=PROPOSALS)
    assert last is not None
    accepted = last.head(3).select("receiver", "theme", "provider").with_columns(decision=pl.lit("accept"))
    file = tmp_path / "said.csv"
    accepted.write_csv(file)
    pipeline.decide(folder, file, evidence=manchester, date=DAY)
    from_folder = asks.set_out(manchester, folder, question=question).events
    decided = accepted.with_columns(date=pl.lit(DAY))
    decided.write_csv(file)
    from_file = asks.set_out(manchester, file, question=question).events
    assert from_folder["partnership"].n_unique() == 3
    assert from_file.select("school", "role").equals(from_folder.select("school", "role"))


def test_rows_that_cannot_be_used_are_left_out_when_asked(manchester: Path, took: Path) -> None:
    took.write_text(took.read_text() + "nowhere at all,2017-09-01,receiver,P1\n", encoding="utf-8")
    question = Question(outcome="attainment8")
    with pytest.raises(SaidToPeople, match="nowhere at all"):
        asks.set_out(manchester, took, question=question)
    usable = Question(outcome="attainment8", usable_only=True)
    found = asks.set_out(manchester, took, question=usable)
    assert found.events.height == 24
    assert "nowhere at all" in found.notes[0]
    # From the first start to the last results.
    assert found.asked.window == (2018, 2025)


def test_work_that_starts_after_the_last_results_has_a_window_ahead(manchester: Path, took: Path) -> None:
    took.write_text(took.read_text().replace("2017-09-01", "2026-09-01"), encoding="utf-8")
    found = asks.set_out(manchester, took, question=Question(outcome="attainment8"))
    assert found.asked.window == (2027, 2028)


@pytest.mark.parametrize(
    ("question", "given", "what"),
    [
        (Question(), True, "nobody said which outcome counts"),
        (Question(outcome="attainment8"), False, "nobody said who took part"),
    ],
)
def test_half_a_question_is_refused(
    manchester: Path, took: Path, question: Question, given: bool, what: str
) -> None:
    with pytest.raises(SaidToPeople, match=what):
        asks.set_out(manchester, took if given else None, question=question)


def test_a_plan_of_partnerships_learns_from_findings(manchester: Path, tmp_path: Path) -> None:
    row = {
        "plan": "a", "role": "receiver", "who": "Made-up work", "theme": "", "practice": "",
        "measure": "attainment8", "phase": "secondary", "first_year": 2023, "last_year": 2023,
        "effect": 0.3, "se": 0.01, "low": 0.28, "high": 0.32, "predicted": 0.6, "schools": 50, "clusters": 40,
        "comparison": 400, "design": "matched", "strength": 5, "verdict": "helped", "deviations": 0,
        "evidence": "e", "date": DAY,
    }  # fmt: skip
    file = tmp_path / "findings.csv"
    folders.add_findings(file, pl.DataFrame([row], schema=tables.FINDINGS.schema))
    learnt = brokering.set_out(manchester, asked=Asked(findings=file)).definition.gain
    guess = brokering.set_out(manchester, asked=Asked()).definition.gain
    assert guess.closes < 0.2 < 0.45 < learnt.closes < 0.5
    assert "Updated by 1 finding" in learnt.source
    weak = tmp_path / "weak.csv"
    folders.add_findings(weak, pl.DataFrame([row | {"strength": 2}], schema=tables.FINDINGS.schema))
    with pytest.raises(SaidToPeople, match="no finding here that a plan may learn from"):
        brokering.set_out(manchester, asked=Asked(findings=weak))


def test_where_nothing_could_be_seen_it_is_said(manchester: Path, took: Path) -> None:
    curve = pl.DataFrame({"effect": [0.0, 0.5], "power": [0.05, 0.4]})
    blind = Power(0.8, None, None, curve, 0.05, 0.0, 0.4, 0.0, 50, (2018, 2019))
    setting = asks.set_out(manchester, took, question=Question(outcome="attainment8"))
    assert evaluating._say_power({"receiver": blind}, setting) == [
        "As receiver: no effect up to 0.5 sd could be seen."
    ]
    seen = replace(blind, sd=0.4, years=(2019, 2019))
    assert "on the figures of 2019)" in evaluating._say_power({"receiver": seen}, setting)[0]
    # Evidence in which no school stands anywhere keeps nothing of it.
    manifest = setting.evidence.manifest
    tables = {name: kept for name, kept in manifest.tables.items() if name != "standing"}
    bare = replace(setting.evidence, manifest=manifest.model_copy(update={"tables": tables}))
    assert evaluating._stood(replace(setting, evidence=bare)).is_empty()

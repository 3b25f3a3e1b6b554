"""Plans of partnerships from real evidence, written, explained and made again after decisions."""

from __future__ import annotations

import csv
import datetime
import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
import yaml

from commonroom import pipeline, settings
from commonroom.errors import SaidToPeople
from commonroom.pipeline import Asked, Files, Terms, Written, brokering

TERMS = Terms(datetime.date(2026, 11, 22), compare=True, redraws=3)
SECONDARY = Asked(phase="secondary")


@pytest.fixture(scope="module")
def plan(manchester: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A first plan for the secondary schools of Greater Manchester; nobody may change it."""
    folder = tmp_path_factory.mktemp("plan")
    pipeline.propose(manchester, asked=SECONDARY, terms=TERMS, written=Written(folder))
    return folder


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_plan_is_told_in_steps_and_handed_back_by_name(manchester: Path, tmp_path: Path) -> None:
    steps: list[tuple[str, float]] = []
    found = pipeline.propose(
        manchester,
        asked=SECONDARY,
        terms=replace(TERMS, redraws=0),
        written=Written(tmp_path / "plan", pages=False),
        report=lambda step, share: steps.append((step, share)),
    )
    assert steps[-1] == ("Done", 1.0)
    names = [row["receiver_name"] for row in found.rows()]
    assert names == sorted(names)
    assert found.columns == list(brokering.SHOWN)
    assert "of" in found.sentences[0]
    assert not any("**" in sentence for sentence in found.sentences)
    assert not (tmp_path / "plan" / "schools").exists()


def test_every_row_of_the_files_has_names_and_sentences(plan: Path) -> None:
    rows = _rows(plan / "proposals.csv")
    assert rows
    for row in rows:
        assert row["receiver_name"]
        assert row["provider_name"]
        assert row["receiver_name"] in row["what"]
        assert row["because"].endswith(".")
        assert row["brings"].endswith(".")
    for row in _rows(plan / "unmatched.csv"):
        assert row["said"].endswith(".")
    needs = sum(int(row["needs"]) for row in _rows(plan / "themes.csv"))
    assert needs == sum(row["kind"] == "need" for row in _rows(plan / "standing.csv"))
    whole = json.loads((plan / "plan.json").read_text(encoding="utf-8"))
    assert whole["tables"]["plan"][0]["way"] == "best"
    assert [row["way"] for row in whole["tables"]["plan"]] == ["best", "greedy", "stable"]


def test_every_school_of_the_plan_has_a_page(plan: Path) -> None:
    rows = _rows(plan / "proposals.csv")
    pages = {path.stem for path in (plan / "schools").iterdir()}
    assert {row["receiver"] for row in rows} | {row["provider"] for row in rows} <= pages
    assert (plan / "plan.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_the_best_plan_is_proved_and_no_other_way_loses_less(plan: Path) -> None:
    best, *others = _rows(plan / "plan.csv")
    assert float(best["bound"]) <= float(best["loss"])
    assert float(best["shortfall"]) <= 1e-4
    assert all(float(best["loss"]) <= float(other["loss"]) for other in others)


def test_the_same_plan_is_the_same_bytes(manchester: Path, plan: Path, tmp_path: Path) -> None:
    again = tmp_path / "again"
    pipeline.propose(manchester, asked=SECONDARY, terms=TERMS, written=Written(again))
    first, second = (
        {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file()
        }
        for folder in (plan, again)
    )
    assert first == second


def test_a_second_plan_keeps_to_what_was_decided(manchester: Path, tmp_path: Path) -> None:
    folder = tmp_path / "plan"
    terms, written = replace(TERMS, redraws=0), Written(folder, pages=False, brief=False)
    pipeline.propose(manchester, asked=SECONDARY, terms=terms, written=written)
    refused, accepted = _rows(folder / "proposals.csv")[:2]
    file = tmp_path / "decisions.csv"
    with file.open("w", newline="") as out:
        table = csv.writer(out)
        table.writerow(["provider", "receiver", "theme", "decision", "reason"])
        table.writerow([refused["provider"], refused["receiver"], refused["theme"], "decline", "made up"])
        table.writerow([accepted["provider"], accepted["receiver"], accepted["theme"], "accept", ""])
    pipeline.decide(folder, file, evidence=manchester, date=TERMS.date)
    found = pipeline.propose(manchester, asked=SECONDARY, terms=terms, written=written)
    pairs = {(row["receiver"], row["theme"], row["provider"]): row["state"] for row in found.rows()}
    assert pairs[accepted["receiver"], accepted["theme"], accepted["provider"]] == "accepted"
    assert (refused["receiver"], refused["provider"]) not in {(pair[0], pair[2]) for pair in pairs}
    changes = _rows(folder / "changes.csv")
    assert [row["why"] for row in changes if row["receiver"] == refused["receiver"]].count("declined") == 1
    # As little else as possible: what nobody decided about mostly stays.
    assert list(pairs.values()).count("kept") >= 0.8 * len(pairs)


def test_system_leaders_and_trusts_have_days_of_their_own(manchester: Path, tmp_path: Path) -> None:
    days = tmp_path / "days.csv"
    days.write_text(
        "kind,name,days,authority\nleader,Ann Example (made up),12,Oldham\nleader,Bo Example (made up),6,\n"
        "authority,Bolton,30,\n"
    )
    written = Written(tmp_path / "plan", pages=False, brief=False)
    asked = replace(SECONDARY, files=Files(capacities=days))
    pipeline.propose(manchester, asked=asked, terms=replace(TERMS, redraws=0), written=written)
    limits = {(row["limit"], row["of"]): row for row in _rows(tmp_path / "plan" / "limits.csv")}
    # Two partnerships of Keys to Success in Oldham, one everywhere else: six days of a leader each.
    assert limits["leader", "Oldham"]["cap"] == "2"
    assert limits["leader", ""]["cap"] == "1"
    assert int(limits["leader", ""]["used"]) <= 1
    assert limits["authority", "Bolton"]["cap"] == "3"
    proposals = _rows(tmp_path / "plan" / "proposals.csv")
    assert sum(row["keys"] == "true" for row in proposals) <= 3


def test_schools_of_one_trust_are_counted_together(manchester: Path, plan: Path, tmp_path: Path) -> None:
    givers = sorted({row["provider"] for row in _rows(plan / "proposals.csv")})
    trusts, days = tmp_path / "trusts.csv", tmp_path / "days.csv"
    trusts.write_text("\n".join(["school,trust", *(f"{giver},Made-up Trust" for giver in givers)]) + "\n")
    days.write_text("kind,name,days\ntrust,Made-up Trust,30\n")
    asked = replace(SECONDARY, files=Files(trusts=trusts, capacities=days))
    written = Written(tmp_path / "plan", pages=False)
    pipeline.propose(manchester, asked=asked, terms=replace(TERMS, redraws=0), written=written)
    loads = _rows(tmp_path / "plan" / "providers.csv")
    given = sum(float(row["given"]) for row in loads if row["trust"] == "Made-up Trust")
    assert 0 < given <= 30


def test_a_welsh_plan(manchester: Path, tmp_path: Path) -> None:
    written = Written(tmp_path / "cynllun", language="cy", pages=False)
    pipeline.propose(manchester, asked=SECONDARY, terms=replace(TERMS, redraws=0), written=written)
    assert 'lang="cy"' in (tmp_path / "cynllun" / "plan.html").read_text(encoding="utf-8")


def test_what_a_school_needs_and_who_could_help_can_be_reckoned_by_hand(manchester: Path, plan: Path) -> None:
    row = _rows(plan / "proposals.csv")[0]
    found = pipeline.explain(manchester, school=row["receiver"], asked=SECONDARY)
    mine = next(
        one for one in found.rows() if (one["theme"], one["provider"]) == (row["theme"], row["provider"])
    )
    closes = float(found.sentences[-1].split("Gain = ")[1].split()[0])
    product = closes * mine["gap"] * mine["probability"] * mine["likeness"] * mine["nearness"]
    assert mine["gain"] == pytest.approx(product, rel=2e-3)
    assert mine["gain"] == pytest.approx(float(row["gain"]))
    assert any("a need. The figures:" in sentence for sentence in found.sentences)
    assert [one["theme"] for one in found.rows()] == sorted(one["theme"] for one in found.rows())


def test_what_a_school_says_is_explained_beside_the_figures(
    manchester: Path, plan: Path, tmp_path: Path
) -> None:
    school = _rows(plan / "proposals.csv")[0]["receiver"]
    said = tmp_path / "said.csv"
    said.write_text(f"school,theme,says\n{school},science,request\n")
    found = pipeline.explain(manchester, school=school, asked=replace(SECONDARY, files=Files(said=said)))
    assert "Science (secondary): a need. The school says: request." in found.sentences


def test_a_folder_of_somebody_elses_is_refused_before_anything_is_done(
    manchester: Path, tmp_path: Path
) -> None:
    (tmp_path / "letters.txt").write_text("mine")
    with pytest.raises(SaidToPeople, match="holds other files"):
        pipeline.propose(manchester, asked=SECONDARY, terms=TERMS, written=Written(tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["letters.txt"]


def _definition(path: Path, **changes: object) -> Path:
    own = yaml.safe_load((settings.DEFINITIONS / "partnerships.yaml").read_text(encoding="utf-8"))
    for place, value in changes.items():
        part, _, name = place.partition("__")
        if value is None:
            del own[part][name]
        else:
            own[part][name] = value
    path.write_text(yaml.safe_dump(own))
    return path


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weights__swap": None}, "weights.swap: Field required"),
        ({"weights__alone": "much"}, "weights.alone: Input should be a valid number"),
        ({"weights__known": float("nan")}, "weights.known: Input should be a finite number"),
        ({"days__most": -3}, "days.most: Input should be greater than 0"),
        ({"travel__speeds": [{"upto_km": 5, "kmh": 20}]}, "speeds go from the nearest band"),
    ],
)
def test_a_definition_that_is_wrong_says_where(
    manchester: Path, tmp_path: Path, changes: dict[str, object], said: str
) -> None:
    asked = Asked(definition=_definition(tmp_path / "mine.yaml", **changes))
    with pytest.raises(SaidToPeople) as caught:
        pipeline.propose(manchester, asked=asked, terms=TERMS, written=Written(tmp_path / "plan"))
    assert said in str(caught.value)
    assert "mine.yaml" in str(caught.value)
    assert not (tmp_path / "plan").exists()


def test_the_evidence_keeps_a_first_plan(manchester: Path) -> None:
    from commonroom.store import evidence

    opened = evidence.open(manchester)
    kept = opened.table("proposals")
    assert kept.height == opened.table("plan").filter(way="best")["helped"][0]
    assert kept["stays"].null_count() == kept.height
    few = [said for said in opened.manifest.sentences if said.startswith("Partnerships: ")]
    assert len(few) == 1
    assert "of too few pupils" in few[0]
    assert set(kept["receiver"]) <= set(opened.table("standing").filter(pl.col("kind") == "need")["school"])

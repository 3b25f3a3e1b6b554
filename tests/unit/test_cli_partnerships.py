"""The words of partnerships on a command line, over a pipeline that only notes how it was asked."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from commonroom import cli, disclosure, pipeline
from commonroom.pipeline import Asked, Files, Terms, Written

SHOWN = disclosure.release(
    pl.DataFrame({"receiver": ["100"], "receiver_name": ["Alder (made up)"]}),
    rule=disclosure.Rule(keys=("receiver",)),
    source="made up",
)
DAY = datetime.date(2026, 9, 1)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    noted: dict[str, Any] = {}

    def note(name: str) -> Any:
        def answer(*words: object, **options: Any) -> disclosure.Released:
            if report := options.pop("report", None):
                report("Finding who could help whom", 0.5)
            noted[name] = (words, options)
            return SHOWN

        return answer

    for name in ("propose", "decide", "explain"):
        monkeypatch.setattr(pipeline, name, note(name), raising=False)
    monkeypatch.delenv("COMMONROOM_EVIDENCE", raising=False)
    return noted


def run(*words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(cli.app, ["partnerships", *words])
    assert done.exit_code == code, done.output
    return done


def test_propose_asks_for_the_best_plan_with_others_beside_it(asked: dict[str, Any]) -> None:
    done = run("propose", "--date", "2026-09-01", "--evidence", "here")
    (folder,), options = asked["propose"]
    assert folder == Path("here")
    assert options == {
        "asked": Asked(),
        "terms": Terms(DAY, compare=True, redraws=200),
        "written": Written(Path("partnerships")),
    }
    assert "Alder (made up)" in done.stdout
    assert "Finding who could help whom" in done.stderr


def test_propose_passes_on_every_word(asked: dict[str, Any]) -> None:
    run(
        "propose", "--phase", "primary", "--definition", "d.yaml", "--themes", "t.yaml", "--said", "s.csv",
        "--capacities", "c.csv", "--trusts", "r.csv", "--ties", "i.csv", "--minutes", "m.csv", "--greedy",
        "--threes", "--redraws", "7", "--seed", "3", "--date", "2026-09-01", "--language", "cy",
        "--no-pages", "--out", "there", "--format", "json",
    )  # fmt: skip
    _, options = asked["propose"]
    files = Files(*(Path(f"{letter}.csv") for letter in "scrim"))
    assert options["asked"] == Asked(files, Path("d.yaml"), Path("t.yaml"), "primary")
    assert options["terms"] == Terms(DAY, way="greedy", compare=True, threes=True, redraws=7, seed=3)
    assert options["written"] == Written(Path("there"), language="cy", pages=False, brief=False)


def test_a_stable_plan_on_the_day_itself(asked: dict[str, Any]) -> None:
    run("propose", "--stable")
    terms = asked["propose"][1]["terms"]
    assert terms.way == "stable"
    assert abs(terms.date - datetime.date.today()) <= datetime.timedelta(days=1)


def test_a_plan_is_not_greedy_and_stable(asked: dict[str, Any]) -> None:
    assert "greedy or stable, not both" in run("propose", "--greedy", "--stable", code=2).output
    assert asked == {}


def test_a_date_that_is_none_is_wrong_words(asked: dict[str, Any]) -> None:
    run("propose", "--date", "tomorrow", code=2)
    assert asked == {}


def test_decide_records_a_file(asked: dict[str, Any]) -> None:
    run("decide", "d.csv", "--out", "there", "--evidence", "here", "--date", "2026-09-01")
    assert asked["decide"] == ((Path("there"), Path("d.csv")), {"evidence": Path("here"), "date": DAY})


def test_explain_is_json_alone_where_it_is_asked_for(asked: dict[str, Any]) -> None:
    done = run("explain", "Alder", "--phase", "primary", "--said", "s.csv", "--format", "json")
    assert json.loads(done.stdout)["rows"] == SHOWN.rows()
    _, options = asked["explain"]
    assert options == {"school": "Alder", "asked": Asked(Files(Path("s.csv")), phase="primary")}

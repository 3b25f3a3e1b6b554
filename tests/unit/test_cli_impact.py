"""The words of impact on a command line, over a pipeline that only notes how it was asked."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from commonroom import cli, disclosure, pipeline
from commonroom.pipeline import Kept, Question

SHOWN = disclosure.release(
    pl.DataFrame({"role": ["receiver"], "verdict": ["unclear"]}),
    rule=disclosure.Rule(keys=("role",)),
    source="made up",
)
DAY = datetime.date(2026, 9, 1)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    noted: dict[str, Any] = {}

    def note(name: str) -> Any:
        def answer(*words: object, **options: Any) -> disclosure.Released:
            if report := options.pop("report", None):
                report("Finding comparison schools", 0.5)
            noted[name] = (words, options)
            return SHOWN

        return answer

    for name in ("plan_impact", "evaluate", "collect"):
        monkeypatch.setattr(pipeline, name, note(name), raising=False)
    monkeypatch.delenv("COMMONROOM_EVIDENCE", raising=False)
    return noted


def run(*words: str, code: int = 0) -> Any:
    done = CliRunner().invoke(cli.app, ["impact", *words])
    assert done.exit_code == code, done.output
    return done


WORDS = (
    "--outcome", "attainment8", "--phase", "secondary", "--window", "2018-2019", "--role", "provider",
    "--design", "dr", "--cluster", "trust", "--smallest", "0.2", "--name", "Keys", "--definition", "d.yaml",
    "--trusts", "t.csv", "--ties", "i.csv", "--usable-only", "--seed", "3", "--date", "2026-09-01",
    "--language", "cy", "--out", "there", "--evidence", "here",
)  # fmt: skip
QUESTION = Question(
    outcome="attainment8",
    phase="secondary",
    window=(2018, 2019),
    role="provider",
    design="dr",
    cluster="trust",
    smallest=0.2,
    name="Keys",
    definition=Path("d.yaml"),
    trusts=Path("t.csv"),
    ties=Path("i.csv"),
    usable_only=True,
)


def test_plan_passes_on_every_word(asked: dict[str, Any]) -> None:
    done = run("plan", "e.csv", *WORDS, "--question", "Did it?", "--failure", "Nothing.")
    words, options = asked["plan_impact"]
    assert words == (Path("here"), Path("e.csv"))
    question = Question(**{**vars(QUESTION), "question": "Did it?", "failure": "Nothing."})
    assert options == {"question": question, "kept": Kept(Path("there"), DAY, seed=3, language="cy")}
    assert "unclear" in done.stdout
    assert "Finding comparison schools" in done.stderr


def test_evaluate_passes_on_every_word(asked: dict[str, Any]) -> None:
    run("evaluate", "e.csv", *WORDS, "--why", "window = late", "--why", "design=small = few")
    words, options = asked["evaluate"]
    assert words == (Path("here"), Path("e.csv"))
    why = {"window": "late", "design": "small = few"}
    kept = Kept(Path("there"), DAY, seed=3, language="cy", why=why)
    assert options == {"question": QUESTION, "kept": kept}


def test_evaluate_as_planned_today(asked: dict[str, Any]) -> None:
    run("evaluate", "--window", "2018")
    words, options = asked["evaluate"]
    assert words == (Path("evidence"), None)
    assert options["question"] == Question(window=(2018, 2018))
    assert options["kept"].folder == Path("impact")
    assert options["kept"].date == datetime.datetime.now().date()


def test_findings_of_several_folders(asked: dict[str, Any]) -> None:
    run("findings", "one", "two", "--out", "all.csv")
    assert asked["collect"] == (([Path("one"), Path("two")],), {"out": Path("all.csv")})
    run("findings")
    assert asked["collect"] == (([Path("impact")],), {"out": None})


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (("--window", "soon"), "give years"),
        (("--window", "2018-2019-2020"), "the first and the last year alone"),
        (("--why", "window"), "give a field and a reason"),
    ],
)
def test_words_that_make_no_sense(asked: dict[str, Any], words: tuple[str, ...], what: str) -> None:
    done = run("evaluate", *words, code=2)
    assert what in " ".join(done.stderr.replace("│", " ").split())
    assert not asked

"""Words on a command line, over a pipeline that only notes how it was asked."""

from __future__ import annotations

import csv
import datetime
import io
import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from rich.console import Console
from typer.testing import CliRunner

import commonroom
from commonroom import cli, disclosure
from commonroom.cli import printing, progress, site
from commonroom.errors import SaidToPeople
from commonroom.store import doctor
from commonroom.store.doctor import Finding
from commonroom.store.manifest import Manifest

RULE = disclosure.Rule(keys=("school",), figures={"value": "pupils"})
SCHOOLS = pl.DataFrame(
    {
        "school": ["100", "101", "102"],
        "name": ["Alder [High]", "Birch Academy " + "of a long name " * 12, None],
        "value": [46.512, 12.0, float("nan")],
        "distance": [0.0004, 12345.6, -1.5],
        "pupils": [120.0, 3.0, 90.0],
        "rank": [1, 2, 3],
        "opened": [datetime.date(2001, 9, 1), None, None],
        "in_system": [True, False, None],
    }
)
SHOWN = disclosure.release(SCHOOLS, rule=RULE, source="DfE", date="2024")
NOTHING = disclosure.release(SCHOOLS.clear(), rule=disclosure.Rule(keys=()))
FOUR_SENTENCES = ("One.", "Two.")


class Asked(SimpleNamespace):
    """A pipeline that notes the last question and gives a ready answer."""

    answers: dict[str, object]
    question: tuple[object, ...]

    def __getattr__(self, name: str) -> Any:
        def answer(*words: object, **options: object) -> object:
            report = options.pop("report", None)
            if report is not None:
                report("Read the figures.", 0.25)  # type: ignore[operator]
                report("Done.", 1.0)  # type: ignore[operator]
            self.question = (name, *words, options)
            found = self.answers.get(name, SHOWN)
            if isinstance(found, BaseException):
                raise found
            return found

        return answer


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch) -> Asked:
    fake = Asked(answers={}, question=())
    monkeypatch.setattr(commonroom, "pipeline", fake, raising=False)
    monkeypatch.setitem(sys.modules, "commonroom.pipeline", fake)  # type: ignore[arg-type]
    monkeypatch.delenv("COMMONROOM_EVIDENCE", raising=False)
    return fake


def run(*words: str, code: int = 0, **environment: str) -> Any:
    done = CliRunner().invoke(cli.app, list(words), env=environment)
    assert done.exit_code == code, done.output
    return done


FOLDER = Path("here")
QUESTIONS = [
    ("families find 100", ("find", {"school": "100", "preset": None, "k": 50, "phase": None})),
    (
        "families find Alder --preset learned --k 7 --phase primary",
        ("find", {"school": "Alder", "preset": "learned", "k": 7, "phase": "primary"}),
    ),
    ("families group", ("group", {"preset": None, "phase": None})),
    ("families judge", ("judge", {})),
    ("value-added estimate", ("estimate", {"measure": None, "school": None})),
    (
        "value-added estimate --measure progress8 --school Alder",
        ("estimate", {"measure": "progress8", "school": "Alder"}),
    ),
    ("value-added test", ("left_out_year", {})),
    ("performance map --phase secondary", ("map", {"phase": "secondary"})),
    ("performance gap", ("gap", {})),
    ("performance floor", ("floor", {})),
]


@pytest.mark.parametrize(("words", "question"), QUESTIONS)
def test_a_command_asks_one_question_and_prints_the_answer(
    pipeline: Asked, words: str, question: tuple[str, dict[str, object]]
) -> None:
    done = run(*words.split(), "--evidence", "here")
    name, options = question
    assert pipeline.question == (name, FOLDER, options)
    assert "Alder [High]" in done.stdout
    assert "Source: DfE, 2024." in done.stdout


@pytest.mark.parametrize("words", [words for words, _ in QUESTIONS])
def test_json_is_alone_on_standard_output(pipeline: Asked, words: str) -> None:
    done = run(*words.split(), "--format", "json")
    assert json.loads(done.stdout) == json.loads(SHOWN.to_json())
    assert done.stderr == ""


def test_csv_is_alone_on_standard_output_and_what_was_withheld_is_said_beside(pipeline: Asked) -> None:
    done = run("families", "judge", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["school"] for row in rows] == ["100", "101", "102"]
    assert rows[1]["value"] == ""
    assert done.stderr.startswith("Withheld: ")
    assert "fewer than 6 pupils" in done.stderr


def test_a_table_says_what_is_withheld_missing_yes_no_and_how_small(pipeline: Asked) -> None:
    lines = run("families", "judge").stdout.splitlines()
    assert re.split(r"  +", lines[0].strip()) == [name.replace("_", " ") for name in SCHOOLS.columns]
    assert lines[1].split()[1:6] == ["Alder", "[High]", "46.51", "0.0004", "120"]
    assert lines[1].split()[6:] == ["1", "2001-09-01", "yes"]
    assert lines[2].split()[-6:] == ["withheld", "12,346", "3", "2", "-", "no"]
    assert lines[3].split() == ["102", "-", "-", "-1.50", "90", "3", "-", "-"]
    assert lines[4].startswith("Withheld: one figure")


def test_a_table_on_a_terminal_fits_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "90")
    printing.show(SHOWN, format=printing.Format.table)
    table = re.sub(r"\x1b\[\d+m", "", capsys.readouterr().out.split("Withheld")[0])
    assert max(map(len, table.splitlines())) <= 90
    assert "of a long name" in table


def test_the_folder_of_evidence_may_be_named_in_the_environment(pipeline: Asked) -> None:
    run("families", "judge", COMMONROOM_EVIDENCE="elsewhere")
    assert pipeline.question == ("judge", Path("elsewhere"), {})
    run("families", "judge")
    assert pipeline.question == ("judge", Path("evidence"), {})


# --- building and telling --------------------------------------------------------------------------


def test_panel_build_says_what_is_in_force_and_what_was_left_out(pipeline: Asked) -> None:
    manifest = Manifest(
        system="england",
        source="bundled",
        left_out={"out of range": 1200},
        problems=7,
        sentences=("Mind this.",),
    )
    pipeline.answers["build"] = SimpleNamespace(version="0123456789ab", manifest=manifest)
    pipeline.Source = lambda where, **options: (where, options)
    done = run("panel", "build", "--system", "england", "--mapping", "map.yaml", "--evidence", "here")
    source = ("bundled", {"mapping": Path("map.yaml"), "usable_only": False, "pupils": None})
    assert pipeline.question == ("build", {"source": source, "system": "england", "folder": FOLDER})
    assert done.stdout.splitlines() == [
        "Evidence 0123456789ab of england from bundled is in force in here.",
        "Left out: 1,200 figures, out of range.",
        "Problems found in the data: 7.",
        "Mind this.",
    ]
    assert done.stderr.splitlines() == [" 25%  Read the figures.", "100%  Done."]


def test_demo_says_what_it_found_and_where_the_report_is(pipeline: Asked) -> None:
    pipeline.answers["demo"] = SimpleNamespace(sentences=FOUR_SENTENCES, report=Path("out.html"))
    done = run("demo", "--evidence", "here", "--out", "out.html", "--no-serve")
    assert pipeline.question == ("demo", FOLDER, Path("out.html"), {"system": "greater-manchester"})
    assert done.stdout == "One.\nTwo.\nThe report is out.html: open it in a browser.\n"


def test_demo_ends_in_the_site_of_made_up_people(pipeline: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[tuple[tuple[str, ...], dict[str, str]]] = []
    monkeypatch.setattr(site, "check_extras", lambda: None)
    monkeypatch.setattr(site, "hand_over", lambda *words, env: handed.append((words, env)))
    monkeypatch.delenv("COMMONROOM_WORK", raising=False)
    pipeline.answers["demo"] = SimpleNamespace(sentences=FOUR_SENTENCES, report=Path("out.html"))
    run("demo", "--evidence", "here", "--out", "out.html", "--port", "8123")
    words, env = handed[0]
    assert words == ("serve", "--port=8123")
    assert (env["COMMONROOM_EXAMPLE"], env["COMMONROOM_WORK"]) == ("1", "work-example")
    assert (env["COMMONROOM_EVIDENCE"], env["DATABASE_URL"]) == ("here", "")


def test_a_terminal_sees_a_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    terminal = Console(file=written, force_terminal=True, width=80)
    monkeypatch.setattr("rich.console.Console", lambda **_: terminal)
    with progress.show() as report:
        report("Read the figures.", 0.25)
    assert "25%" in written.getvalue()
    assert "Read the figures." in written.getvalue()


def test_narrative_tell_says_where_the_page_is(pipeline: Asked) -> None:
    pipeline.answers["tell"] = Path("page.html")
    done = run("narrative", "tell", "--language", "cy", "--out", "page.html", "--evidence", "here")
    options = {"language": "cy", "out": Path("page.html"), "findings": None}
    assert pipeline.question == ("tell", FOLDER, options)
    assert done.stdout == "page.html\n"


# --- sources ---------------------------------------------------------------------------------------


def test_sources_read_shows_what_was_recognised_and_the_problems(pipeline: Asked) -> None:
    pipeline.answers["read"] = (NOTHING, SHOWN)
    done = run("sources", "read", "a.csv", "b.csv")
    assert pipeline.question == ("read", [Path("a.csv"), Path("b.csv")], {})
    assert "Alder [High]" in done.stdout
    pipeline.answers["read"] = (SHOWN, NOTHING)
    assert run("sources", "read", "a.csv").stdout.endswith("No problem was found.\n")


def test_sources_read_gives_both_in_one_json_and_the_problems_as_csv(pipeline: Asked) -> None:
    pipeline.answers["read"] = (NOTHING, SHOWN)
    both = json.loads(run("sources", "read", "a.csv", "--format", "json").stdout)
    assert (both["recognised"]["rows"], len(both["problems"]["rows"])) == ([], 3)
    done = run("sources", "read", "a.csv", "--format", "csv")
    assert done.stdout == SHOWN.to_csv()
    assert done.stderr == NOTHING.to_csv()


def test_sources_suggest_prints_a_mapping(pipeline: Asked) -> None:
    pipeline.answers["suggest"] = "school: URN\n"
    assert run("sources", "suggest", "a.csv").stdout == "school: URN\n"
    assert pipeline.question == ("suggest", Path("a.csv"), {})


# --- doctor ----------------------------------------------------------------------------------------


def test_doctor_exits_with_one_only_if_something_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMONROOM_WORK", "no such folder")
    findings = [Finding("All is there."), Finding("A table is not.", "wrong", "Build it again.")]
    monkeypatch.setattr(doctor, "examine", lambda folder: tuple(findings))
    done = run("doctor", code=1)
    assert done.stdout == "ok     All is there.\nwrong  A table is not. Build it again.\n"
    findings.pop()
    assert run("doctor").stdout == "ok     All is there.\n"


# --- how a program ends ----------------------------------------------------------------------------


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "argv", ["commonroom", "families", "judge"])
    return


def test_a_problem_said_to_people_is_one_sentence_and_exit_code_one(
    pipeline: Asked, typed: None, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.answers["judge"] = SaidToPeople("there is no evidence here.", where="here", remedy="Build it.")
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert capsys.readouterr() == ("", "commonroom: here: there is no evidence here. Build it.\n")


def test_a_file_that_cannot_be_written_is_one_sentence(
    pipeline: Asked, typed: None, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.answers["judge"] = PermissionError(13, "Permission denied", "/out.html")
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1
    assert capsys.readouterr() == ("", "commonroom: /out.html: Permission denied.\n")


@pytest.mark.parametrize("error", [OSError("no name"), ZeroDivisionError()])
def test_a_fault_of_the_program_is_not_hidden(pipeline: Asked, typed: None, error: Exception) -> None:
    pipeline.answers["judge"] = error
    with pytest.raises(type(error)):
        cli.main()


@pytest.mark.usefixtures("pipeline")
def test_a_command_that_is_done_ends_with_zero(typed: None) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 0


@pytest.mark.parametrize(
    "words",
    ["familes", "families find", "families find 1 --k 0", "families judge --format xml", "panel build x"],
)
def test_wrong_words_end_with_two(words: str) -> None:
    done = run(*words.split(), code=2)
    assert done.stdout == ""
    assert "Error: " in done.stderr


def test_the_version_is_printed() -> None:
    assert run("--version").stdout == f"{commonroom.__version__}\n"


def test_the_module_is_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["commonroom", "--version"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("commonroom", run_name="__main__")
    assert (ended.value.code, capsys.readouterr().out) == (0, f"{commonroom.__version__}\n")


def test_a_missing_folder_is_said_by_the_program_itself(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "commonroom", "doctor", "--evidence", str(tmp_path / "none")]
    done = subprocess.run(words, capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == 1
    assert "there is no evidence here. Build it: commonroom panel build" in done.stdout
    assert done.stderr == ""


def test_help_needs_no_dataframe_library() -> None:
    looked = (
        "import sys, commonroom.cli; sys.exit(int(bool({'polars', 'duckdb', 'numpy'} & set(sys.modules))))"
    )
    assert subprocess.run([sys.executable, "-c", looked]).returncode == 0

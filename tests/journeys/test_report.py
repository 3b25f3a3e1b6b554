"""The report as people meet it: Greater Manchester's page in a browser, whole and without any network."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from commonroom import pipeline
from conftest import need

QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--virtual-time-budget=10000",
    "--enable-logging=stderr",
)  # fmt: skip
MOST_BYTES = 3_000_000
#: Windows tall enough to see pictures far down: they are drawn when they come near.
WIDE, NARROW = "1280,16000", "390,9000"


@pytest.fixture(scope="session", params=["en", "cy"])
def report(
    request: pytest.FixtureRequest, manchester: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The report of Greater Manchester in each language."""
    out = tmp_path_factory.mktemp("report") / f"{request.param}.html"
    return pipeline.tell(manchester, language=request.param, out=out)


def browse(page: str, tmp_path: Path, *options: str) -> tuple[str, list[str]]:
    """Open a page in a fresh browser: what it then is, and what its console said."""
    chromium = need("chromium", "the report is looked at in a browser")
    done = subprocess.run(
        [chromium, *QUIET, f"--user-data-dir={tmp_path / 'browser'}", *options, page],
        capture_output=True, text=True, timeout=240, check=True,
    )  # fmt: skip
    return done.stdout, re.findall(r'CONSOLE:\d+\] "(.*)", source', done.stderr)


def test_the_report_of_a_system_is_one_file_of_three_megabytes_at_most(report: Path) -> None:
    assert report.stat().st_size <= MOST_BYTES


@pytest.mark.parametrize("window", [WIDE, NARROW])
def test_pictures_come_alive_and_nothing_complains(report: Path, tmp_path: Path, window: str) -> None:
    # Pictures are drawn when a frame shows them; a machine too busy to paint one in time is given more.
    for budget in (10_000, 40_000, 160_000, 640_000, 2_560_000):
        options = ("--dump-dom", f"--window-size={window}", f"--virtual-time-budget={budget}")
        page, said = browse(report.as_uri(), tmp_path, *options)
        assert said == []
        # A small picture of lines alone is drawn by hand, with a width of its own.
        drawn, still = page.count('class="marks"'), len(re.findall(r'class="(?:still"|strip" width)', page))
        assert page.count("<figure ") == drawn + still
        # A picture without a specification needs no program, and stays as it is.
        alive = page.count('class="specification"')
        if drawn >= (alive if window == WIDE else 3):
            break
    else:
        pytest.fail(f"{drawn} of {alive} pictures came alive.")


def test_a_link_to_a_school_opens_its_card(report: Path, tmp_path: Path) -> None:
    text = report.read_text(encoding="utf-8")
    cards = json.loads(re.findall(r'id="cards">(.*?)</script>', text, re.DOTALL)[0])
    school = next(one for one in cards["schools"] if one[4] and one[5] and one[8])
    page, said = browse(f"{report.as_uri()}#school-{school[0]}", tmp_path, "--dump-dom")
    card = re.findall(r'<article id="card".*?</article>', page, re.DOTALL)[0]
    assert said == []
    assert " hidden" not in card.split(">")[0]
    assert school[1] in card.replace("&amp;", "&")
    assert cards["names"][school[8][0]] in card.replace("&amp;", "&")


def test_a_page_printed_has_its_short_tables_and_says_which_it_leaves_off(
    report: Path, tmp_path: Path
) -> None:
    need("pdftotext", "the printed report is read")
    printed = tmp_path / "report.pdf"
    browse(report.as_uri(), tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={printed}")
    text = subprocess.run(
        ["pdftotext", "-layout", str(printed), "-"],
        capture_output=True, text=True, timeout=120, check=True,
    ).stdout  # fmt: skip
    assert text.count("\f") <= 40
    assert ("left off the paper" in text) or ("heb eu hargraffu" in text)
    assert "Open Government Licence" in text

"""The page on bringing one's own data does what it prints."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from commonroom.sources.mapping import Mapping

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "bring-your-own-data.md"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.M | re.S)


def test_every_example_prints_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {}
    printed = []
    for kind, text in BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "python":
            exec(compile(text, PAGE.name, "exec"), space)
            printed.append(capsys.readouterr().out)
        else:
            assert printed[-1] == text
    assert [bool(text) for text in printed] == [False, True, False, True]


def test_the_page_names_every_line_that_a_mapping_may_have() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in Mapping.model_fields if f"`{name}`" not in page] == []

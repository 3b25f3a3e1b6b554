"""The tables that the page on brokering describes are those that the readers read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from commonroom.partnerships import themes
from commonroom.sources.agreed import (
    Known,
    Theme,
    capacities,
    decisions,
    minutes,
    statements,
    ties,
    trusts,
    words,
)
from commonroom.sources.agreed.rows import plain

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "broker-partnerships.md").read_text(encoding="utf-8")
READERS = {
    "said": statements, "capacities": capacities, "trusts": trusts, "ties": ties, "minutes": minutes,
    "decisions": decisions,
}  # fmt: skip
NAMES = {"Loreto High School Chorlton": "105574"}
WELSH = dict(re.findall(r"^\| `(?:--)?(\w+)` \| (`ysgol.*|`math.*|`darparwr.*|`o`.*) \|$", PAGE, re.M))


class Everywhere(dict[str, tuple[str, ...]]):
    """Every school has both phases."""

    def __missing__(self, school: str) -> tuple[str, ...]:
        return ("primary", "secondary")

    def get(self, school: str, default: object = None) -> tuple[str, ...]:  # type: ignore[override]
        return self[school]


KNOWN = Known(
    lambda wanted: NAMES.get(wanted, wanted),
    Everywhere(),
    [Theme(name, labels=(one.label, one.label_cy)) for name, one in themes.load().themes.items()],
    ("Bolton", "Bury"),
    ("Made-up Learning Trust",),
)


@pytest.mark.parametrize("name", READERS)
def test_the_example_of_each_table_is_read(name: str, tmp_path: Path) -> None:
    (text,) = re.findall(rf"^```csv {name}\n(.*?)^```", PAGE, re.M | re.S)
    (tmp_path / "table.csv").write_text(text, encoding="utf-8")
    found = READERS[name].read(tmp_path / "table.csv", known=KNOWN)
    assert found.height >= len(text.splitlines()) - 1


@pytest.mark.parametrize("name", READERS)
def test_the_columns_of_each_table_are_those_that_are_read(name: str) -> None:
    section = re.split(r"^### .*`(?:--|commonroom partnerships )(\w+)`$", PAGE, flags=re.M)
    sections = dict(zip(section[1::2], section[2::2], strict=True))
    rows = re.findall(r"^\| `(\w+)` \| (yes|) ?\|", sections["decide" if name == "decisions" else name], re.M)
    assert {column for column, needed in rows if needed} == set(READERS[name].NEEDED)
    assert {column for column, needed in rows if not needed} == set(READERS[name].MORE)


@pytest.mark.parametrize("name", READERS)
def test_the_welsh_words_are_understood(name: str) -> None:
    reader = READERS[name]
    columns, _, said = WELSH["decide" if name == "decisions" else name].partition(" | ")
    taken = [plain(column) for column in re.findall(r"`([^`]+)`", columns)]
    wanted = (*reader.NEEDED, *reader.MORE)
    assert len(taken) == len(set(taken)) <= len(wanted)
    assert all(any(column in words.HEADINGS[word] for word in wanted) for column in taken)
    assert all(any(column in words.HEADINGS[word] for column in taken) for word in reader.NEEDED)
    known = {
        text
        for group in (words.SAYS, words.KINDS, words.STATES, words.DECISIONS, words.SIDES, words.PHASES)
        for texts in group.values()
        for text in texts
    }
    assert [text for text in re.findall(r"`([^`]+)`", said) if plain(text) not in known] == []

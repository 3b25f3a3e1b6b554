"""What a page is made of: sections of blocks, each with sentences, pictures and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import altair as alt
import polars as pl
from markupsafe import Markup, escape

from commonroom import charts
from commonroom.disclosure import Released
from commonroom.narrative.words import Words

#: Schools of a phase above which a page has no list of them, and a picture shows every so many.
LISTED = 1500


@dataclass(frozen=True)
class Grid:
    """A table: its caption, the heads of its columns, its rows, and which columns are numbers.

    `label` opens it; `language` is that of its rows where it is not the page's.
    """

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    label: str = ""
    language: str = ""

    @property
    def html(self) -> Markup:
        """The rows as table rows; ends of cells and rows are left out, as HTML allows."""
        numeric = set(self.numeric)
        return Markup("").join(self._row(row, numeric) for row in self.rows)

    @staticmethod
    def _row(row: tuple[str, ...], numeric: set[int]) -> Markup:
        first, *rest = (escape(cell) for cell in row)
        cells = (
            Markup("<td class=n>") + cell if number in numeric else Markup("<td>") + cell
            for number, cell in enumerate(rest, 1)
        )
        return Markup("<tr><th scope=row>") + first + Markup("").join(cells)


@dataclass(frozen=True)
class Picture:
    """A chart: its name in the page, what it shows, its specification and its still picture."""

    name: str
    caption: str
    specification: Markup
    still: Markup
    help: str = ""


@dataclass(frozen=True)
class Block:
    """Sentences with at most one picture, then its tables, its source and its method."""

    sentences: tuple[Markup, ...] = ()
    title: str = ""
    picture: Picture | None = None
    grids: tuple[Grid, ...] = ()
    sources: tuple[str, ...] = ()
    how: str = ""


@dataclass(frozen=True)
class Section:
    """One part of the report."""

    name: str
    title: str
    blocks: tuple[Block, ...]


def trusted(html: str) -> Markup:
    """Return text that this program wrote, or escaped before, as HTML that needs no more escaping."""
    return Markup(html)  # noqa: S704 - the one place where text is declared to be safe


def text(sentence: str) -> Markup:
    """Return a sentence as HTML: everything escaped, and what stands between ** made strong."""
    return trusted(re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", str(escape(sentence))))


def texts(sentences: Iterable[str]) -> tuple[Markup, ...]:
    """Return sentences as HTML, empty ones left out."""
    return tuple(text(sentence) for sentence in sentences if sentence)


def picture(name: str, chart: alt.TopLevelMixin, *, caption: str, help: str = "") -> Picture:
    """Return a chart as a picture of the page: one specification, drawn still and drawn live."""
    # A specification stands inside a script element, which a name with "</" would end.
    specification = trusted(charts.specification(chart).replace("<", "\\u003c"))
    return Picture(name, caption, specification, trusted(charts.svg(chart)), help)


def cut(released: Released, frame: pl.DataFrame, *, source: str = "") -> Released:
    """Return a part of what was released: fewer rows, fewer columns, or columns worked out from them."""
    keys = [key for key in released.rule.keys if key in frame.columns]
    withheld = released.withheld
    if keys and len(keys) == len(released.rule.keys):
        withheld = withheld.join(frame, on=keys, how="semi")
    return replace(released, frame=frame, withheld=withheld, source=source or released.source)


def named(frame: pl.DataFrame) -> str:
    """Return the publications named in the column `source`, each once, the earliest year first."""
    ordered = frame.sort("year") if "year" in frame.columns else frame
    parts = ordered["source"].drop_nulls().str.split("; ").explode()
    return "; ".join(parts.unique(maintain_order=True))


def sources(released: Released, words: Words, *, withheld: bool = True) -> tuple[str, ...]:
    """Return where a frame is from, and what was withheld from it and why."""
    said = []
    if released.source:
        *earlier, last = released.source.split("; ")
        key = "page.source_earlier" if earlier else "page.source"
        said.append(words.say(key, source=last, n=len(earlier)))
    if withheld and released.withheld.height:
        said.append(withheld_note(released, words))
    return tuple(said)


def withheld_note(released: Released, words: Words) -> str:
    """Say how many figures were withheld, and why, in the language of the page."""
    counts = released.withheld["reason"].value_counts().sort("reason").rows()
    few = words.say("withheld.few", n=released.rule.limit)
    reasons = {
        "would follow by subtraction": words["withheld.subtraction"],
        "number unknown": words["withheld.unknown"],
    }
    parts = [f"{count:,} ({reasons.get(reason, few)})" for reason, count in counts]
    return words.say("withheld.note", n=released.withheld.height, parts=", ".join(parts))


def grid(
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    numeric: Sequence[int] = (),
    label: str = "",
) -> Grid:
    """Return a table of text; `label` is what opens it, its caption unless said otherwise."""
    return Grid(caption, tuple(heads), tuple(tuple(row) for row in rows), tuple(numeric), label)


def heads(words: Words, *names: str) -> list[str]:
    """Return the heads of columns in the language of the page."""
    return [words[f"column.{name}"] for name in names]


def theme(words: Words, name: str) -> str:
    """Return a theme in the language of the page; one that has no words yet, by its own name."""
    return words.sentences.get(f"theme.{name}", name)


def digits(unit: str) -> int:
    """Return how many decimals figures of a unit are shown with: two for grades, one for all others."""
    return 2 if unit == "grade points" else 1

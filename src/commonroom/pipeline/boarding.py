"""A plan as a brokering board shows it: plain values, with every sentence in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from commonroom.narrative.words import Language
from commonroom.partnerships import Terms
from commonroom.pipeline import agreed as agreements
from commonroom.pipeline.brokering import NEED, Asked, Report, Written, explain_all, make, tell_with
from commonroom.store import evidence

Row = dict[str, Any]

#: What a board shows of each part of a plan.
COLUMNS = {
    "proposals": (
        *NEED, "provider", "state", "why", "keys", "minutes", "gain", "gain_low", "gain_high", "days",
        "stays", "source",
    ),
    "unmatched": (*NEED, "receiver_name", "reason", "keys"),
    "changes": (*NEED, "before", "now", "why"),
    "equity": ("phase", "by", "group", "needs", "helped", "minutes"),
    "providers": ("provider", "provider_name", "days", "given", "gives", "receives"),
}  # fmt: skip
#: Columns that hold sentences.
SAID = {"proposals": ("what", "because", "brings"), "unmatched": ("said",), "changes": ("said",)}
LANGUAGES: tuple[Language, ...] = ("en", "cy")


@dataclass(frozen=True)
class Board:
    """A plan as it may be shown: rows of plain values, released, and sentences by language.

    A row of `proposals`, `unmatched` or `changes` has its sentences under `said`, by language and name.
    """

    version: str
    evidence: str
    headline: dict[str, list[str]]
    proposals: list[Row]
    unmatched: list[Row]
    changes: list[Row]
    equity: list[Row]
    load: list[Row]


def board(folder: Path, *, asked: Asked, terms: Terms, written: Written, report: Report) -> Board:
    """Make a plan and write it, as `propose`, and return it as a board shows it.

    Arguments: the `folder` of the evidence, what is `asked`, on which `terms`, where it is `written`, and
    whom to `report` to. Raises SaidToPeople; nothing is then written.
    """
    made = make(folder, asked=asked, terms=terms, written=written, report=report)
    told = {
        by: explain_all(made.frames, tell_with(made.setting, by), by) if by != written.language
        else (made.released, made.explained)
        for by in LANGUAGES
    }  # fmt: skip
    rows = {name: _rows(name, {by: frames[name] for by, (frames, _) in told.items()}) for name in COLUMNS}
    return Board(
        version=made.kept.version,
        evidence=made.setting.evidence.version,
        headline={by: [one.replace("**", "") for one in said.headline] for by, (_, said) in told.items()},
        proposals=rows["proposals"],
        unmatched=rows["unmatched"],
        changes=rows["changes"],
        equity=rows["equity"],
        load=rows["providers"],
    )


def compared(folder: Path) -> dict[str, list[str]]:
    """Return the phases in which each school of the evidence is compared: what a plan can be about."""
    known = agreements.known(evidence.open(folder)).phases
    return {school: list(phases) for school, phases in known.items()}


def _rows(name: str, frames: dict[Language, pl.DataFrame]) -> list[Row]:
    """Rows of a part of a plan, with their sentences in each language."""
    frame = frames["en"]
    rows = frame.select(COLUMNS[name]).to_dicts()
    if name in SAID:
        said = {by: found.select(SAID[name]).to_dicts() for by, found in frames.items()}
        for at, row in enumerate(rows):
            row["said"] = {by: sentences[at] for by, sentences in said.items()}
    return rows

"""A frame that may be shown, and what was withheld from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import polars as pl

from commonroom.disclosure.rule import Rule


@dataclass(frozen=True)
class Released:
    """A frame that may be shown, what was withheld from it and why, and where it is from.

    `frame` has withheld figures empty; `withheld` has one row per figure: the keys, `column` and
    `reason`. `unknown` counts the official figures shown without a known number of people;
    `sentences` say what the reader of the figures should know.
    """

    frame: pl.DataFrame
    withheld: pl.DataFrame
    rule: Rule
    source: str = ""
    date: str = ""
    unknown: int = 0
    sentences: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        """Names of the columns, in order."""
        return self.frame.columns

    @property
    def note(self) -> str:
        """One or two sentences that count what was withheld, and why."""
        reasons = self.withheld["reason"].value_counts().sort("reason").rows()
        parts = ", ".join(f"{count} ({reason})" for reason, count in reasons)
        total = self.withheld.height
        said = f"Withheld: {_figures(total)}: {parts}." if total else "No figure was withheld."
        if self.unknown:
            said += (
                f" For {_figures(self.unknown)} the number of {self.rule.people} is not published;"
                " the publisher's own suppression applies."
            )
        return said

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows as dictionaries of plain values; what is not a number is None."""
        return self.frame.with_columns(pl.selectors.float().fill_nan(None)).to_dicts()

    def to_json(self) -> str:
        """Return rows, note, source and date as JSON, the same text for the same frame."""
        said = {"source": self.source, "date": self.date, "note": self.note, "rows": self.rows()}
        said |= {"sentences": self.sentences} if self.sentences else {}
        return json.dumps(
            said | {"withheld": self.withheld.to_dicts()}, ensure_ascii=False, default=str, indent=1
        )

    def to_csv(self) -> str:
        """Return the rows as comma-separated text with a header; withheld figures are empty."""
        return self.frame.with_columns(pl.selectors.float().fill_nan(None)).write_csv()


def _figures(number: int) -> str:
    return "one figure" if number == 1 else f"{number:,} figures"

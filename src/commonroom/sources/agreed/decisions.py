"""Decisions: what schools said to a proposal."""

from __future__ import annotations

import datetime
from pathlib import Path

import polars as pl

from commonroom.errors import SaidToPeople
from commonroom.sources.agreed import agreement, cells, rows, words
from commonroom.sources.agreed.known import Known
from commonroom.sources.agreed.rows import Rows, Slip
from commonroom.tables import partnerships as tables

#: Columns that there must be, and those that may be there.
NEEDED, MORE = ("provider", "receiver", "theme", "decision"), ("phase", "by", "reason", "date", "until")

#: Columns that say something of a decision: a row of proposals in which all are empty is not decided yet.
SAID = ("decision", "by", "reason", "until")


def read(path: Path, *, known: Known, date: datetime.date | None = None) -> pl.DataFrame:
    """Read what schools decided (tables.partnerships.DECISIONS), in the order of the file.

    Arguments: the `path` of a table with columns provider, receiver, theme and decision, and perhaps
    phase, by, reason, date and until (the plan's proposals.csv with a column more will do: rows without
    a decision are passed over); what is `known`; the `date` of rows that have none. The phase stays empty
    where it is not said. Raises SaidToPeople with all that is to be mended.
    """
    table = _decided(rows.open(path, needed=NEEDED, more=MORE))
    frame, slips = cells.read(
        table,
        {
            "provider": cells.school(known),
            "receiver": cells.school(known),
            "phase": cells.word(words.PHASES, "phase"),
            "theme": cells.theme(known),
            "decision": cells.word(words.DECISIONS, "decision"),
            "by": cells.word(words.SIDES, "side"),
            "reason": cells.TEXT,
            "date": cells.DAY,
            "until": cells.DAY,
        },
    )
    either = pl.when(pl.col("phase") != agreement.BOTH).then("phase")
    dated = pl.when(table.frame["date"].is_null()).then(pl.lit(date, pl.Date)).otherwise("date")
    frame = frame.with_columns(phase=either, by=pl.col("by").fill_null(agreement.BOTH), date=dated)
    itself = agreement.find_same(table, frame, "provider", "receiver")
    slips += [*itself, *_incomplete(table, frame, dated=date is not None), *_repeated(table, frame)]
    rows.refuse(table.file, slips)
    return tables.DECISIONS.check(frame)


def _decided(table: Rows) -> Rows:
    """The rows in which something is decided."""
    empty = pl.all_horizontal(pl.col(word).is_null() for word in SAID)
    kept = table.frame.filter(~empty)
    if kept.is_empty():
        raise SaidToPeople(
            "no row has a decision.",
            where=table.file,
            remedy=f"Write accept, decline, pause or later in the column {table.named('decision')}.",
        )
    return Rows(table.file, kept, table.headings, table.needed, table.slips)


def _incomplete(table: Rows, frame: pl.DataFrame, *, dated: bool) -> list[Slip]:
    """A decline without a reason, a later without its date, and dates that cannot be."""
    decision, until = pl.col("decision"), pl.col("until")
    written = {word: table.frame[word].is_not_null() for word in ("reason", "date", "until")}
    checks = [
        ((decision == "decline") & ~written["reason"], "reason", "who declines says why.",
         "Give the reason in the school's words."),
        ((decision == "later") & ~written["until"], "until", "later needs a date until when.",
         "Give the day from which to ask again."),
        (decision.is_in(["accept", "decline"]) & written["until"], "until",
         "a date until when goes with pause and later only.", "Leave the cell empty."),
        (decision.is_in(["pause", "later"]) & (until <= pl.col("date")), "until",
         "it is not after the date of the decision.", "Correct one of the two dates."),
        (pl.lit(not dated) & ~written["date"], "date", "a decision needs a date.",
         "Write the day on which it was made."),
    ]  # fmt: skip
    return [
        Slip(what, remedy, table.named(word), tuple(found))
        for wrong, word, what, remedy in checks
        if (found := frame.filter(wrong)["row"].to_list())
    ]


def _repeated(table: Rows, frame: pl.DataFrame) -> list[Slip]:
    """Two decisions of one side about one pair and theme on one day."""
    both = pl.when(pl.col("by") == agreement.BOTH).then(pl.lit(["provider", "receiver"]))
    each = frame.with_columns(pl.col("phase").fill_null(""), by=both.otherwise(pl.concat_list("by")))
    keys = ("provider", "receiver", "phase", "theme", "by", "date")
    what = "the same two schools and theme on the same day"
    return agreement.find_repeated(table, each.explode("by"), keys, what=what, says="decision")

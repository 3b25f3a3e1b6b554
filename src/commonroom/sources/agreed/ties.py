"""Ties: which schools work together already, or did."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from commonroom.sources.agreed import agreement, cells, rows, words
from commonroom.sources.agreed.known import Known
from commonroom.sources.agreed.rows import Rows, Slip
from commonroom.tables import partnerships as tables

#: Columns that there must be, and those that may be there.
NEEDED, MORE = ("provider", "receiver", "theme"), ("phase", "state", "date")


def read(path: Path, *, known: Known) -> pl.DataFrame:
    """Read who works with whom (tables.partnerships.TIES), in order of provider.

    Arguments: the `path` of a table with columns provider, receiver and theme, and perhaps phase, state
    (running when it is empty) and date; what is `known`. A row without a phase is about every phase of
    the receiver that has the theme; a school has one running tie in a theme. Raises SaidToPeople with all
    that is to be mended.
    """
    table = rows.open(path, needed=NEEDED, more=MORE)
    frame, slips = cells.read(
        table,
        {
            "provider": cells.partner(known),
            "receiver": cells.partner(known),
            "phase": cells.word(words.PHASES, "phase"),
            "theme": cells.theme(known),
            "state": cells.word(words.STATES, "state"),
            "date": cells.DAY,
        },
    )
    unread = frame["state"].is_null() & table.frame["state"].is_not_null()
    frame = frame.with_columns(state=pl.when(~unread).then(pl.col("state").fill_null("running")))
    found, lost = agreement.spread(table, frame, "receiver", known=known)
    itself = agreement.find_same(table, frame, "provider", "receiver")
    keys, what = tables.TIES.keys, "the same two schools, phase and theme"
    twice = agreement.find_repeated(table, found, keys, what=what, says="state") or _two(table, found)
    rows.refuse(table.file, [*slips, *lost, *itself, *twice])
    return tables.TIES.check(found.drop("row")).sort(keys)


def _two(table: Rows, found: pl.DataFrame) -> list[Slip]:
    """Two partners at once of a school in one theme: a plan holds one."""
    what = "the same receiver, phase and theme"
    running = found.filter(state="running")
    return agreement.find_repeated(table, running, ("receiver", "phase", "theme"), what=what, says="provider")

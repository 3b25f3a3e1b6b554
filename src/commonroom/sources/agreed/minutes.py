"""Minutes: travel between schools that somebody measured."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from commonroom.sources.agreed import agreement, cells, rows
from commonroom.sources.agreed.known import Known
from commonroom.tables import partnerships as tables

#: Columns that there must be, and those that may be there.
NEEDED, MORE = ("from", "to", "minutes"), ()

MINUTES = cells.Amount("minutes one way", "minutes", 24 * 60)


def read(path: Path, *, known: Known) -> pl.DataFrame:
    """Read travel between schools (tables.partnerships.MINUTES), in order of from and to.

    Arguments: the `path` of a table with columns from, to and minutes; what is `known`. Raises
    SaidToPeople with all that is to be mended.
    """
    table = rows.open(path, needed=NEEDED, more=MORE)
    school = cells.school(known)
    frame, slips = cells.read(table, {"from": school, "to": school, "minutes": MINUTES})
    twice = agreement.find_repeated(table, frame, ("from", "to"), what="the same two schools", says="minutes")
    itself = agreement.find_same(table, frame, "from", "to")
    rows.refuse(table.file, [*slips, *itself, *twice])
    return tables.MINUTES.check(frame).sort("from", "to")

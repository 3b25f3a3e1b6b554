"""Trusts: which school belongs to which."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from commonroom.sources.agreed import agreement, cells, rows
from commonroom.sources.agreed.known import Known
from commonroom.sources.agreed.rows import plain
from commonroom.tables import partnerships as tables

#: Columns that there must be, and those that may be there.
NEEDED, MORE = ("school", "trust"), ()


def read(path: Path, *, known: Known) -> pl.DataFrame:
    """Read which trust schools belong to (tables.partnerships.TRUSTS), in order of school.

    Arguments: the `path` of a table with columns school and trust; what is `known`. A trust is spelled
    as it is the first time, whatever its case and punctuation later. Raises SaidToPeople with all that
    is to be mended.
    """
    table = rows.open(path, needed=NEEDED, more=MORE)
    spelled: dict[str, str] = {}
    trust = cells.Reader(lambda text: spelled.setdefault(plain(text), text))
    frame, slips = cells.read(table, {"school": cells.school(known), "trust": trust})
    twice = agreement.find_repeated(table, frame, ("school",), what="the same school", says="trust")
    rows.refuse(table.file, [*slips, *twice])
    return tables.TRUSTS.check(frame).sort("school")

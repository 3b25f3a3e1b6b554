"""Offers and requests: what schools say of themselves."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from commonroom.sources.agreed import agreement, cells, rows, words
from commonroom.sources.agreed.known import Known
from commonroom.sources.agreed.rows import Rows, Slip
from commonroom.tables import partnerships as tables

#: Columns that there must be, and those that may be there.
NEEDED, MORE = ("school", "theme", "says"), ("phase", "days", "date")

DAYS = cells.Amount("days in a year", "days", cells.YEAR)


def read(path: Path, *, known: Known) -> pl.DataFrame:
    """Read what schools offer and ask for (tables.partnerships.STATEMENTS), in order of school.

    Arguments: the `path` of a table with columns school, theme and says, and perhaps phase, days and
    date; what is `known`. A row without a phase is about every phase of its school that has the theme.
    Raises SaidToPeople with all that is to be mended.
    """
    table = rows.open(path, needed=NEEDED, more=MORE)
    frame, slips = cells.read(
        table,
        {
            "school": cells.partner(known),
            "phase": cells.word(words.PHASES, "phase"),
            "theme": cells.theme(known),
            "says": cells.word(words.SAYS, "statement"),
            "days": DAYS,
            "date": cells.DAY,
        },
    )
    found, lost = agreement.spread(table, frame, "school", known=known)
    keys = tables.STATEMENTS.keys
    twice = agreement.find_repeated(table, found, keys, what="the same school, phase and theme", says="says")
    rows.refuse(table.file, [*slips, *lost, *twice, *_days(table, frame)])
    return tables.STATEMENTS.check(found.drop("row")).sort(keys)


def _days(table: Rows, frame: pl.DataFrame) -> list[Slip]:
    """Days of what is no offer, and offers of one school that are more than a year together."""
    column = table.named("days")
    without = frame.filter(pl.col("says") != "offer", pl.col("days") > 0)["row"].to_list()
    slips = []
    if without:
        what = "days go with an offer only."
        slips.append(Slip(what, "Leave the days empty, or write offer.", column, tuple(without)))
    offers = frame.filter(says="offer").group_by("school").agg(pl.col("days").sum(), pl.col("row").sort())
    for days, places in offers.filter(pl.col("days") > cells.YEAR).select("days", "row").rows():
        # One offer of more than a year is said by itself.
        if len(places) > 1:
            what = f"the offers of one school are {days:,.10g} days together, more than a year."
            slips.append(Slip(what, "Correct the days.", column, tuple(places)))
    return slips

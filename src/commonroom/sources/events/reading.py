"""A table of events: a row for each school that took part, or for each pair of schools."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from commonroom.sources.agreed import agreement, cells, rows, words
from commonroom.sources.agreed.known import Known
from commonroom.sources.agreed.rows import Rows, Slip
from commonroom.sources.events import pairs, starts
from commonroom.tables import impact as tables

#: Columns that there must be, and those that may be there; of a table of pairs, provider and receiver
#: stand in the place of school and role.
NEEDED, MORE = ("school", "start"), ("role", "partnership", "ended", "theme", "practice")


def read(path: Path, *, known: Known) -> pl.DataFrame:
    """Read who took part in what and since when (tables.impact.EVENTS), by start, role and school.

    Arguments: the `path` of a CSV, XLSX or Parquet table with columns school and start, and perhaps role
    (receiver when it is empty), partnership, ended, theme and practice; or with provider, receiver and
    start, a row for each pair, which is a partnership; what is `known`. A start is a date, a school year
    (2018/19) or the calendar year in which it ends (2019); it becomes the year of the first results that
    the work could touch (`first_results`). A school without a partnership was chosen by itself. Raises
    SaidToPeople with all that is to be mended, and then nothing is read.
    """
    table, frame, slips = _read(path, known)
    rows.refuse(table.file, slips)
    return _finish(frame)


def read_usable(path: Path, *, known: Known) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Read the rows in which nothing is to be mended, and say what is wrong with each of the others.

    Arguments as in `read`. What is wrong with the table and not with a row of it is refused all the same.
    """
    table, frame, slips = _read(path, known)
    rows.refuse(table.file, [slip for slip in slips if not slip.rows])
    wrong = sorted({row for slip in slips for row in slip.rows})
    kept = frame.filter(~pl.col("row").is_in(wrong))
    if kept.is_empty():
        rows.refuse(table.file, slips)
    said = tuple(f"{table.file}, {slip.place}: {slip.what} {slip.remedy}" for slip in _ordered(slips))
    return _finish(kept), said


def _read(path: Path, known: Known) -> tuple[Rows, pl.DataFrame, list[Slip]]:
    """Rows as they were read, a frame of events with their row, and all that is to be mended."""
    paired = pairs.are_in(path)
    needed = (*pairs.SCHOOLS, "start") if paired else NEEDED
    table = rows.open(path, needed=needed, more=[word for word in MORE if not (paired and word == "role")])
    schools = dict.fromkeys(pairs.SCHOOLS if paired else ["school"], cells.school(known))
    frame, slips = cells.read(
        table,
        {
            **schools,
            "start": starts.START,
            "ended": starts.ENDED,
            "partnership": cells.TEXT,
            "theme": cells.theme(known),
            "practice": cells.TEXT,
            **({} if paired else {"role": cells.word(words.ROLES, "role")}),
        },
    )
    slips += [*_turned(table, frame), *pairs.find_same(table, frame, paired=paired)]
    events = pairs.spread(frame) if paired else frame.with_columns(_role(table))
    events = events.with_columns(
        partnership=pl.coalesce("partnership", pl.format("school {}", pl.col("school")))
    )
    return table, events, [*slips, *_repeated(table, events, paired=paired)]


def _role(table: Rows) -> pl.Expr:
    """A receiver where nothing is said; nothing where what is said cannot be read."""
    silent = table.frame["role"].is_null()
    return pl.when(silent).then(pl.lit("receiver")).otherwise("role").alias("role")


def _turned(table: Rows, frame: pl.DataFrame) -> list[Slip]:
    """Work that ended before it started."""
    found = frame.filter(pl.col("ended") < pl.col("start"))["row"].to_list()
    if not found:
        return []
    return [
        Slip("it ended before it started.", "Correct one of the two.", table.named("ended"), tuple(found))
    ]


def _repeated(table: Rows, events: pl.DataFrame, *, paired: bool) -> list[Slip]:
    """One school in one part of one partnership, twice."""
    keys: tuple[str, ...] = ("school", "role", "partnership")
    if paired:
        # A pair that works on several themes is one partnership with several rows.
        keys = ("provider", "receiver", "theme")
        events = events.filter(role="receiver").with_columns(pl.col("theme").fill_null(""))
    said = events.with_columns(starts.first_results(pl.col("start")).cast(pl.String))
    what = "the same two schools and theme" if paired else "the same school, role and partnership"
    return agreement.find_repeated(table, said, keys, what=what, says="start")


def _finish(events: pl.DataFrame) -> pl.DataFrame:
    """Events as a table: the first start of a school in a partnership, and what all its rows agree on."""
    one = {
        name: pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first())
        for name in ("theme", "practice")
    }
    dated = events.with_columns(
        start=starts.first_results(pl.col("start")), ended=starts.school_year(pl.col("ended"))
    )
    ended = pl.when(pl.col("ended").is_not_null().all()).then(pl.col("ended").max())
    merged = dated.group_by(tables.EVENTS.keys, maintain_order=True).agg(
        pl.col("start").min(), ended=ended, **one
    )
    return tables.EVENTS.check(merged).sort("start", "role", "school", "partnership")


def _ordered(slips: Iterable[Slip]) -> list[Slip]:
    return sorted(dict.fromkeys(slips), key=lambda slip: (slip.rows[:1], slip.column))

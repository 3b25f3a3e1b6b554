"""Capacities: days a year that schools, trusts, authorities and system leaders can give."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from commonroom.sources.agreed import agreement, cells, rows, words
from commonroom.sources.agreed.known import Known
from commonroom.sources.agreed.rows import Rows, Slip
from commonroom.tables import partnerships as tables

#: Columns that there must be, and those that may be there.
NEEDED, MORE = ("kind", "name", "days"), ("authority",)

#: Of a trust or an authority: many people's days.
TOGETHER = cells.Amount("days in a year", "days", cells.YEAR * 100)
ALONE = cells.Amount("days in a year of one school or one person", "days", cells.YEAR)


def read(path: Path, *, known: Known) -> pl.DataFrame:
    """Read days that people state (tables.partnerships.CAPACITIES), in order of kind and name.

    Arguments: the `path` of a table with columns kind, name and days, and perhaps authority (of a
    leader); what is `known`. A leader may stand in several rows, each of another authority. Raises
    SaidToPeople with all that is to be mended.
    """
    table = rows.open(path, needed=NEEDED, more=MORE)
    frame, slips = cells.read(
        table,
        {
            "kind": cells.word(words.KINDS, "kind"),
            "name": cells.TEXT,
            "days": TOGETHER,
            "authority": cells.name(known.authorities, "authority"),
        },
    )
    frame, unknown = _name(table, frame, known)
    slips += [*unknown, *_absurd(table, frame), *_placed(table, frame)]
    keyed = frame.with_columns(pl.col("authority").fill_null(""), name=_plainly("name"))
    twice = agreement.find_repeated(
        table, keyed, ("kind", "name", "authority"), what="the same name", says="days"
    )
    rows.refuse(table.file, [*slips, *twice])
    return tables.CAPACITIES.check(frame.drop("row")).sort("kind", "name", "authority")


def _name(table: Rows, frame: pl.DataFrame, known: Known) -> tuple[pl.DataFrame, list[Slip]]:
    """Schools by their identity, trusts and authorities as they are known; leaders as they stand."""
    readers = {
        "school": cells.school(known),
        "authority": cells.name(known.authorities, "authority"),
        "trust": cells.name(known.trusts or (), "trust"),
        "leader": cells.TEXT,
    }
    slips: list[Slip] = []
    parts = []
    for kind, reader in readers.items():
        mine = frame.filter(kind=kind)
        here = rows.Rows(table.file, mine.select("row", "name"), table.headings)
        if kind == "trust" and known.trusts is None and mine.height:
            what = "nobody said which schools are in which trust."
            slips.append(Slip(what, "Give --trusts FILE too.", table.named("name"), tuple(mine["row"])))
            continue
        read, found = cells.read(here, {"name": reader})
        slips += found
        parts.append(mine.with_columns(read["name"]))
    return pl.concat(parts), slips


def _absurd(table: Rows, frame: pl.DataFrame) -> list[Slip]:
    """More days than a year has, of one school, or of one leader in all authorities together."""
    likely = frame.filter(pl.col("days").is_between(0, TOGETHER.high))
    leaders = likely.filter(kind="leader").group_by(_plainly("name"), maintain_order=True)
    single = [
        *likely.filter(kind="school").select("days", pl.concat_list("row")).rows(),
        *leaders.agg(pl.col("days").sum(), "row").select("days", "row").rows(),
    ]
    return [
        Slip(f"{days:,.10g} days cannot be.", f"Give {ALONE.range}.", table.named("days"), tuple(places))
        for days, places in single
        if days > ALONE.high
    ]


def _placed(table: Rows, frame: pl.DataFrame) -> list[Slip]:
    """An authority in the row of what is no leader."""
    wrong = frame.filter(pl.col("kind") != "leader", pl.col("authority").is_not_null())["row"].to_list()
    if not wrong:
        return []
    what = "an authority goes with a leader only."
    return [Slip(what, "Leave the cell empty.", table.named("authority"), tuple(wrong))]


def _plainly(column: str) -> pl.Expr:
    return pl.col(column).str.to_lowercase().str.replace_all(r"[^\w]+", " ").str.strip_chars()

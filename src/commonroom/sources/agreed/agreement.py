"""Whether rows agree with each other: said twice, said and denied, or about no phase that there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from commonroom.sources.agreed.known import Known
from commonroom.sources.agreed.rows import Rows, Slip

BOTH = "both"
#: Columns of numbers, in which rows may contradict each other.
NUMBERS = ("days", "minutes")


def find_repeated(
    rows: Rows, frame: pl.DataFrame, keys: Sequence[str], *, what: str, says: str = ""
) -> list[Slip]:
    """Return a slip for rows that agree on `keys`: the same said twice, or one thing and another.

    Arguments: the `rows` as they were read; a `frame` with row, the keys and, where rows may contradict
    each other, the column `says`; `what` they agree on, in words. Rows with an empty cell there are
    passed over.
    """
    said = pl.col(says) if says else pl.lit("")
    groups = (
        frame.drop_nulls([*keys, *([says] if says else [])])
        .select("row", *keys, said.alias("said"))
        .sort("row")
        .group_by(keys, maintain_order=True)
        .agg(pl.col("row").unique(maintain_order=True), pl.col("said").unique(maintain_order=True))
        .filter(pl.col("row").list.len() > 1)
    )
    slips = []
    for places, words in groups.select("row", "said").iter_rows():
        if len(words) > 1:
            told = " in one row and ".join(f"{word:g}" if says in NUMBERS else word for word in words)
            slip = Slip(
                f"{what}, but {told} in another.",
                "Keep the row that counts.",
                rows.named(says),
                tuple(places),
            )
        else:
            slip = Slip(f"{what}, twice.", "Keep one of the rows.", "", tuple(places))
        slips.append(slip)
    return list(dict.fromkeys(slips))


def find_same(rows: Rows, frame: pl.DataFrame, one: str, other: str) -> list[Slip]:
    """Return a slip where both schools of a row are the same."""
    same = frame.filter(pl.col(one) == pl.col(other))["row"].to_list()
    if not same:
        return []
    what = (
        f"the school is its own {other}."
        if other in ("receiver", "provider")
        else "both are the same school."
    )
    return [Slip(what, "Correct one of the two.", rows.named(other), tuple(same))]


def spread(rows: Rows, frame: pl.DataFrame, school: str, *, known: Known) -> tuple[pl.DataFrame, list[Slip]]:
    """Give each row without a phase those of its school that have its theme; say which have none.

    Arguments: the `rows` as they were read, a `frame` with row, phase, theme and the column of the
    `school`, and what is `known`.
    """
    own = [(name, phase) for name in frame[school].unique().drop_nulls() for phase in known.phases[name]]
    taught = [(one.name, phase) for one in known.themes for phase in one.phases]
    possible = _pairs(own, [school, "own"]).join(_pairs(taught, ["theme", "own"]), on="own")
    # A phase, school or theme that cannot be read has been said already.
    written = rows.frame.select("row", written=pl.col("phase").is_not_null())
    legible = (
        frame.join(written, on="row", maintain_order="left")
        .filter(pl.col("phase").is_not_null() | ~pl.col("written"))
        .drop_nulls([school, "theme"])
    )
    joined = legible.join(possible, on=[school, "theme"], how="inner")
    wanted = pl.col("phase").is_null() | (pl.col("phase") == BOTH) | (pl.col("phase") == pl.col("own"))
    found = joined.filter(wanted).with_columns(phase="own").select(frame.columns)
    lost = legible.join(found, on="row", how="anti").sort("row")
    slips = [
        _say_lost(rows, row, known) for row in lost.select("row", "phase", "theme", name=school).to_dicts()
    ]
    return found.sort("row", "phase"), slips


def _say_lost(rows: Rows, row: dict[str, Any], known: Known) -> Slip:
    """What is wrong with a row that is about no phase: the school has not that one, or the theme."""
    phases, theme = known.phases[row["name"]], row["theme"]
    taught = next(one.phases for one in known.themes if one.name == theme)
    if row["phase"] in (None, BOTH) or row["phase"] not in taught:
        phase = row["phase"] if row["phase"] not in (None, BOTH) else " and ".join(phases)
        what = f"{theme} is no theme of {phase} schools; it is one of {' and '.join(taught)} schools."
        return Slip(what, "Choose another theme.", rows.named("theme"), (row["row"],))
    what = f"the school has no {row['phase']} phase that is compared; it has {' and '.join(phases)}."
    return Slip(what, "Correct the phase, or leave it empty.", rows.named("phase"), (row["row"],))


def _pairs(rows: list[tuple[str, str]], names: list[str]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")

from __future__ import annotations

import polars as pl
import pytest

from commonroom.tables import Column, Table, TableError

TABLE = Table(
    "marks",
    "One row per school.",
    ("school",),
    (
        Column("school", pl.String, "Number"),
        Column("share", pl.Float64, "A share", "%", (0, 100)),
        Column("year", pl.Int32, "Year", nullable=False),
    ),
)


def frame(**columns: list[object]) -> pl.DataFrame:
    return pl.DataFrame({"school": ["1", "2"], "share": [1, 100], "year": [2018, 2019]} | columns)


def test_a_frame_that_fits_is_cast_and_put_in_order() -> None:
    checked = TABLE.check(frame().select("year", "share", "school"))
    assert checked.schema == pl.Schema(TABLE.schema)
    assert TABLE.empty().schema == pl.Schema(TABLE.schema)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (frame().drop("share"), "the columns share are missing"),
        (frame(school=["1", "1"]), "repeat the key school"),
        (frame(school=["1", None]), "school: 1 rows are empty"),
        (frame(year=[2018, None]), "year: 1 rows are empty"),
        (frame(share=[-1, 101]), "share: 2 rows are outside 0 to 100"),
    ],
)
def test_a_frame_that_does_not_fit_is_refused(wrong: pl.DataFrame, said: str) -> None:
    with pytest.raises(TableError, match=said):
        TABLE.check(wrong)

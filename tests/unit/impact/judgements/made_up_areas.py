"""Made-up areas in a row, each with schools that are inspected three times."""

from __future__ import annotations

import datetime

import numpy as np
import polars as pl

from commonroom.impact.judgements import Period
from commonroom.tables import impact, sources

BEFORE = Period("before", datetime.date(2005, 9, 1), datetime.date(2008, 3, 31))
DURING = Period("during", datetime.date(2008, 4, 1), datetime.date(2011, 3, 31))
AFTER = Period("after", datetime.date(2012, 9, 1), datetime.date(2015, 8, 31))
PERIODS = (BEFORE, DURING, AFTER)
#: The areas that took part in the made-up programme.
JOINED = ("A00", "A01", "A02")


def schools(*, areas: int = 20, each: int = 30) -> pl.DataFrame:
    """Schools of areas ten kilometres from each other, mainstream but for the last one of each."""
    number = np.arange(areas * each)
    frame = pl.DataFrame({"school": [f"{100000 + one}" for one in number]}).with_columns(
        pl.Series("authority_code", [f"A{one // each:02d}" for one in number]),
        pl.Series("kind", ["special" if one % each == each - 1 else "mainstream" for one in number]),
        pl.Series("easting", (number // each) * 10_000.0),
        northing=pl.lit(0.0),
        type=pl.lit("community school"),
    )
    empty = [pl.lit(None).alias(name) for name in sources.SCHOOLS.schema if name not in frame.columns]
    return sources.SCHOOLS.check(frame.with_columns(empty))


def judgements(
    known: pl.DataFrame, *, share: float = 0.5, effect: float = 0.0, seed: int = 1
) -> pl.DataFrame:
    """One judgement in each period of each school; the programme adds `effect` to its share good during."""
    rng = np.random.default_rng(seed)
    frames = []
    for period in PERIODS:
        days = (period.last - period.first).days + 1
        joined = known["authority_code"].is_in(JOINED).to_numpy()
        good = rng.random(known.height) < share + effect * joined * (period is DURING)
        poor = "satisfactory" if period.first.year < 2012 else "requires improvement"
        frames.append(
            pl.DataFrame(
                {
                    "number": known["school"],
                    "date": [
                        period.first + datetime.timedelta(int(day))
                        for day in rng.integers(0, days, known.height)
                    ],
                    "judgement": np.where(good, "good", poor),
                }
            )
        )
    rows = pl.concat(frames).with_columns(phase=pl.lit("primary"), release=pl.lit("made up"))
    return impact.JUDGEMENTS.check(rows.sort("number", "date"))

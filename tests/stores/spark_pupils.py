"""Made-up pupils for the tests of Spark, and Spark itself: skipped plainly where it is not installed."""

from __future__ import annotations

import importlib.util

import numpy as np
import polars as pl

from commonroom.tables.sums import Plan
from conftest import missing, need

#: Short-lived Javas: quick to start rather than quick in the end.
JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


def need_spark() -> str:
    """The path of Java; without it or pyspark skip plainly, or fail where all is required."""
    java = need("java", "Spark runs on it")
    if importlib.util.find_spec("pyspark") is None:
        missing("pyspark is not installed (the Spark engine; `make setup-spark`).")
    return java


def pupils(*, size: int = 400, seed: int = 1) -> pl.DataFrame:
    """Pupils with gaps, NaN and weights of zero, in twelve schools."""
    random = np.random.default_rng(seed)
    frame = pl.DataFrame(
        {
            "urn": random.integers(100_000, 100_012, size),
            "year": random.choice([2023, 2024], size),
            "prior": random.normal(100, 10, size).round(2),
            "meals": random.integers(0, 2, size),
            "girl": random.integers(0, 2, size) == 1,
            "score": random.normal(50, 12, size),
            "w": random.uniform(0.5, 2, size).round(3),
        }
    )
    row = pl.int_range(pl.len())
    return frame.with_columns(
        pl.when(row % 37 != 3).then("urn").alias("urn"),
        pl.when(row % 41 == 5).then(float("nan")).when(row % 43 != 6).then("prior").alias("prior"),
        pl.when(row % 29 != 0).then("score").alias("score"),
        pl.when(row % 31 == 4).then(0.0).otherwise("w").alias("w"),
    )


def plan(**changes: object) -> Plan:
    """Prior attainment and free meals before, a score after."""
    asked = {"school": "urn", "outcome": "score", "intake": ("prior", "meals"), "centres": (100.0, 0.0, 50.0)}
    return Plan(**(asked | changes))  # type: ignore[arg-type]

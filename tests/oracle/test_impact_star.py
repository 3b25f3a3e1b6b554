"""A randomised truth: Tennessee STAR, small classes by lottery within schools, as published and as R says.

The pupils (`star` of the R package mlmRev) are not copied here: R writes them at test time, and only what was
published and what was reckoned from them is stored beside (impact_star.json). Published numbers:
Stock and Watson (Introduction to Econometrics, table 13.2 in the third edition; with three decimals in Hanck
and others, Introduction to Econometrics with R, table 13.3): reading plus mathematics in kindergarten, errors
HC1, all met to the last decimal; Krueger (1999, table V, panel A, columns 1 to 3): mean percentile, errors by
class. Krueger averaged three tests (reading, mathematics, word study); mlmRev has the first two, so his
numbers are met only nearly: 5.38 for 5.37 with school fixed effects.
"""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from commonroom.impact import blocks
from commonroom.impact.blocks import Trial
from conftest import need_r

STORED = Path(__file__).with_name("impact_star.json")
WRITE = """
suppressMessages(library(mlmRev))
data(star)
write.csv(star[star$gr == "K", ], stdout(), row.names = FALSE, na = "")
"""
ASK = """
suppressMessages({library(mlmRev); library(clubSandwich)})
data(star)
k <- star[star$gr == "K" & !is.na(star$read + star$math), ]
k$y <- k$read + k$math; k$small <- k$cltype == "small"; k$aide <- k$cltype == "reg+A"
m <- lm(y ~ small + aide + sch, k)
for (cluster in list(k$tch, k$sch)) {
  r <- coef_test(m, vcov = "CR2", cluster = cluster, coefs = "smallTRUE")
  cat(format(c(r$beta, r$SE, r$p_Satt), digits = 17), "\\n")
}
"""
STUDENT = ("aide", "exp", "boy", "lunch", "black", "other")
#: Each published column: outcome, what is allowed for, whether schools are blocks, what is a cluster.
COLUMNS = {
    "stock-watson 1": ("points", ("aide",), False, "id"),
    "stock-watson 2": ("points", ("aide", "exp"), False, "id"),
    "stock-watson 3": ("points", ("aide", "exp"), True, "id"),
    "stock-watson 4": ("points", STUDENT, True, "id"),
    "krueger 1": ("percentile", ("aide",), False, "tch"),
    "krueger 2": ("percentile", ("aide",), True, "tch"),
    "krueger 3": ("percentile", ("aide", "white", "girl", "lunch"), True, "tch"),
}


def ask_r(script: str, *packages: str) -> str:
    need_r(*packages)
    done = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def percentile(pupils: pl.DataFrame, test: str) -> pl.Series:
    """Place of each pupil among those in regular classes, half of ties below, as Krueger had it."""
    regular = np.sort(pupils.filter(pl.col("cltype") != "small")[test].drop_nulls().to_numpy())
    score = pupils[test].to_numpy()
    below = np.searchsorted(regular, score, "left") + np.searchsorted(regular, score, "right")
    return pl.Series(test, 50 * below / regular.size).set(pupils[test].is_null(), None)


@pytest.fixture(scope="module")
def pupils() -> pl.DataFrame:
    frame = pl.read_csv(io.StringIO(ask_r(WRITE, "mlmRev")), infer_schema_length=None)
    places = pl.DataFrame([percentile(frame, test) for test in ("read", "math")])
    return frame.with_columns(
        places.mean_horizontal().alias("percentile"),
        points=pl.col("read") + pl.col("math"),
        aide=pl.col("cltype") == "reg+A",
        boy=pl.col("sx") == "M",
        girl=pl.col("sx") == "F",
        lunch=pl.col("ses") == "F",
        black=pl.col("eth") == "B",
        other=~pl.col("eth").is_in(["B", "W"]),
        white=pl.col("eth").is_in(["W", "A"]),
    )


def trial(pupils: pl.DataFrame, column: str) -> Trial:
    outcome, covariates, schools, cluster = COLUMNS[column]
    known = pupils.drop_nulls([outcome, *covariates])
    return Trial(
        known[outcome].cast(float).to_numpy(),
        (known["cltype"] == "small").to_numpy(),
        known["sch"].to_numpy() if schools else np.zeros(known.height, int),
        known[cluster].to_numpy(),
        known.select(pl.col(covariates).cast(float)).to_numpy(),
    )


def stored() -> dict[str, dict[str, list[float]]]:
    found: dict[str, dict[str, list[float]]] = json.loads(STORED.read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("column", COLUMNS)
def test_the_small_class_effect_is_the_published_one(column: str) -> None:
    published, reckoned = (stored()[kind][column] for kind in ("published", "reckoned"))
    if column.startswith("stock"):
        assert [round(number, 3) for number in reckoned[:2]] == published[:2]
        assert reckoned[2] == published[2]
    else:
        # Without the third test: within .07 of a point of percentile, a twentieth of the published error.
        assert reckoned[0] == pytest.approx(published[0], abs=0.07)
        assert reckoned[1] == pytest.approx(published[1], abs=0.04)
        assert reckoned[2] == pytest.approx(published[2], rel=0.003)


@pytest.mark.parametrize("column", COLUMNS)
def test_what_is_stored_is_what_the_pupils_say(column: str, pupils: pl.DataFrame) -> None:
    asked = trial(pupils, column)
    found = blocks.estimate(asked, correction="cr1")
    assert [found.effect, found.se, asked.outcome.size] == pytest.approx(
        stored()["reckoned"][column], rel=1e-10
    )


def test_few_clusters_are_corrected_as_clubsandwich_does(pupils: pl.DataFrame) -> None:
    lines = ask_r(ASK, "mlmRev", "clubSandwich").strip().splitlines()
    known = pupils.drop_nulls("points")
    for line, cluster in zip(lines, ("tch", "sch"), strict=True):
        found = blocks.estimate(
            Trial(
                known["points"].cast(float).to_numpy(),
                (known["cltype"] == "small").to_numpy(),
                known["sch"].to_numpy(),
                known[cluster].to_numpy(),
                known.select(pl.col("aide").cast(float)).to_numpy(),
            )
        )
        assert [found.effect, found.se, found.p] == pytest.approx([float(n) for n in line.split()], rel=1e-8)


def test_the_lottery_itself_says_so_too(pupils: pl.DataFrame) -> None:
    known = pupils.drop_nulls("percentile")
    asked = Trial(
        known["percentile"].to_numpy(),
        (known["cltype"] == "small").to_numpy(),
        known["sch"].to_numpy(),
        known["tch"].to_numpy(),
        np.empty((known.height, 0)),
    )
    assert blocks.permute(asked, draws=999, seed=1) == 0.001

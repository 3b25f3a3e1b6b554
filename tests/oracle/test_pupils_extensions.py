"""Groups, years and clusters are nlme's and clubSandwich's, and all of them a dense twin's.

R's answers are stored beside (pupils_extensions.json), so that they are always compared; where R, nlme
and clubSandwich are installed they are asked again, and must still say what is stored.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import polars as pl
import pytest

from commonroom.value_added.pupils import blocks, clusters, groups, optimum, uncertainty, years
from commonroom.value_added.pupils.model import Model
from conftest import need_r
from unit.value_added.pupils.made_up_extensions import add_up, drifting, plan, pupils

STORED = Path(__file__).with_name("pupils_extensions.json")
R = """
suppressMessages({library(nlme); library(clubSandwich)})
exact <- lmeControl(maxIter = 500, msMaxIter = 500, tolerance = 1e-12, msTol = 1e-12, niterEM = 100)
say <- function(name, ...) {
  cat(name, ":", paste(format(c(...), digits = 15, trim = TRUE), collapse = ","), "\\n", sep = "")
}
folder <- commandArgs(TRUE)[1]
d <- read.csv(file.path(folder, "groups.csv"))
d$v <- 1 / d$w
for (m in c("REML", "ML")) for (slope in c(FALSE, TRUE)) {
  f <- lme(score ~ prior + meals, random = if (slope) list(urn = ~prior) else list(urn = ~1), data = d,
           method = m, control = exact, weights = varComb(varIdent(form = ~1 | group), varFixed(~v)))
  ratio <- coef(f$modelStruct$varStruct$A, unconstrained = FALSE, allCoef = TRUE)^2
  s2 <- sigma(f)^2 * ratio[c("no", "yes")]
  i <- intervals(f, which = "var-cov")$sigma[c("lower", "upper")]^2
  say(paste0("groups ", m, if (slope) " slope" else ""), -2 * as.numeric(logLik(f)), s2, fixef(f), i)
}
plain <- lme(score ~ prior + meals, random = ~1 | urn, data = d, control = exact)
for (t in c("CR0", "CR1")) {
  say(paste("schools", t), as.matrix(vcovCR(plain, type = t)))
  say(paste("trusts", t), as.matrix(vcovCR(plain, cluster = d$trust, type = t)))
}
e <- read.csv(file.path(folder, "years.csv"))
for (m in c("REML", "ML")) {
  f <- lme(score ~ prior + factor(year), random = ~1 | urn, data = e, method = m, control = exact,
           correlation = corExp(c(2, 0.5), form = ~year | urn, nugget = TRUE))
  k <- coef(f$modelStruct$corStruct, unconstrained = FALSE)
  t2 <- as.numeric(VarCorr(f)[1, 1])
  say(paste("years", m), -2 * as.numeric(logLik(f)), t2, sigma(f)^2 * (1 - k[2]), exp(-1 / k[1]),
      sigma(f)^2 * k[2], fixef(f))
}
"""


def grouped() -> pl.DataFrame:
    trust = pl.col("urn").str.slice(1, 3).cast(pl.Int64) // 4
    return pupils(schools=30, each=15, level=0.8).with_columns(trust=trust)


def yearly() -> pl.DataFrame:
    """One pupil a school and year, so that nlme's residuals with a nugget are drift and pupils."""
    return drifting(schools=150, most=1, persistent=0.8, drift=1.0, noise=0.5, seed=5)


def ours() -> dict[str, list[float]]:
    """The same numbers as R prints, from our fits."""
    found: dict[str, list[float]] = {}
    sums = add_up(grouped(), plan("group", weight="w"))
    for method in ("reml", "ml"):
        for slope in ((), ("prior",)):
            fit = groups.fit(sums, Model(slope=slope, method=method, groups="group"))
            assert fit.components is not None
            rows = fit.components.filter(pl.col("component").str.contains("variance of"))
            ends = rows.row(1)[2:4]
            name = f"groups {method.upper()}{' slope' if slope else ''}"
            found[name] = [fit.at.criterion, *rows["value"], *uncentred(fit), *ends]
    plain = optimum.fit(blocks.arrange(add_up(grouped(), plan()), Model()))
    turn = uncertainty.basis(plain.blocks)
    trusts = [str(int(school[1:]) // 4) for school in plain.blocks.schools]
    for correction in ("CR0", "CR1"):
        for name, cluster in (("schools", None), ("trusts", trusts)):
            robust = clusters.robust(plain, clusters=cluster, correction=correction)
            found[f"{name} {correction}"] = (turn @ robust.covariance @ turn.T).ravel().tolist()
    sums = add_up(yearly(), plan("year", intake=("prior",)))
    for method in ("reml", "ml"):
        many = years.fit(sums, Model(years="year", method=method))
        s2, own = many.fit.at.s2, many.structure
        parts = [s2 * own.persistent, s2 * own.drift, own.persistence, s2]
        found[f"years {method.upper()}"] = [many.fit.at.criterion, *parts, *uncentred(many.fit)]
    return found


def uncentred(fit: optimum.Fit) -> list[float]:
    effects = uncertainty.basis(fit.blocks) @ fit.at.b
    effects[0] += fit.blocks.outcome_centre
    return effects.tolist()


def theirs(folder: Path) -> dict[str, list[float]]:
    """R's numbers."""
    grouped().write_csv(folder / "groups.csv")
    yearly().write_csv(folder / "years.csv")
    (folder / "ask.R").write_text(R)
    asked = ["Rscript", str(folder / "ask.R"), str(folder)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    lines = [line.split(":") for line in done.stdout.strip().splitlines()]
    return {name: [float(cell) for cell in cells.split(",")] for name, cells in lines}


def test_groups_years_and_clusters_are_those_that_r_said() -> None:
    stored = json.loads(STORED.read_text(encoding="utf-8"))["answers"]
    found = ours()
    assert found.keys() == stored.keys()
    for name, mine in found.items():
        # Sandwiches are at one optimum that both know to nine digits; nlme's own search stops at five.
        sandwich = name.startswith(("schools", "trusts"))
        assert mine[0] == pytest.approx(stored[name][0], rel=1e-9), name
        assert mine == pytest.approx(stored[name], rel=1e-8 if sandwich else 1e-4), name


def test_r_still_says_what_is_stored(tmp_path: Path) -> None:
    need_r("nlme", "clubSandwich")
    stored = json.loads(STORED.read_text(encoding="utf-8"))["answers"]
    for name, now in theirs(tmp_path).items():
        assert now == pytest.approx(stored[name], rel=1e-4, abs=1e-4), name

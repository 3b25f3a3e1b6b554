"""Special cases of the school-year model are lme4's: random intercept, and intercept with slope.

lme4's answers are stored beside (value_added_lme4.json), so that they are always compared; where R
and lme4 are installed they are asked again, and must still say what is stored.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from commonroom.value_added import fitting, likelihood
from commonroom.value_added.likelihood import TREND_UNIT, Components
from commonroom.value_added.school_years import SchoolYears
from conftest import need_r
from unit.value_added.made_up import panel

STORED = Path(__file__).with_name("value_added_lme4.json")
YEARS = [2016, 2017, 2018, 2019, 2023]
R = """
suppressMessages(library(lme4))
d <- read.csv(commandArgs(TRUE)[1])
ask <- function(random, reml) {
  f <- as.formula(paste("y ~ x +", random))
  m <- lmer(f, d, weights = w, REML = reml,
            control = lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12)))
  v <- as.data.frame(VarCorr(m))
  crit <- if (reml) REMLcrit(m) else deviance(m)
  c(crit, v$vcov[v$grp == "school"], sigma(m)^2, fixef(m), sqrt(diag(as.matrix(vcov(m)))),
    ranef(m)$school[1:3, 1])
}
out <- list(ask("(1 | school)", TRUE), ask("(1 | school)", FALSE),
            ask("(tau | school)", TRUE), ask("(tau | school)", FALSE))
for (o in out) cat(paste(format(unname(o), digits = 15), collapse = ","), "\\n")
"""


def made() -> SchoolYears:
    """Sixty schools with gaps, cohorts of different sizes, an own level and an own slope."""
    rng = np.random.default_rng(2011)
    tau = (np.array(YEARS) - 2019.5) / TREND_UNIT
    level, slope = 0.5 * rng.standard_normal((60, 1)), 0.4 * rng.standard_normal((60, 1))
    noise = rng.uniform(0.4, 2.5, (60, 5))
    x = rng.standard_normal((60, 1)) + 0.3 * rng.standard_normal((60, 5))
    figures = 0.7 * x + level + slope * tau + np.sqrt(0.08 * noise) * rng.standard_normal((60, 5))
    figures[rng.random((60, 5)) < 0.15] = np.nan
    return panel(figures, noise, np.stack([np.ones((60, 5)), x], axis=2), YEARS)


def ours() -> list[list[float]]:
    """The same numbers as lme4 prints, from our fit."""
    data = made()
    answers = []
    for random in ("intercept", "slope"):
        for reml in (True, False):
            free = ("level", "noise") if random == "intercept" else ("noise", "intercept", "tilt", "slope")
            level = 0.2 if random == "intercept" else 0.0
            trend = (0.0, 0.0, 0.0) if random == "intercept" else (0.4, 0.0, 0.3)
            start = Components(level=level, persistence=1.0, shock=0.0, noise=0.1, trend=trend)
            found = fitting.fit(data, free=free, start=start, reml=reml)
            root = np.array([[found.components.trend[0], 0], found.components.trend[1:]])
            spread = root @ root.T
            school = [found.components.level] if random == "intercept" else [*np.diag(spread), spread[0, 1]]
            tau = likelihood.basis(data.years, data.years)
            loadings = np.ones(5) * found.components.level if random == "intercept" else tau @ spread[:, 0]
            first = (loadings[:, None] * found.at.scores).sum(axis=0)[:3]
            errors = np.sqrt(np.diag(found.effects_covariance))
            answers.append(
                [found.criterion, *school, found.components.noise, *found.at.effects, *errors, *first]
            )
    return answers


def theirs(folder: Path) -> list[list[float]]:
    """lme4's numbers, from R."""
    data = made()
    tau = likelihood.basis(data.years, data.years)[:, 1]
    lines = ["school,tau,w,x,y"]
    for j, t in np.argwhere(data.seen).tolist():
        cells = (tau[t], 1 / data.noise[j, t], data.design[j, t, 1], data.figures[j, t])
        lines.append(f"{data.schools[j]}," + ",".join(repr(float(cell)) for cell in cells))
    (folder / "d.csv").write_text("\n".join(lines))
    (folder / "ask.R").write_text(R)
    done = subprocess.run(
        ["Rscript", str(folder / "ask.R"), str(folder / "d.csv")], capture_output=True, text=True, check=True
    )
    return [[float(cell) for cell in line.split(",")] for line in done.stdout.strip().splitlines()]


def test_special_cases_are_those_that_lme4_said() -> None:
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    for mine, lme4 in zip(ours(), stored["answers"], strict=True):
        assert mine[0] == pytest.approx(lme4[0], abs=2e-5)
        assert mine[1:] == pytest.approx(lme4[1:], rel=2e-3, abs=2e-4)


def test_lme4_still_says_what_is_stored(tmp_path: Path) -> None:
    need_r("lme4")
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    for now, then in zip(theirs(tmp_path), stored["answers"], strict=True):
        assert now == pytest.approx(then, rel=1e-4, abs=1e-4)
